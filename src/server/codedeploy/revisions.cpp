#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/strings.hpp"
#include "server/codedeploy/limits.hpp"
#include "server/codedeploy/operations.hpp"
#include "server/codedeploy/revision_location.hpp"

namespace sluice::server::codedeploy {
namespace {

/// The names of the groups whose target a revision is, by the revision's id.
using Targets = std::map<std::string, std::vector<std::string>>;

Result<Targets> targets_of(Request& request, Application const& application) {
  auto groups = request.registry.groups(application);
  if (!groups) return std::unexpected(groups.error());
  Targets targets;
  for (auto const& group : *groups)
    if (auto const& target = group.settings["targetRevision"]; !target.is_null())
      targets[revision_id(target)].push_back(group.name);
  return targets;
}

/// CodeDeploy API, GenericRevisionInfo.
json::Value info_of(Revision const& revision, Targets const& targets) {
  json::Value info{{"description", revision.description},
                   {"deploymentGroups", json::Array{}},
                   {"registerTime", timestamp(revision.registered)}};
  if (auto of = targets.find(revision.id); of != targets.end())
    info.set("deploymentGroups", json::array_of(of->second));
  if (revision.first_used) info.set("firstUsedTime", timestamp(*revision.first_used));
  if (revision.last_used) info.set("lastUsedTime", timestamp(*revision.last_used));
  return info;
}

std::unexpected<Fault> unknown(std::string const& id) {
  return refuse("RevisionDoesNotExist", "No revision of the application found: " + id);
}

struct Wanted {
  Application application;
  json::Value location;
};

/// Of a request about one revision.
Outcome<Wanted> wanted_of(Request& request) {
  if (auto fine = application_name(request.text("applicationName")); !fine)
    return std::unexpected(fine.error());
  auto location = read_location(request.body["revision"]);
  if (!location) return std::unexpected(location.error());
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  return Wanted{std::move(*application), std::move(*location)};
}

/// How a list is filtered and sorted.
struct Query {
  std::string bucket, prefix, sort_by, deployed;
  bool descending = false;

  std::string text() const {
    return join(std::array{bucket, prefix, sort_by, deployed, std::string(descending ? "-" : "+")},
                "\n");
  }
};

bool is_bucket(std::string_view text) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  return text.size() >= 3 && text.size() <= 63 && std::ranges::all_of(text, fits);
}

Outcome<std::string> one_of(json::Value const& value, std::vector<std::string> const& valid,
                            std::string const& type) {
  std::string given = value.is_null() ? valid.front() : value.as_string();
  if (std::ranges::find(valid, given) != valid.end()) return given;
  return refuse(type, "'" + printable(given.substr(0, 100)) + "' is not valid. Valid values are [" +
                          join(valid, ", ") + "]");
}

Outcome<Query> query_of(json::Value const& body) {
  Query query;
  constexpr std::size_t longest_key = 1024;
  if (body.contains("sortBy")) {
    auto by =
        one_of(body["sortBy"], {"registerTime", "firstUsedTime", "lastUsedTime"}, "InvalidSortBy");
    if (!by) return std::unexpected(by.error());
    query.sort_by = *by;
  }
  auto order = one_of(body["sortOrder"], {"ascending", "descending"}, "InvalidSortOrder");
  if (!order) return std::unexpected(order.error());
  query.descending = *order == "descending";
  auto deployed =
      one_of(body["deployed"], {"ignore", "include", "exclude"}, "InvalidDeployedStateFilter");
  if (!deployed) return std::unexpected(deployed.error());
  query.deployed = *deployed;
  query.bucket = body["s3Bucket"].as_string();
  query.prefix = body["s3KeyPrefix"].as_string();
  if (body.contains("s3Bucket") && !is_bucket(query.bucket))
    return refuse("InvalidBucketNameFilter",
                  "'" + printable(query.bucket.substr(0, 100)) + "' is no name of an S3 bucket.");
  if (!query.prefix.empty() && query.bucket.empty())
    return refuse("BucketNameFilterRequired", "s3KeyPrefix is of no use without s3Bucket.");
  if (query.prefix.size() > longest_key)
    return refuse("InvalidKeyPrefixFilter", "A key of S3 has at most 1024 bytes.");
  return query;
}

bool matches(Query const& query, Revision const& revision, Targets const& targets) {
  if (!query.bucket.empty()) {
    auto const& object = revision.location["s3Location"];
    if (object["bucket"].as_string() != query.bucket) return false;
    if (!object["key"].as_string().starts_with(query.prefix)) return false;
  }
  bool const deployed = targets.contains(revision.id);
  return query.deployed == "ignore" || deployed == (query.deployed == "include");
}

/// Where a revision stands in the order that was asked for, as text of fixed length and the id.
std::string place_in(Query const& query, Revision const& revision) {
  std::optional<Time> at;
  if (query.sort_by == "registerTime") at = revision.registered;
  if (query.sort_by == "firstUsedTime") at = revision.first_used;
  if (query.sort_by == "lastUsedTime") at = revision.last_used;
  std::string millis = std::to_string(at ? to_millis(*at) : 0);
  constexpr std::size_t digits = 15;
  if (millis.size() < digits) millis.insert(0, digits - millis.size(), '0');
  // Turned round, so that pages need to know one order only.
  if (query.descending)
    for (char& digit : millis) digit = static_cast<char>('0' + '9' - digit);
  return millis + revision.id;
}

}  // namespace

