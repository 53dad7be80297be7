#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.hpp"
#include "local/endpoint_code.hpp"
#include "local/model/cloudwatch_alarms.hpp"
#include "local/model/keys.hpp"
#include "local/model/s3.hpp"
#include "local/model/sns.hpp"
#include "local/model/sts.hpp"
#include "local/model/world.hpp"

namespace sluice::local {

/// Every service of the endpoint and the ports between them. Not thread-safe: the endpoint keeps it
/// behind one lock, under which nothing blocks and no function runs.
class Model {
 public:
  /// Both must outlive the model.
  Model(BlobStore& store, Random& chance, LambdaSettings settings);
  Model(Model const&) = delete;
  Model& operator=(Model const&) = delete;

  BlobStore& blobs;
  Random& random;
  S3 s3;
  Sts sts;
  KeyRing keys;
  CloudWatch metrics;
  CloudWatchAlarms alarms;
  Sns sns;
  EndpointCode code;
  EndpointObjects objects;
  AnyImage images;
  World lambda;

  json::Value save() const;
  /// An Error leaves the model as it was, or empty.
  Result<void> load(json::Value const& saved);

  /// {id, secret, token} for the functions of an account; made once and again before it expires.
  AccessKey function_key(std::string const& account, Time now);

 private:
  std::map<std::string, std::string> function_keys_;  ///< account → key id
};

using GuardedModel = Guarded<std::unique_ptr<Model>>;

}  // namespace sluice::local
