#include "local/endpoint_model.hpp"

namespace sluice::local {

namespace {
constexpr int format = 1;
}

Model::Model(BlobStore& store, Random& chance, LambdaSettings settings)
    : blobs(store),
      random(chance),
      s3(store),
      code(store, chance),
      objects(s3),
      lambda(LambdaPorts{code, objects, images}, settings) {}

json::Value Model::save() const {
  return {{"format", format},        {"lambda", lambda.to_json()}, {"s3", s3.save()},
          {"roles", sts.save()},     {"keys", keys.save()},        {"metrics", metrics.save()},
          {"alarms", alarms.save()}, {"sns", sns.save()}};
}

Result<void> Model::load(json::Value const& saved) {
  if (saved["format"].as_int() != format)
    return fail(ErrorCode::corrupt,
                "the state is of format " + saved["format"].dump() + ", and this program reads " +
                    std::to_string(format),
                "use the version of sluice that wrote it, or another --state folder");
  if (auto restored = lambda.restore(saved["lambda"]); !restored) return restored;
  s3.load(saved["s3"]);
  sts.load(saved["roles"]);
  keys.load(saved["keys"]);
  metrics.load(saved["metrics"]);
  alarms.load(saved["alarms"]);
  sns.load(saved["sns"]);
  return {};
}

AccessKey Model::function_key(std::string const& account, Time now) {
  auto const known = function_keys_.find(account);
  if (known != function_keys_.end()) {
    auto const* key = keys.find(known->second);
    if (key && key->expires && *key->expires > now + std::chrono::hours(18)) return *key;
  }
  auto key = Sts::function_key(account, keys, random, now);
  // With a full key ring the functions get a key that is not verified: better than none.
  if (!key) return AccessKey{"LOCALFUNCTION", "local", KeyRing::declared(account), {}, {}};
  function_keys_[account] = key->id;
  return *key;
}

}  // namespace sluice::local
