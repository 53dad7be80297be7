#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "local/model/code_store.hpp"
#include "local/model/fault.hpp"
#include "local/model/throttle.hpp"

namespace sluice::local {

namespace lambda {
struct Data;
}

/// How the service behaves where AWS leaves it open or a test wants it otherwise.
struct LambdaSettings {
  /// How long a function stays Pending and an update InProgress.
  Duration settle_delay = std::chrono::milliseconds(200);
  /// How long Invoke goes on with an alias as it was before its last change.
  Duration alias_propagation = Duration::zero();
  /// How long AWS takes to move an alias's provisioned concurrency after a change of the alias.
  Duration provisioning_delay = std::chrono::seconds(2);
  /// How often a role is refused as "cannot be assumed" when it is first named.
  int new_role_refusals = 0;
  /// Whether an update that changes nothing lets PublishVersion make a new version. AWS was seen to
  /// do so, its documentation says otherwise; a client must live with both.
  bool identical_update_rearms_publish = true;
  int account_concurrency = 1000;
  std::uint64_t code_storage_bytes = 80'530'636'800;
  LambdaRates rates;
};

/// What the service needs from outside. All of it must outlive the service.
struct LambdaPorts {
  CodeStore& code;
  ObjectReader& objects;
  ImageResolver& images;
};

/// Which code a call runs, decided by the qualifier, the alias's weights and the states.
struct Executed {
  std::string function;
  std::string version;      ///< the number that runs, or "$LATEST"
  std::string alias;        ///< the alias it was called through; empty where none
  std::string resource;     ///< the metrics' Resource: "name" or "name:qualifier"
  std::string invoked_arn;  ///< as the caller named it, with the qualifier
  std::string unit;         ///< account/region/function/version/edition: one configuration of code
  std::string code_sha256;
  json::Value configuration;  ///< FunctionConfiguration of what runs
};

/// The Lambda control plane of one (account, Region): states, conflicts, RevisionIds, versions,
/// aliases and weights, by the rules and with the errors of AWS. It has no clock, no chance and no
/// I/O of its own: what happens depends on the arguments and the ports alone. Asynchronous states
/// move on when they are next looked at. Not thread-safe: the World's owner holds the lock.
class LambdaService {
 public:
  LambdaService(std::string account, std::string region, LambdaPorts ports,
                LambdaSettings settings = {});
  LambdaService(LambdaService&&) noexcept;
  LambdaService& operator=(LambdaService&&) = delete;
  ~LambdaService();

  /// Runs one operation under its API name ("UpdateAlias"). `request` holds the members of AWS's
  /// input shape, those of path and query included (FunctionName, Qualifier, MaxItems, TagKeys).
  /// Throttled calls, unknown names and operations that are not modelled are faults as well.
  Outcome<json::Value> call(std::string_view operation, json::Value const& request, Time now,
                            Random& random);

  /// Picks the version for one Invoke, each time anew. `name` may be any name form; `qualifier` may
  /// be empty. Faults: 404, 409 (Pending, Failed), 429 (reserved concurrency 0).
  Outcome<Executed> route(std::string_view name, std::string_view qualifier, Time now,
                          Random& random);

  /// As route, but a function whose concurrency is 0 is routed too: its events are taken, and wait.
  Outcome<Executed> place_of(std::string_view name, std::string_view qualifier, Time now,
                             Random& random);

  /// Where calls through that alias go now: versions with their shares, which add up to 1. Empty
  /// where there is no such function or alias.
  std::map<std::string, double> shares(std::string_view function, std::string_view alias, Time now);

  /// The next create or update of that function, or publish with SnapStart, ends Failed with this
  /// reason code ("InvalidRuntime") and text. Several calls queue up. "function:alias" names the
  /// alias's provisioned concurrency instead, the next time it is moved.
  void fail_next(std::string_view function, std::string reason_code, std::string reason);
  /// The next `times` calls that name this role answer that it cannot be assumed.
  void refuse_role(std::string_view role, int times);
  /// A layer version functions may name from now on.
  void declare_layer(std::string_view arn, std::uint64_t code_size);

  LambdaSettings const& settings() const { return settings_; }
  /// Also empties the throttle's memory.
  void set_settings(LambdaSettings settings);

  std::string const& account() const;
  std::string const& region() const;

  /// Names of the functions there are, sorted; at most `limit`.
  std::vector<std::string> function_names(std::size_t limit) const;
  bool has_function(std::string_view name) const;

  /// Everything but settings, throttling and code bytes.
  json::Value to_json() const;
  /// Replaces the whole state by one that to_json gave; an Error leaves it as it was.
  Result<void> restore(json::Value const& snapshot);

 private:
  Outcome<Executed> find_code(std::string_view name, std::string_view qualifier, Time now,
                              Random& random, bool runs_now);

  std::unique_ptr<lambda::Data> data_;
  LambdaPorts ports_;
  LambdaSettings settings_;
  LambdaThrottle throttle_;
};

/// Whether `call` knows the operation; everything else is refused by name.
bool is_lambda_operation(std::string_view operation);

}  // namespace sluice::local
