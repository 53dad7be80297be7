#include "server/codedeploy/revision_location.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::size_t most_content = 256 << 10;

std::unexpected<Fault> invalid(std::string message) {
  return refuse("InvalidRevision", std::move(message));
}

struct Type {
  std::string_view name, block;
};
constexpr Type types[] = {{"S3", "s3Location"},
                          {"GitHub", "gitHubLocation"},
                          {"String", "string"},
                          {"AppSpecContent", "appSpecContent"}};

/// As AWS writes it; clients write "yaml", too, and are understood.
std::string bundle_type(std::string const& given) {
  for (auto name : {"tar", "tgz", "zip", "YAML", "JSON"})
    if (equal_ignoring_case(given, name)) return name;
  return "";
}

Outcome<json::Value> read_object(json::Value block) {
  for (auto name : {"bucket", "key"})
    if (block[name].as_string().empty())
      return invalid("The " + std::string(name) + " of the S3 location is missing.");
  std::string const type = bundle_type(block["bundleType"].as_string());
  if (type.empty())
    return invalid("The bundleType of the S3 location must be one of YAML, JSON, zip, tar, tgz.");
  block.set("bundleType", type);
  for (auto name : {"version", "eTag"})
    if (block[name].as_string().empty()) block.erase(name);
  return block;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Outcome<json::Value> read_inline(json::Value const& block) {
  std::string const& content = block["content"].as_string();
  std::string const& digest = block["sha256"].as_string();
  if (!digest.empty() && !is_digest(digest))
    return invalid("The sha256 of a revision has 64 of 0-9 and a-f.");
  if (content.empty() && (block.contains("content") || digest.empty()))
    return invalid("The content of the revision is missing.");
  if (content.empty()) return json::Value{{"sha256", digest}};
  if (content.size() > most_content)
    return invalid("The content of a revision has 256 KiB at most.");
  std::string const own = hex(sha256(content));
  if (!digest.empty() && digest != own)
    return invalid("The sha256 is not the content's: that is " + own + ".");
  return json::Value{{"content", content}, {"sha256", own}};
}

std::string block_of(json::Value const& location) {
  auto const& type = location["revisionType"].as_string();
  auto const* found = std::ranges::find(types, type, &Type::name);
  return found == std::end(types) ? "" : std::string(found->block);
}

}  // namespace

Outcome<json::Value> read_location(json::Value const& given) {
  if (given.is_null()) return refuse("RevisionRequired", "The revision is missing.");
  auto const& type = given["revisionType"].as_string();
  std::string const block = block_of(given);
  if (block.empty())
    return invalid("'" + printable(type.substr(0, 100)) +
                   "' is no revisionType. Valid values are [S3, String, AppSpecContent]");
  if (type == "GitHub") return invalid("A Lambda deployment takes no revision from GitHub.");
  for (auto const& other : types)
    if (given.contains(other.block) != (other.block == block))
      return invalid("A revision of the type " + type + " has the block " + block +
                     " and no other.");
  auto read = type == "S3" ? read_object(given[block]) : read_inline(given[block]);
  if (!read) return read;
  json::Value location{{"revisionType", type}};
  location.set(block, std::move(*read));
  return location;
}

std::string revision_id(json::Value const& location) {
  auto const& type = location["revisionType"].as_string();
  auto const& block = location[block_of(location)];
  if (type != "S3") return type + "-" + block["sha256"].as_string();
  // Names of objects are longer than ids of records may be.
  return type + "-" + hex(sha256(block.canonical()));
}

json::Value without_content(json::Value location) {
  std::string const block = block_of(location);
  if (location[block].contains("content")) {
    json::Value stripped = location[block];
    stripped.erase("content");
    location.set(block, std::move(stripped));
  }
  return location;
}

bool lacks_content(json::Value const& location) {
  bool const in_line = location["revisionType"].as_string() != "S3";
  return in_line && !location[block_of(location)].contains("content");
}

}  // namespace sluice::server::codedeploy
