#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "aws/caller.hpp"
#include "aws/cloudwatch.hpp"
#include "aws/lambda.hpp"
#include "aws/s3.hpp"
#include "base/random.hpp"
#include "net/client.hpp"
#include "plan/plan.hpp"
#include "store/packages.hpp"

namespace sluice::engine {

/// One target's AWS for one lane: clients that share the identity, the budget and the stop token.
struct TargetAws {
  std::shared_ptr<aws::Caller> caller;
  std::string region;

  aws::Lambda lambda(aws::Lane lane = aws::Lane::normal) const { return {*caller, region, lane}; }
  aws::S3 s3() const { return {*caller, region}; }
  aws::CloudWatch cloudwatch() const { return {*caller, region}; }
};

/// Gives each target its identity. Thread-safe; identities are made once and kept.
class AwsAccess {
 public:
  virtual ~AwsAccess() = default;
  virtual Result<TargetAws> open(plan::Target const& target, std::stop_token stop) = 0;
  /// How late metrics may be: three minutes on AWS, settable on the local endpoint.
  virtual Duration metric_lag() const = 0;
};

struct ReleaseState;
class SecretValues;

/// What other runs of the same store tell (design section 1.4). Thread-safe.
class History {
 public:
  virtual ~History() = default;

  /// Other runs of a function than `run`: one that is at work on it, and one that has left it on
  /// the release's candidate or may go back to that. Ids, empty where there is none.
  struct Uses {
    std::string active, named_by;
  };
  virtual Result<Uses> uses_of(ReleaseState const& release, std::string const& run) = 0;

  /// Versions that the function's last `count` good releases went from or to: those that ended on
  /// their candidate.
  virtual Result<std::set<std::string>> good_versions(ReleaseState const& release,
                                                      std::size_t count) = 0;

  /// S3 objects that runs have sent to the function and that had this CodeSha256, newest first: as
  /// {"S3Bucket": …, "S3Key": …, "S3ObjectVersion"?: …}. A few at most; they may be gone by now.
  virtual Result<std::vector<json::Value>> origins_of(std::string const& function,
                                                      std::string const& sha256) = 0;
};

class AlarmStates;
/// What is known of alarms, for runs that share it (engine/alarm_states.hpp).
std::shared_ptr<AlarmStates> make_alarm_states();

/// Everything outside, as ports (design section 1.4). All must outlive the engine.
struct Services {
  Clock& clock;
  Random& random;
  AwsAccess& aws;
  net::Client& http;  ///< for URLs that AWS or this program made: presigned downloads
  store::Packages& packages;
  std::string user_agent = "sluice";
  History* history = nullptr;  ///< null: nothing is known of other runs
  /// For URLs that a release file names: webhooks. Null: `http`.
  net::Client* named_urls = nullptr;

  /// What the plan's references to secrets stand for (engine/secrets.hpp). Null: there are none.
  SecretValues* secrets = nullptr;

  /// Shared by every run of these services: many of them watch alarms of one account.
  std::shared_ptr<AlarmStates> alarms = make_alarm_states();

  net::Client& for_named_urls() const { return named_urls ? *named_urls : http; }
};

}  // namespace sluice::engine
