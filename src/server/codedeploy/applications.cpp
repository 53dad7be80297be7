#include <algorithm>
#include <map>

#include "base/strings.hpp"
#include "server/codedeploy/limits.hpp"
#include "server/codedeploy/operations.hpp"
#include "server/codedeploy/platform.hpp"
#include "server/codedeploy/tags.hpp"

namespace sluice::server::codedeploy {
namespace {

/// CodeDeploy API, ApplicationInfo.
json::Value info_of(Application const& application) {
  return json::Value{{"applicationId", application.id},
                     {"applicationName", application.name},
                     {"createTime", timestamp(application.created)},
                     {"linkedToGitHub", false},
                     {"computePlatform", "Lambda"}};
}

std::unexpected<Fault> exists(std::string const& name) {
  return refuse("ApplicationAlreadyExists", "There is an application named " + name + " already.");
}

}  // namespace

Answer create_application(Request& request) {
  auto name = application_name(request.text("applicationName"));
  if (!name) return std::unexpected(name.error());
  auto platform = platform_of(request.body);
  if (!platform) return std::unexpected(platform.error());
  auto tags = read_tags(request.body["tags"]);
  if (!tags) return tags;
  if (auto lambda = only_lambda(*platform, "An application"); !lambda)
    return std::unexpected(lambda.error());
  auto all = request.registry.applications();
  if (!all) return broken(all.error());
  if (std::ranges::find(*all, *name, &Application::name) != all->end()) return exists(*name);
  if (all->size() >= limits::applications)
    return refuse("ApplicationLimitExceeded",
                  "There are 1000 applications in this Region already.");
  auto made = request.registry.create_application(*name, *tags);
  if (!made) return broken(made.error());
  if (!*made) return exists(*name);
  return json::Value{{"applicationId", (*made)->id}};
}

Answer get_application(Request& request) {
  auto found = named_application(request);
  if (!found) return std::unexpected(found.error());
  return json::Value{{"application", info_of(*found)}};
}

Answer batch_get_applications(Request& request) {
  auto const& names = request.body["applicationNames"].items();
  if (names.empty())
    return refuse("ApplicationNameRequired", "At least one application name is needed.");
  if (names.size() > limits::batch_of_applications)
    return refuse("BatchLimitExceeded", "At most 100 applications can be asked for at once.");
  for (auto const& name : names)
    if (auto fine = application_name(name.as_string()); !fine) return std::unexpected(fine.error());
  json::Value infos = json::Array{};
  for (auto const& name : names) {
    auto found = existing_application(request, name.as_string());
    if (!found) return std::unexpected(found.error());
    infos.push(info_of(*found));
  }
  return json::Value{{"applicationsInfo", std::move(infos)}};
}

Answer list_applications(Request& request) {
  auto all = request.registry.applications();
  if (!all) return broken(all.error());
  std::vector<std::string> names;
  for (auto const& application : *all) names.push_back(application.name);
  return page_of(names, "applications " + request.registry.name(), request.text("nextToken"),
                 "applications");
}

Answer update_application(Request& request) {
  auto name = application_name(request.text("applicationName"));
  if (!name) return std::unexpected(name.error());
  auto other = application_name(request.text("newApplicationName"));
  if (!other) return std::unexpected(other.error());
  std::optional<Fault> fault;
  auto renamed = settled([&]() -> Result<bool> {
    auto found = existing_application(request, *name);
    if (!found) {
      fault = found.error();
      return false;
    }
    return *name == *other ? Result<bool>(true) : request.registry.rename(*found, *other);
  });
  if (!renamed) return broken(renamed.error());
  if (fault) return std::unexpected(std::move(*fault));
  if (!*renamed) return exists(*other);
  return json::Value();
}

Answer delete_application(Request& request) {
  auto name = application_name(request.text("applicationName"));
  if (!name) return std::unexpected(name.error());
  auto removed = settled([&]() -> Result<void> {
    auto found = request.registry.application(*name);
    if (!found) return std::unexpected(found.error());
    // Nothing to do is no error: the operation has none for it.
    return *found ? request.registry.remove(**found) : Result<void>();
  });
  if (!removed) return broken(removed.error());
  return json::Value();
}

}  // namespace sluice::server::codedeploy
