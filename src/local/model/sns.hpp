#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "local/model/fault.hpp"

namespace sluice::local {

/// The topics of every account and region, and what was published to them. Nothing is delivered to
/// anybody: messages are kept to be looked at. Pure: time and chance are given.
class Sns {
 public:
  static constexpr std::size_t max_topics = 100'000;  ///< of one account (SNS quotas)
  static constexpr std::size_t max_kept = 1000;       ///< messages of all topics; the newest stay
  static constexpr std::size_t max_message = std::size_t{256} * 1024;  // SNS API, Publish

  struct Topic {
    std::string display_name;
  };
  struct Message {
    std::string id, topic, subject, text;  ///< `topic`: its ARN
    Time time{};
    json::Value attributes;  ///< name → {DataType, StringValue}
  };

  /// Answers the ARN, also of a topic that is there already. 400 InvalidParameter.
  Outcome<std::string> create(std::string const& account, std::string const& region,
                              std::string const& name, std::string const& display_name);
  /// ARNs in their order.
  std::vector<std::string> topics(std::string const& account, std::string const& region) const;
  /// 404 NotFound.
  Outcome<Topic> topic(std::string const& arn) const;
  /// A topic that is not there is deleted as well (SNS API, DeleteTopic).
  void remove(std::string const& arn);

  /// Answers the message's id. 404 NotFound, 400 InvalidParameter.
  Outcome<std::string> publish(Message message, Random& random, Time now);
  /// Oldest first.
  std::deque<Message> const& messages() const { return messages_; }
  void clear_messages() { messages_.clear(); }

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  std::map<std::string, Topic> topics_;  ///< by ARN
  std::deque<Message> messages_;
};

json::Value to_json(Sns::Message const& message);

}  // namespace sluice::local
