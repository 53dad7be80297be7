#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "server/codedeploy/fault.hpp"
#include "server/codedeploy/named_records.hpp"

namespace sluice::server::codedeploy {

/// CodeDeploy API, ApplicationInfo; its platform is always Lambda.
struct Application {
  std::string id, name;
  Time created{};
  json::Value tags;  ///< {key: value}
  std::int64_t version = 0;
};

/// A group of an application.
struct Group {
  std::string id, name;
  /// By the names of DeploymentGroupInfo, complete but for the names and the id, and for what
  /// deployments add: targetRevision, lastAttemptedDeployment, lastSuccessfulDeployment.
  json::Value settings;
  json::Value tags;
  std::int64_t version = 0;
};

/// One that somebody made; the predefined ones are no records.
struct CustomConfiguration {
  std::string id, name;
  Time created{};
  json::Value routing;  ///< TrafficRoutingConfig
};

/// A registered revision of an application.
struct Revision {
  std::string id;        ///< what makes it this one: see revision_id
  json::Value location;  ///< RevisionLocation, with the content where it has one
  std::string description;
  Time registered{};
  std::optional<Time> first_used, last_used;
  std::int64_t version = 0;
};

/// CodeDeploy's applications, groups, configurations and revisions, as records of the store: they
/// outlive a restart and are those of every server that shares it. One Region's know nothing of
/// another's. Names are unique and change, ids stay: groups and revisions are kept under the id of
/// their application. Thread-safe.
///
/// Results hold conflict where others changed the same thing at the same moment: the caller reads
/// and decides again.
class Registry {
 public:
  /// Calls the function with the store, where that may be used, and returns after it.
  using WithStore = std::function<void(std::function<void(store::Store&)> const&)>;

  /// The references must outlive it. `random` is drawn from where the store is used.
  Registry(WithStore with_store, Clock& clock, Random& random)
      : with_store_(std::move(with_store)), clock_(clock), random_(random) {}

  /// One Region's part.
  class Region {
   public:
    Region(Registry& registry, std::string name) : registry_(registry), name_(std::move(name)) {}
    std::string const& name() const { return name_; }

    Result<std::vector<Application>> applications();
    Result<std::optional<Application>> application(std::string const& name);
    /// None: the name is taken.
    Result<std::optional<Application>> create_application(std::string const& name,
                                                          json::Value const& tags);
    /// False: the new name is taken.
    Result<bool> rename(Application const& application, std::string const& name);
    Result<void> change(Application const& application);  ///< its tags
    /// With its groups and revisions.
    Result<void> remove(Application const& application);

    Result<std::vector<Group>> groups(Application const& of);
    Result<std::optional<Group>> group(Application const& of, std::string const& name);
    /// None: the name is taken.
    Result<std::optional<Group>> create_group(Application const& of, Group const& group);
    /// With what else was changed of it. False: the new name is taken, and nothing has changed.
    Result<bool> rename(Application const& of, Group const& group, std::string const& name);
    Result<void> change(Application const& of, Group const& group);
    Result<void> remove(Application const& of, Group const& group);

    Result<std::vector<CustomConfiguration>> configurations();
    Result<std::optional<CustomConfiguration>> configuration(std::string const& name);
    /// None: the name is taken.
    Result<std::optional<CustomConfiguration>> create_configuration(std::string const& name,
                                                                    json::Value const& routing);
    Result<void> remove_configuration(std::string const& name);

    Result<std::vector<Revision>> revisions(Application const& of);
    Result<std::optional<Revision>> revision(Application const& of, std::string const& id);
    /// Registers it, or changes what is said of it.
    Result<void> keep(Application const& of, Revision const& revision);

   private:
    template <class Use>
    auto in_store(Use const& use) {
      using Answer = decltype(use(std::declval<store::Store&>()));
      std::optional<Answer> answer;
      registry_.with_store_([&](store::Store& store) { answer.emplace(use(store)); });
      ENSURE(answer.has_value());
      return std::move(*answer);
    }
    std::string kind(std::string_view what) const;
    std::string kind(std::string_view what, Application const& of) const;
    Result<bool> rename_in(std::string const& kind, Named const& from, std::string const& to);
    Result<void> change_in(std::string const& kind, Named const& changed);
    Result<void> remove_in(std::string const& kind, Named const& gone);
    Result<void> remove_all(std::string const& kind);

    Registry& registry_;
    std::string name_;
  };
  Region in(std::string region) { return {*this, std::move(region)}; }

  Time now() const { return clock_.now(); }

 private:
  WithStore const with_store_;
  Clock& clock_;
  Random& random_;
};

}  // namespace sluice::server::codedeploy
