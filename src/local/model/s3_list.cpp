#include <algorithm>

#include "base/hash.hpp"
#include "local/model/s3.hpp"

namespace sluice::local {
namespace {

/// The common prefix `key` falls under, or empty.
std::string common_prefix(std::string_view key, ListObjects const& wanted) {
  if (wanted.delimiter.empty()) return {};
  auto const at = key.find(wanted.delimiter, wanted.prefix.size());
  if (at == std::string_view::npos) return {};
  return std::string(key.substr(0, at + wanted.delimiter.size()));
}

/// A page ends behind a key ("k…") or behind everything under a common prefix ("p…").
struct Place {
  std::string key, prefix;
};

Outcome<Place> place_of(ListObjects const& wanted) {
  if (wanted.token.empty()) return Place{wanted.start_after, {}};
  auto text = decode_base64(wanted.token);
  if (!text || text->empty() || (text->front() != 'k' && text->front() != 'p'))
    return refuse(400, "InvalidArgument", "The continuation token provided is incorrect");
  if (text->front() == 'p') return Place{text->substr(1), text->substr(1)};
  return Place{text->substr(1), {}};
}

}  // namespace

Outcome<ObjectPage> S3::list(Bucket const& bucket, ListObjects const& wanted) {
  auto const place = place_of(wanted);
  if (!place) return std::unexpected(place.error());
  auto const most = std::min(wanted.max_keys, max_page);
  ObjectPage page;
  std::string last;
  for (auto at = bucket.objects.lower_bound(wanted.prefix); at != bucket.objects.end(); ++at) {
    auto const& [key, versions] = *at;
    if (!key.starts_with(wanted.prefix)) break;
    if (!place->key.empty() && key <= place->key) continue;
    if (!place->prefix.empty() && key.starts_with(place->prefix)) continue;
    if (versions.back().delete_marker) continue;
    auto prefix = common_prefix(key, wanted);
    if (!prefix.empty() && !page.prefixes.empty() && page.prefixes.back() == prefix) continue;
    if (page.objects.size() + page.prefixes.size() >= most) {
      page.truncated = most > 0;
      page.next_token = page.truncated ? base64(last) : std::string();
      break;
    }
    if (prefix.empty()) {
      page.objects.emplace_back(key, &versions.back());
      last = "k" + key;
    } else {
      last = "p" + prefix;
      page.prefixes.push_back(std::move(prefix));
    }
  }
  return page;
}

VersionPage S3::list_versions(Bucket const& bucket, ListVersions const& wanted) {
  auto const most = std::min(wanted.max_keys, max_page);
  VersionPage page;
  auto from = std::max(wanted.prefix, wanted.key_marker);
  for (auto at = bucket.objects.lower_bound(from); at != bucket.objects.end(); ++at) {
    auto const& [key, versions] = *at;
    if (!key.starts_with(wanted.prefix)) break;
    bool const in_marked_key = key == wanted.key_marker && !wanted.key_marker.empty();
    if (in_marked_key && wanted.version_marker.empty()) continue;
    bool skip = in_marked_key;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (skip) {
        skip = version->version_id != wanted.version_marker;
        continue;
      }
      if (page.entries.size() >= most) {
        page.truncated = most > 0;
        if (!page.truncated) return page;
        page.next_key = page.entries.back().key;
        page.next_version = page.entries.back().version->version_id;
        return page;
      }
      page.entries.push_back({key, &*version, version == versions.rbegin()});
    }
  }
  return page;
}

}  // namespace sluice::local
