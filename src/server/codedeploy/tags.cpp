#include "server/codedeploy/tags.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "server/codedeploy/operations.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::size_t most_tags = 50;
constexpr std::size_t longest_key = 128;
constexpr std::size_t longest_value = 256;

std::unexpected<Fault> invalid(std::string message) {
  return refuse("InvalidTagsToAdd", std::move(message));
}

/// What can have tags.
struct Resource {
  std::string region, account;
  std::string application;
  std::optional<std::string> group;
};

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "arn:aws:codedeploy:eu-west-1:000000000000:deploymentgroup:shop/live". The colon behind the type
/// is no slash: CodeDeploy's ARNs are compared as they stand.
Outcome<Resource> resource_of(std::string const& arn) {
  if (arn.empty()) return refuse("ResourceArnRequired", "The ARN of a resource is missing.");
  auto invalid_arn = [&] {
    return refuse("InvalidArn", "'" + printable(arn.substr(0, 300)) + "' is no ARN.");
  };
  auto const parts = split(arn, ':');
  if (parts.size() < 6 || parts[0] != "arn" || !parts[1].starts_with("aws")) return invalid_arn();
  auto unsupported = [&] {
    return refuse("ArnNotSupported",
                  "'" + printable(arn.substr(0, 300)) +
                      "' names nothing that has tags: those are applications and deployment "
                      "groups of CodeDeploy.");
  };
  if (parts[2] != "codedeploy") return unsupported();
  Resource resource{parts[3], parts[4], {}, {}};
  // Clients that were told not to ask for the account leave it out.
  if (!resource.account.empty() && !is_account(resource.account)) return invalid_arn();
  if (parts.size() != 7) return unsupported();
  if (parts[5] == "application") {
    resource.application = parts[6];
    if (!is_name(resource.application)) return invalid_arn();
    return resource;
  }
  if (parts[5] != "deploymentgroup") return unsupported();
  std::size_t const slash = parts[6].find('/');
  if (slash == std::string::npos) return invalid_arn();
  resource.application = parts[6].substr(0, slash);
  resource.group = parts[6].substr(slash + 1);
  if (!is_name(resource.application) || !is_name(*resource.group)) return invalid_arn();
  return resource;
}

/// The application of an ARN; one of another Region or account is not there.
Outcome<Application> application_of(Request& request, Resource const& resource) {
  bool const elsewhere = resource.region != request.registry.name() ||
                         (!resource.account.empty() && resource.account != request.account);
  if (!elsewhere) return existing_application(request, resource.application);
  return refuse("ApplicationDoesNotExist",
                "No application found for name: " + resource.application + " (the ARN is of " +
                    printable(resource.region + ", account " + resource.account) +
                    "; this request is of " + request.registry.name() + ", and the server's " +
                    "account is " + request.account + ")");
}

/// Changes the tags of what an ARN names.
template <class Change>
Answer change_tags(Request& request, Change const& change) {
  auto resource = resource_of(request.text("ResourceArn"));
  if (!resource) return std::unexpected(resource.error());
  std::optional<Fault> fault;
  auto done = settled([&]() -> Result<void> {
    auto stop = [&](Fault why) -> Result<void> {
      fault = std::move(why);
      return {};
    };
    auto application = application_of(request, *resource);
    if (!application) return stop(application.error());
    if (!resource->group) {
      auto tags = change(application->tags);
      if (!tags) return stop(tags.error());
      application->tags = std::move(*tags);
      return request.registry.change(*application);
    }
    auto group = existing_group(request, *application, *resource->group);
    if (!group) return stop(group.error());
    auto tags = change(group->tags);
    if (!tags) return stop(tags.error());
    group->tags = std::move(*tags);
    return request.registry.change(*application, *group);
  });
  if (!done) return broken(done.error());
  if (fault) return std::unexpected(std::move(*fault));
  return json::Value(json::Object{});
}

}  // namespace

Outcome<json::Value> read_tags(json::Value const& list) {
  json::Value tags = json::Object{};
  for (auto const& tag : list.items()) {
    std::string const& key = tag["Key"].as_string();
    std::string const& value = tag["Value"].as_string();
    if (key.empty() || characters(key) > longest_key)
      return invalid("The key of a tag has 1 to 128 characters.");
    if (characters(value) > longest_value)
      return invalid("The value of the tag '" + printable(key) + "' is over 256 characters.");
    if (lower(key).starts_with("aws:"))
      return invalid("Keys of tags that begin with 'aws:' are reserved: '" + printable(key) + "'.");
    if (tags.contains(key))
      return invalid("There are two tags with the key '" + printable(key) + "'.");
    tags.set(key, value);
  }
  return with_tags(json::Object{}, tags);
}

Outcome<json::Value> with_tags(json::Value tags, json::Value const& more) {
  for (auto const& [key, value] : more.members()) tags.set(key, value);
  if (tags.members().size() > most_tags) return invalid("A resource has at most 50 tags.");
  return tags;
}

Answer tag_resource(Request& request) {
  if (request.text("ResourceArn").empty())
    return refuse("ResourceArnRequired", "The ARN of a resource is missing.");
  if (request.body["Tags"].items().empty())
    return refuse("TagRequired", "At least one tag is needed.");
  auto more = read_tags(request.body["Tags"]);
  if (!more) return more;
  return change_tags(request, [&](json::Value const& tags) { return with_tags(tags, *more); });
}

Answer untag_resource(Request& request) {
  if (request.text("ResourceArn").empty())
    return refuse("ResourceArnRequired", "The ARN of a resource is missing.");
  auto const& keys = request.body["TagKeys"].items();
  if (keys.empty()) return refuse("TagRequired", "At least one key of a tag is needed.");
  return change_tags(request, [&](json::Value tags) -> Outcome<json::Value> {
    for (auto const& key : keys) tags.erase(key.as_string());
    return tags;
  });
}

Answer list_tags(Request& request) {
  auto resource = resource_of(request.text("ResourceArn"));
  if (!resource) return std::unexpected(resource.error());
  json::Value list = json::Array{};
  auto tell = [&](json::Value const& tags) {
    for (auto const& [key, value] : tags.members())
      list.push(json::Value{{"Key", key}, {"Value", value}});
    return json::Value{{"Tags", list}};
  };
  // What is not there has no tags: the operation has no error for it.
  auto application = application_of(request, *resource);
  if (!application && application.error().status >= 500)
    return std::unexpected(application.error());
  if (!application) return tell({});
  if (!resource->group) return tell(application->tags);
  auto group = existing_group(request, *application, *resource->group);
  if (!group && group.error().status >= 500) return std::unexpected(group.error());
  return tell(group ? group->tags : json::Value());
}

}  // namespace sluice::server::codedeploy
