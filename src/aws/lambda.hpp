#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/call.hpp"
#include "base/json.hpp"
#include "net/http.hpp"

namespace sluice::aws {

class Caller;

/// A function's record as AWS gives it (FunctionConfiguration), members under AWS's own names.
struct FunctionRecord {
  json::Value configuration;

  std::string const& arn() const { return configuration["FunctionArn"].as_string(); }
  std::string const& version() const { return configuration["Version"].as_string(); }
  std::string const& revision_id() const { return configuration["RevisionId"].as_string(); }
  std::string const& code_sha256() const { return configuration["CodeSha256"].as_string(); }
  std::string const& state() const { return configuration["State"].as_string(); }
  std::string const& last_update() const { return configuration["LastUpdateStatus"].as_string(); }
  std::string const& role() const { return configuration["Role"].as_string(); }
  /// Active, and no update under way. A record without LastUpdateStatus counts as settled.
  bool settled() const;
  /// State Failed or LastUpdateStatus Failed, with AWS's reason.
  std::optional<std::string> failure() const;
};

/// GetFunction: the record and what belongs to the function as a whole.
struct FunctionDetails {
  FunctionRecord record;
  json::Value code;  ///< {RepositoryType, Location | ImageUri, ResolvedImageUri}
  std::map<std::string, std::string> tags;
  std::optional<int> reserved_concurrency;
};

/// An alias as AWS gives it. `weights`: version → share of the additional version, 0.0–1.0.
struct AliasRecord {
  std::string arn, name, function_version, description, revision_id;
  std::map<std::string, double> weights;

  static AliasRecord from_json(json::Value const& value);
};

struct AliasUpdate {
  std::string function_version;
  std::map<std::string, double> weights;  ///< empty clears: `{}` is sent (Lambda API, UpdateAlias)
  std::string revision_id;                ///< the guard; empty sends none
};

/// One region's Lambda API for one identity. Thread-safe. `name` may be a name or an ARN.
class Lambda {
 public:
  /// `caller` must outlive this.
  Lambda(Caller const& caller, std::string region, Lane lane = Lane::normal);

  Answer<FunctionDetails> get_function(std::string const& name, std::string const& qualifier = {});
  Answer<FunctionRecord> create_function(json::Value const& request);
  Answer<FunctionRecord> update_function_code(std::string const& name, json::Value const& request);
  /// As above with the archive's bytes as ZipFile: encoded while they are sent, never all in
  /// memory. `request` must not hold ZipFile (or a Code with one).
  Answer<FunctionRecord> create_function(json::Value const& request,
                                         std::shared_ptr<net::BodySource const> zip);
  Answer<FunctionRecord> update_function_code(std::string const& name, json::Value const& request,
                                              std::shared_ptr<net::BodySource const> zip);
  Answer<FunctionRecord> update_function_configuration(std::string const& name,
                                                       json::Value const& request);
  /// `request` may hold CodeSha256, RevisionId, Description.
  Answer<FunctionRecord> publish_version(std::string const& name, json::Value const& request);
  Answer<void> delete_function(std::string const& name, std::string const& qualifier = {});
  /// Every page.
  Answer<std::vector<FunctionRecord>> list_versions(std::string const& name);
  Answer<std::vector<FunctionRecord>> list_functions();

  Answer<AliasRecord> get_alias(std::string const& name, std::string const& alias);
  Answer<AliasRecord> create_alias(std::string const& name, std::string const& alias,
                                   std::string const& version, std::string const& description);
  Answer<AliasRecord> update_alias(std::string const& name, std::string const& alias,
                                   AliasUpdate const& update);
  /// Changes the description only; weights and version stay (UpdateAlias merges).
  Answer<AliasRecord> describe_alias(std::string const& name, std::string const& alias,
                                     std::string const& description,
                                     std::string const& revision_id);
  Answer<void> delete_alias(std::string const& name, std::string const& alias);
  Answer<std::vector<AliasRecord>> list_aliases(std::string const& name);

  /// `arn`: the unqualified function ARN.
  Answer<std::map<std::string, std::string>> list_tags(std::string const& arn);
  Answer<void> tag(std::string const& arn, std::map<std::string, std::string> const& tags);
  Answer<void> untag(std::string const& arn, std::vector<std::string> const& keys);

  Answer<void> put_concurrency(std::string const& name, int reserved);
  Answer<void> delete_concurrency(std::string const& name);

  struct Invoked {
    std::string payload, function_error, executed_version, log_tail, request_id;
  };
  /// Synchronous; never repeated by itself after it may have run. `timeout`: the client's patience.
  Answer<Invoked> invoke(std::string const& name, std::string const& qualifier,
                         std::string const& payload, std::string const& invocation_type,
                         std::chrono::milliseconds timeout);

  /// The resource policy document, or none.
  Answer<std::optional<json::Value>> get_policy(std::string const& name,
                                                std::string const& qualifier = {});
  Answer<std::vector<json::Value>> list_event_source_mappings(std::string const& name_or_arn);
  /// The function URL's configuration, or none.
  Answer<std::optional<json::Value>> get_url_config(std::string const& name,
                                                    std::string const& qualifier = {});
  /// Of an alias or version, or none.
  Answer<std::optional<json::Value>> get_provisioned_concurrency(std::string const& name,
                                                                 std::string const& qualifier);

  std::string const& region() const { return region_; }

 private:
  Caller const& caller_;
  std::string region_;
  Lane lane_;
};

}  // namespace sluice::aws