Answer register_revision(Request& request) {
  if (auto fine = check_description(request.text("description")); !fine)
    return std::unexpected(fine.error());
  auto wanted = wanted_of(request);
  if (!wanted) return std::unexpected(wanted.error());
  std::optional<Fault> fault;
  auto kept = settled([&]() -> Result<void> {
    auto there = request.registry.revision(wanted->application, revision_id(wanted->location));
    if (!there) return std::unexpected(there.error());
    if (!*there && lacks_content(wanted->location)) {
      fault = Fault{"InvalidRevisionException", "The content of the revision is missing."};
      return {};
    }
    Revision revision;
    if (*there) revision = std::move(**there);
    if (!lacks_content(wanted->location)) revision.location = wanted->location;
    if (revision.version == 0) revision.registered = request.now;
    revision.id = revision_id(wanted->location);
    if (request.body.contains("description")) revision.description = request.text("description");
    return request.registry.keep(wanted->application, revision);
  });
  if (!kept) return broken(kept.error());
  if (fault) return std::unexpected(std::move(*fault));
  return json::Value();
}

Answer get_revision(Request& request) {
  auto wanted = wanted_of(request);
  if (!wanted) return std::unexpected(wanted.error());
  std::string const id = revision_id(wanted->location);
  auto found = request.registry.revision(wanted->application, id);
  if (!found) return broken(found.error());
  if (!*found) return unknown(id);
  auto targets = targets_of(request, wanted->application);
  if (!targets) return broken(targets.error());
  return json::Value{{"applicationName", wanted->application.name},
                     {"revision", (*found)->location},
                     {"revisionInfo", info_of(**found, *targets)}};
}

Answer batch_get_revisions(Request& request) {
  if (auto fine = application_name(request.text("applicationName")); !fine)
    return std::unexpected(fine.error());
  auto const& list = request.body["revisions"].items();
  if (list.empty()) return refuse("RevisionRequired", "At least one revision is needed.");
  if (list.size() > limits::batch_of_revisions)
    return refuse("BatchLimitExceeded", "At most 25 revisions can be asked for at once.");
  std::vector<std::string> ids;
  for (auto const& given : list) {
    auto location = read_location(given);
    if (!location) return location;
    ids.push_back(revision_id(*location));
  }
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  auto targets = targets_of(request, *application);
  if (!targets) return broken(targets.error());
  json::Value out = json::Array{};
  std::vector<std::string> missing;
  for (auto const& id : ids) {
    auto found = request.registry.revision(*application, id);
    if (!found) return broken(found.error());
    if (*found)
      out.push(json::Value{{"revisionLocation", (*found)->location},
                           {"genericRevisionInfo", info_of(**found, *targets)}});
    else
      missing.push_back(id);
  }
  std::string const message =
      missing.empty() ? "" : "No revision of the application found: " + quoted(missing);
  return json::Value{{"applicationName", application->name},
                     {"errorMessage", message},
                     {"revisions", std::move(out)}};
}

Answer list_revisions(Request& request) {
  if (auto fine = application_name(request.text("applicationName")); !fine)
    return std::unexpected(fine.error());
  auto query = query_of(request.body);
  if (!query) return std::unexpected(query.error());
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  auto all = request.registry.revisions(*application);
  if (!all) return broken(all.error());
  auto targets = targets_of(request, *application);
  if (!targets) return broken(targets.error());
  std::map<std::string, json::Value> by_place;
  for (auto const& revision : *all)
    if (matches(*query, revision, *targets))
      by_place.emplace(place_in(*query, revision), without_content(revision.location));
  std::vector<std::string> places;
  for (auto const& [place, location] : by_place) places.push_back(place);
  auto page = page_of(places, "revisions of " + application->id + "\n" + query->text(),
                      request.text("nextToken"), "revisions");
  if (!page) return page;
  json::Value locations = json::Array{};
  for (auto const& place : (*page)["revisions"].items())
    locations.push(by_place.at(place.as_string()));
  page->set("revisions", std::move(locations));
  return page;
}

}  // namespace sluice::server::codedeploy
