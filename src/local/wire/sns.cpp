#include "local/wire/sns.hpp"

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "local/wire/sts.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t page_size = 100;      // SNS API, ListTopics
constexpr std::size_t max_attributes = 10;  // SNS message attributes that are delivered

std::unexpected<Fault> not_served(std::string const& what) {
  return refuse(501, "NotImplemented", "The local endpoint does not serve " + what + ".");
}

/// A map of the query protocol: "Attributes.entry.1.key" and "….value".
Outcome<std::string> read_display_name(net::Pairs const& form) {
  std::string name;
  for (auto const& [member, value] : form) {
    if (member.starts_with("Tags.")) return not_served("CreateTopic with Tags");
    if (member == "DataProtectionPolicy") return not_served("CreateTopic with " + member);
    if (!member.starts_with("Attributes.entry.") || !member.ends_with(".key")) continue;
    if (value != "DisplayName")
      return not_served("CreateTopic with the attribute " + printable(value));
    name = value_of(form, member.substr(0, member.size() - 3) + "value");
  }
  return name;
}

Outcome<XmlWriter> create_topic(Sns& sns, Call const& call, net::Pairs const& form) {
  auto const name = read_display_name(form);
  if (!name) return std::unexpected(name.error());
  auto const arn = sns.create(call.caller.account, call.region, value_of(form, "Name"), *name);
  if (!arn) return std::unexpected(arn.error());
  XmlWriter xml("CreateTopicResponse", sns_name_space);
  xml.open("CreateTopicResult").text("TopicArn", *arn).close();
  return xml;
}

Outcome<XmlWriter> list_topics(Sns const& sns, Call const& call, net::Pairs const& form) {
  std::string after;
  if (auto const& token = value_of(form, "NextToken"); !token.empty()) {
    auto const decoded = decode_base64(token);
    if (!decoded) return refuse(400, "InvalidParameter", "Invalid parameter: NextToken");
    after = *decoded;
  }
  XmlWriter xml("ListTopicsResponse", sns_name_space);
  xml.open("ListTopicsResult").open("Topics");
  std::size_t count = 0;
  std::string last;
  bool more = false;
  for (auto const& arn : sns.topics(call.caller.account, call.region)) {
    if (arn <= after) continue;
    more = count == page_size;
    if (more) break;
    xml.open("member").text("TopicArn", arn).close();
    last = arn;
    ++count;
  }
  xml.close();
  if (more) xml.text("NextToken", base64(last));
  xml.close();
  return xml;
}

Outcome<XmlWriter> get_topic_attributes(Sns const& sns, Call const& call, net::Pairs const& form) {
  auto const& arn = value_of(form, "TopicArn");
  auto const topic = sns.topic(arn);
  if (!topic) return std::unexpected(topic.error());
  XmlWriter xml("GetTopicAttributesResponse", sns_name_space);
  xml.open("GetTopicAttributesResult").open("Attributes");
  std::pair<char const*, std::string> const attributes[] = {{"TopicArn", arn},
                                                            {"Owner", call.caller.account},
                                                            {"DisplayName", topic->display_name},
                                                            {"SubscriptionsConfirmed", "0"},
                                                            {"SubscriptionsPending", "0"},
                                                            {"SubscriptionsDeleted", "0"}};
  for (auto const& [key, value] : attributes)
    xml.open("entry").text("key", key).text("value", value).close();
  xml.close().close();
  return xml;
}

Outcome<json::Value> read_message_attributes(net::Pairs const& form) {
  json::Value out = json::Object{};
  for (std::size_t i = 1;; ++i) {
    std::string const entry = "MessageAttributes.entry." + std::to_string(i) + ".";
    auto const& name = value_of(form, entry + "Name");
    if (name.empty()) return out;
    if (i > max_attributes)
      return refuse(400, "InvalidParameterValue", "A message has at most 10 attributes here.");
    if (has(form, entry + "Value.BinaryValue")) return not_served("Publish with binary attributes");
    out.set(name, json::Value{{"DataType", value_of(form, entry + "Value.DataType")},
                              {"StringValue", value_of(form, entry + "Value.StringValue")}});
  }
}

Outcome<XmlWriter> publish(Sns& sns, Random& random, Call const& call, net::Pairs const& form) {
  for (auto const* member : {"PhoneNumber", "MessageGroupId", "MessageDeduplicationId"})
    if (has(form, member)) return not_served("Publish with " + std::string(member));
  Sns::Message message;
  message.topic = value_of(form, has(form, "TopicArn") ? "TopicArn" : "TargetArn");
  message.subject = value_of(form, "Subject");
  message.text = value_of(form, "Message");
  auto const& structure = value_of(form, "MessageStructure");
  if (structure == "json") {
    auto const parts = json::parse(message.text);
    if (!parts || !(*parts)["default"].is_string())
      return refuse(400, "InvalidParameter",
                    "Invalid parameter: Message Structure - No default entry in JSON message body");
  } else if (!structure.empty()) {
    return refuse(400, "InvalidParameter", "Invalid parameter: MessageStructure");
  }
  auto attributes = read_message_attributes(form);
  if (!attributes) return std::unexpected(attributes.error());
  message.attributes = std::move(*attributes);
  auto const id = sns.publish(std::move(message), random, call.now);
  if (!id) return std::unexpected(id.error());
  XmlWriter xml("PublishResponse", sns_name_space);
  xml.open("PublishResult").text("MessageId", *id).close();
  return xml;
}

Outcome<XmlWriter> answer(Sns& sns, Random& random, Call const& call, net::Pairs const& form) {
  if (call.operation == "CreateTopic") return create_topic(sns, call, form);
  if (call.operation == "ListTopics") return list_topics(sns, call, form);
  if (call.operation == "GetTopicAttributes") return get_topic_attributes(sns, call, form);
  if (call.operation == "Publish") return publish(sns, random, call, form);
  if (call.operation == "DeleteTopic") {
    sns.remove(value_of(form, "TopicArn"));
    return XmlWriter("DeleteTopicResponse", sns_name_space);
  }
  if (call.operation == "Subscribe")
    return refuse(501, "NotImplemented",
                  "The local endpoint delivers messages to nobody: it keeps them, and "
                  "`sluice local messages` shows them.");
  return refuse(501, "NotImplemented",
                "The local endpoint does not serve SNS " + printable(call.operation) +
                    "; it knows CreateTopic, DeleteTopic, ListTopics, GetTopicAttributes and "
                    "Publish.");
}

}  // namespace

net::Response answer_sns(Sns& sns, Random& random, Call const& call, net::Pairs const& form) {
  auto xml = answer(sns, random, call, form);
  if (!xml) return query_fault(xml.error(), sns_name_space, call.request_id);
  xml->open("ResponseMetadata").text("RequestId", call.request_id).close();
  net::Response response;
  response.headers.set("Content-Type", "text/xml");
  response.headers.set("x-amzn-RequestId", call.request_id);
  response.body = xml->finish();
  return response;
}

}  // namespace sluice::local
