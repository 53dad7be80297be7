#include <algorithm>

#include "base/strings.hpp"
#include "dialect/native/aws_members.hpp"
#include "dialect/native/package.hpp"
#include "dialect/native/write_parts.hpp"

/// Writes what a file says about a function.
namespace sluice::dialect::native {
namespace {

using Kind = Shape::Kind;

/// The value as the shape's short key says it; none where it holds more than the key can say.
std::optional<json::Value> short_text(json::Value const& value, Shape const& shape) {
  if (shape.kind == Kind::seconds)
    return value.is_int()
               ? std::optional(json::Value(duration_text(std::chrono::seconds(value.as_int()))))
               : std::nullopt;
  if (shape.kind != Kind::structure) return value;
  json::Value out = json::Object{};
  for (auto const& [name, member] : value.members()) {
    auto known = std::ranges::find(shape.members, name, &Member::aws);
    if (known == shape.members.end()) return std::nullopt;
    out.set(known->key, member);
  }
  return value.is_object() ? std::optional(out) : std::nullopt;
}

/// The value at the end of a member's way; none where something stands beside the way.
std::optional<json::Value> at_end_of_way(Member const& member, json::Value const& top) {
  std::size_t slash = member.aws.find('/');
  if (slash == std::string::npos) return top;
  std::string inner = member.aws.substr(slash + 1);
  if (inner == "-")
    return top.items().size() == 1 ? std::optional(top.items().front()) : std::nullopt;
  bool alone = top.members().size() == 1 && top.contains(inner);
  return alone ? std::optional(top[inner]) : std::nullopt;
}

void write_configuration(json::Value const& configuration, json::Value& out) {
  json::Value verbatim = configuration;
  for (auto const& member : short_members()) {
    std::string top = top_member(member);
    if (!configuration.contains(top)) continue;
    auto inner = at_end_of_way(member, configuration[top]);
    auto text = inner ? short_text(*inner, member.shape) : std::nullopt;
    if (!text) continue;
    out.set(member.key, *text);
    verbatim.erase(top);
  }
  if (!verbatim.members().empty()) out.set("configuration", verbatim);
}

}  // namespace

json::Value settings_text(plan::Release const& release, std::string const& key) {
  json::Value out = json::Object{};
  if (release.function != key) out.set("function", release.function);
  if (!release.alias.empty()) out.set("alias", release.alias);
  if (release.package.kind != plan::Package::Kind::none)
    out.set("package", package_text(release.package));
  if (!release.package.staging.empty()) out.set("staging", "s3://" + release.package.staging);
  write_configuration(release.configuration, out);
  if (release.tags) out.set("tags", json::object_of(*release.tags));
  if (release.reserved_concurrency) out.set("reserved_concurrency", *release.reserved_concurrency);
  if (release.alias_description) out.set("alias_description", *release.alias_description);
  if (!release.version_description.empty())
    out.set("version_description", release.version_description);
  if (release.missing_alias == plan::Release::MissingAlias::create_at_end)
    out.set("missing_alias", "create_at_end");
  if (release.heal_to_primary) out.set("heal", "to_primary");
  if (release.restore_latest) out.set("restore", "latest");
  if (release.delete_created) out.set("created_here", "delete");
  if (release.delete_candidate) out.set("candidate", "delete");
  if (release.keep_versions) out.set("keep_versions", *release.keep_versions);
  if (release.delete_candidate || release.keep_versions)
    out.set("drain", duration_text(release.drain));
  return out;
}

std::string duration_text(Duration duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string out;
  constexpr std::pair<std::int64_t, char const*> units[] = {
      {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}};
  for (auto const& [size, name] : units) {
    if (left < size) continue;
    out += std::to_string(left / size) + name;
    left %= size;
  }
  return out;
}

}  // namespace sluice::dialect::native
