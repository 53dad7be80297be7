#include "dialect/native/settings.hpp"

#include <algorithm>

#include "config/codes_plan.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "dialect/native/aws_members.hpp"
#include "dialect/native/package.hpp"

namespace sluice::dialect::native {
namespace {

using config::MapReader;
using config::Node;
using MissingAlias = plan::Release::MissingAlias;
namespace codes = config::codes;

/// Members of CreateFunction that have a key of their own here.
struct Elsewhere {
  std::string_view member;
  std::string_view help;
};
constexpr Elsewhere elsewhere[] = {
    {"FunctionName", "write 'function: NAME' beside 'configuration'"},
    {"Code", "write 'package: …' beside 'configuration'"},
    {"Tags", "write 'tags: …' beside 'configuration'"},
    {"Publish", "leave it out: every release publishes its version"},
    {"PublishTo", "leave it out: every release publishes its version"},
};

json::Value wrapped(Member const& member, json::Value value) {
  std::size_t slash = member.aws.find('/');
  if (slash == std::string::npos) return value;
  std::string inner = member.aws.substr(slash + 1);
  return inner == "-" ? json::array({std::move(value)})
                      : json::Value(json::Object{{inner, std::move(value)}});
}

void read_short(MapReader& reader, FunctionSettings& settings) {
  for (auto const& member : short_members()) {
    Node const* node = reader.value(member.key);
    if (!node) continue;
    auto value = read_shape(*node, member.shape, member.key, reader.diagnostics());
    settings.configuration.set(top_member(member), wrapped(member, std::move(value)));
    settings.places[top_member(member)] = node->span();
  }
}

void refuse_second_place(config::Entry const& entry, config::Span const& first,
                         config::Diagnostics& diagnostics) {
  diagnostics.error(codes::said_twice, entry.key_span,
                    config::in_quotes(entry.key) + " is given twice",
                    {.cause = "the short key and AWS's own name mean the same member",
                     .help = "keep one of them",
                     .related = {{first, "the short key is here"}}});
}

void read_verbatim(MapReader& outer, FunctionSettings& settings) {
  auto reader = outer.map("configuration");
  if (!reader) return;
  auto& diagnostics = reader->diagnostics();
  for (auto const& [member, help] : elsewhere) {
    std::string key(member);
    if (!reader->has(key)) continue;
    reader->value(key);
    diagnostics.error(codes::misplaced_key, reader->span_of_key(key),
                      config::in_quotes(key) + " is not part of a function's configuration here",
                      {.help = std::string(help)});
  }
  for (auto const& member : verbatim_members()) {
    Node const* node = reader->value(member.key);
    if (!node) continue;
    auto [place, first] = settings.places.emplace(member.key, node->span());
    if (!first) refuse_second_place(*reader->node().entry(member.key), place->second, diagnostics);
    settings.configuration.set(member.aws,
                               read_shape(*node, member.shape, member.key, diagnostics));
  }
  reader->done();
}

std::optional<bool> read_switch(MapReader& reader, char const* key, char const* off,
                                char const* on) {
  return reader.one_of<bool>(key, {{off, false}, {on, true}});
}

/// At most 50 tags, keys of 1 to 128 and values of up to 256 characters (Lambda API, Tags).
std::optional<std::map<std::string, std::string>> read_tags(MapReader& reader) {
  Node const* node = reader.value("tags");
  if (!node) return std::nullopt;
  auto tags = reader.string_map("tags");
  if (tags.size() > 50)
    reader.error("tags", codes::outside_aws_rules,
                 "a function can have 50 tags, here are " + std::to_string(tags.size()));
  for (auto const& entry : node->entries()) {
    bool fits = !entry.key.empty() && entry.key.size() <= 128 && entry.value.text().size() <= 256;
    if (fits && !entry.key.starts_with("aws:")) continue;
    reader.diagnostics().error(codes::outside_aws_rules, entry.key_span,
                               "the tag " + config::in_quotes(entry.key) + " is not possible",
                               {.help = "AWS allows names of 1 to 128 characters that do not start "
                                        "with 'aws:', and values of up to 256"});
  }
  return tags;
}

/// A name, or an ARN without a qualifier (Lambda API, FunctionName).
std::optional<std::string> read_function(MapReader& reader) {
  auto text = reader.string("function");
  if (!text) return std::nullopt;
  if (text->starts_with("arn:")) {
    auto arn = reader.arn("function", "lambda");
    if (arn && std::ranges::count(*arn, ':') > 6)
      reader.error("function", codes::outside_aws_rules, "this ARN names a version or an alias",
                   "leave out what follows the function's name; the alias goes to 'alias:'");
    return arn;
  }
  return reader.name("function");
}

/// 1 to 128 of letters, digits, '-' and '_', not digits only (Lambda API, CreateAlias).
std::optional<std::string> read_alias(MapReader& reader) {
  auto alias = reader.name("alias", {.max_length = 128});
  if (alias && !alias->empty() && alias->find_first_not_of("0123456789") == std::string::npos)
    reader.error("alias", codes::outside_aws_rules, "an alias cannot be a number",
                 "AWS takes a number for a version");
  return alias;
}

std::optional<std::string> read_limited(MapReader& reader, char const* key) {
  auto text = reader.string(key);
  if (text && text->size() > 256)
    reader.error(key, codes::outside_aws_rules,
                 std::string(key) + " has " + std::to_string(text->size()) + " characters",
                 "AWS allows up to 256");
  return text;
}

}  // namespace

FunctionSettings read_settings(MapReader& reader) {
  FunctionSettings settings;
  settings.function = read_function(reader);
  settings.alias = read_alias(reader);
  if (auto const* node = reader.value("package")) {
    settings.package = read_package(*node, reader.diagnostics());
    settings.places["package"] = node->span();
  }
  if (auto const* node = reader.value("staging")) {
    settings.staging = read_staging(*node, reader.diagnostics());
    settings.places["staging"] = node->span();
  }
  read_short(reader, settings);
  read_verbatim(reader, settings);
  settings.tags = read_tags(reader);
  if (auto count = reader.integer("reserved_concurrency", {.min = 0, .max = 1'000'000}))
    settings.reserved_concurrency = static_cast<int>(*count);
  settings.alias_description = read_limited(reader, "alias_description");
  settings.version_description = read_limited(reader, "version_description");
  settings.missing_alias = reader.one_of<MissingAlias>(
      "missing_alias", {{"create_on_baseline", MissingAlias::create_on_baseline},
                        {"create_at_end", MissingAlias::create_at_end}});
  settings.heal_to_primary = read_switch(reader, "heal", "refuse", "to_primary");
  settings.restore_latest = read_switch(reader, "restore", "traffic", "latest");
  settings.delete_created = read_switch(reader, "created_here", "keep", "delete");
  settings.delete_candidate = read_switch(reader, "candidate", "keep", "delete");
  if (auto count = reader.integer("keep_versions", {.min = 1, .max = 1000}))
    settings.keep_versions = static_cast<int>(*count);
  if (auto const* node = reader.value("drain")) {
    settings.drain = reader.duration("drain");
    settings.places["drain"] = node->span();
  }
  return settings;
}

std::vector<std::string> const& settings_keys() {
  static std::vector<std::string> const keys = [] {
    std::vector<std::string> all = {"alias",
                                    "package",
                                    "staging",
                                    "configuration",
                                    "tags",
                                    "reserved_concurrency",
                                    "alias_description",
                                    "version_description",
                                    "missing_alias",
                                    "heal",
                                    "restore",
                                    "created_here",
                                    "candidate",
                                    "keep_versions",
                                    "drain"};
    for (auto const& member : short_members()) all.push_back(member.key);
    return all;
  }();
  return keys;
}

}  // namespace sluice::dialect::native
