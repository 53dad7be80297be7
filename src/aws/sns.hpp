#pragma once

#include <string>

#include "aws/caller.hpp"

namespace sluice::aws {

/// What goes to a topic. At most 256 KiB of text (SNS API, Publish).
struct TopicMessage {
  std::string topic;    ///< its ARN
  std::string subject;  ///< under 100 characters, one line; empty: none
  std::string text;     ///< not empty
};

/// One region's SNS. Thread-safe.
class Sns {
 public:
  /// `caller` must outlive this. The region is the topics' own.
  Sns(Caller const& caller, std::string region) : caller_(caller), region_(std::move(region)) {}

  /// Answers the id of the message. Where the answer is lost (Trouble::maybe_done) it may have been
  /// published: whoever sends it again has it delivered twice.
  Answer<std::string> publish(TopicMessage const& message);

 private:
  Caller const& caller_;
  std::string region_;
};

}  // namespace sluice::aws
