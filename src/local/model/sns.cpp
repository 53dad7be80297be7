#include "local/model/sns.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_subject = 100;  // SNS API, Publish
constexpr std::size_t max_name = 256;     // SNS API, CreateTopic

std::unexpected<Fault> invalid(std::string const& what) {
  return refuse(400, "InvalidParameter", "Invalid parameter: " + what);
}

std::string prefix_of(std::string const& account, std::string const& region) {
  return "arn:aws:sns:" + region + ":" + account + ":";
}

bool is_name(std::string const& name) {
  return !name.empty() && name.size() <= max_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool is_subject(std::string const& text) {
  return text.size() < max_subject &&
         std::ranges::all_of(
             text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

}  // namespace

json::Value to_json(Sns::Message const& message) {
  json::Value out{{"id", message.id},
                  {"time", rfc3339(message.time)},
                  {"topic", message.topic},
                  {"text", message.text}};
  if (!message.subject.empty()) out.set("subject", message.subject);
  if (!message.attributes.members().empty()) out.set("attributes", message.attributes);
  return out;
}

Outcome<std::string> Sns::create(std::string const& account, std::string const& region,
                                 std::string const& name, std::string const& display_name) {
  if (name.ends_with(".fifo"))
    return refuse(501, "NotImplemented", "The local endpoint has no FIFO topics.");
  if (!is_name(name)) return invalid("Topic Name");
  std::string arn = prefix_of(account, region) + name;
  auto const [at, made] = topics_.try_emplace(arn, Topic{display_name});
  if (!made && !display_name.empty() && at->second.display_name != display_name)
    return invalid("Attributes Reason: Topic already exists with different attributes");
  if (made && topics_.size() > max_topics) {
    topics_.erase(at);
    return refuse(403, "TopicLimitExceeded", "The endpoint has 100000 topics already.");
  }
  return arn;
}

std::vector<std::string> Sns::topics(std::string const& account, std::string const& region) const {
  std::string const prefix = prefix_of(account, region);
  std::vector<std::string> found;
  for (auto at = topics_.lower_bound(prefix); at != topics_.end() && at->first.starts_with(prefix);
       ++at)
    found.push_back(at->first);
  return found;
}

Outcome<Sns::Topic> Sns::topic(std::string const& arn) const {
  auto const found = topics_.find(arn);
  if (found == topics_.end()) return refuse(404, "NotFound", "Topic does not exist");
  return found->second;
}

void Sns::remove(std::string const& arn) { topics_.erase(arn); }

Outcome<std::string> Sns::publish(Message message, Random& random, Time now) {
  if (!message.topic.starts_with("arn:aws:sns:")) return invalid("TopicArn");
  if (auto known = topic(message.topic); !known) return std::unexpected(known.error());
  if (message.text.empty()) return invalid("Empty message");
  if (message.text.size() > max_message) return invalid("Message too long");
  if (!is_subject(message.subject)) return invalid("Subject");
  message.id = new_uuid(random);
  message.time = now;
  std::string id = message.id;
  messages_.push_back(std::move(message));
  if (messages_.size() > max_kept) messages_.pop_front();
  return id;
}

json::Value Sns::save() const {
  json::Value topics = json::Object{};
  for (auto const& [arn, topic] : topics_) topics.set(arn, topic.display_name);
  json::Value messages = json::array({});
  for (auto const& message : messages_) messages.push(to_json(message));
  return {{"topics", std::move(topics)}, {"messages", std::move(messages)}};
}

void Sns::load(json::Value const& saved) {
  topics_.clear();
  messages_.clear();
  for (auto const& [arn, name] : saved["topics"].members()) topics_[arn] = {name.as_string()};
  for (auto const& item : saved["messages"].items()) {
    Message message{item["id"].as_string(),
                    item["topic"].as_string(),
                    item["subject"].as_string(),
                    item["text"].as_string(),
                    {},
                    item["attributes"]};
    if (auto const time = parse_rfc3339(item["time"].as_string())) message.time = *time;
    messages_.push_back(std::move(message));
  }
}

}  // namespace sluice::local
