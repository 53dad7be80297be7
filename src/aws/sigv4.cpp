#include "aws/sigv4.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Proxies and clients change these on the way.
bool is_never_signed(std::string_view name) {
  static constexpr std::string_view names[] = {
      "user-agent", "x-amzn-trace-id", "expect",          "transfer-encoding",
      "connection", "authorization",   "accept-encoding", "content-length"};
  return std::ranges::find(names, name) != std::end(names);
}

/// Only what AWS requires: a header that is not signed cannot break a signature on the way.
bool is_signed(std::string_view name) {
  return !is_never_signed(name) && (name == "host" || name == "content-type" ||
                                    name == "content-md5" || name.starts_with("x-amz-"));
}

Fields fields_to_sign(Unsigned const& request, net::Headers const& headers) {
  Fields fields{{"host", canonical_value(request.authority)}};
  for (auto const& [name, value] : headers.all()) {
    std::string key = lower(name);
    if (key == "host" || !is_signed(key)) continue;
    auto same = std::ranges::find(fields, key, &Fields::value_type::first);
    if (same == fields.end())
      fields.emplace_back(key, canonical_value(value));
    else
      same->second += "," + canonical_value(value);
  }
  std::ranges::sort(fields);
  return fields;
}

std::string names_of(Fields const& fields) {
  std::string out;
  for (auto const& [name, value] : fields) out += (out.empty() ? "" : ";") + name;
  return out;
}

std::string escaped_path(std::vector<std::string> const& segments) {
  std::string path;
  for (auto const& segment : segments) path += "/" + net::percent_encode(segment);
  return path.empty() ? "/" : path;
}

std::string path_to_sign(std::string const& sent, PathEscaping escaping) {
  return escaping == PathEscaping::once ? sent : net::percent_encode(sent, true);
}

std::string_view date_of(std::string_view time) { return time.substr(0, 8); }

}  // namespace

PathEscaping path_escaping_of(std::string_view service) {
  return service == "s3" ? PathEscaping::once : PathEscaping::twice;
}

std::string canonical_value(std::string_view value) {
  std::string out;
  for (char c : trim(value)) {
    bool blank = c == ' ' || c == '\t';
    if (blank && out.ends_with(' ')) continue;
    out += blank ? ' ' : c;
  }
  return out;
}

std::string canonical_query(net::Pairs const& pairs) {
  Fields escaped;
  for (auto const& [name, value] : pairs)
    escaped.emplace_back(net::percent_encode(name), net::percent_encode(value));
  std::ranges::sort(escaped);
  std::string out;
  for (auto const& [name, value] : escaped) {
    if (!out.empty()) out += '&';
    out += name + "=" + value;
  }
  return out;
}

std::string canonical_request(std::string_view method, std::string_view path,
                              std::string_view query, Fields const& headers,
                              std::string_view payload_hash) {
  std::string out(method);
  out.append("\n").append(path).append("\n").append(query).append("\n");
  for (auto const& [name, value] : headers) out += name + ":" + value + "\n";
  out.append("\n").append(names_of(headers)).append("\n").append(payload_hash);
  return out;
}

std::string scope_text(std::string_view date, std::string_view region, std::string_view service) {
  std::string out(date);
  return out.append("/").append(region).append("/").append(service).append("/aws4_request");
}

std::string signing_key(std::string_view secret, std::string_view date, std::string_view region,
                        std::string_view service) {
  std::string key = hmac_sha256("AWS4" + std::string(secret), date);
  key = hmac_sha256(key, region);
  key = hmac_sha256(key, service);
  return hmac_sha256(key, "aws4_request");
}

std::string signature_of(std::string_view canonical, std::string_view time, std::string_view region,
                         std::string_view service, std::string_view secret) {
  std::string text(algorithm);
  text.append("\n").append(time).append("\n");
  text += scope_text(date_of(time), region, service) + "\n" + hex(sha256(canonical));
  return hex(hmac_sha256(signing_key(secret, date_of(time), region, service), text));
}

Signed sign(Unsigned const& request, SigningScope const& scope, SigningKeys const& keys) {
  std::string time = compact_utc(scope.time);
  Signed out;
  out.path = escaped_path(request.path);
  out.query = canonical_query(request.query);
  out.headers = request.headers;
  out.headers.set("X-Amz-Date", time);
  if (!keys.session_token.empty())
    out.headers.set("X-Amz-Security-Token", std::string(keys.session_token));
  if (scope.service == "s3") out.headers.set("x-amz-content-sha256", request.payload_hash);

  Fields fields = fields_to_sign(request, out.headers);
  std::string canonical =
      canonical_request(request.method, path_to_sign(out.path, path_escaping_of(scope.service)),
                        out.query, fields, request.payload_hash);
  out.signature = signature_of(canonical, time, scope.region, scope.service, keys.secret);

  std::string value(algorithm);
  value.append(" Credential=").append(keys.access_key_id).append("/");
  value += scope_text(date_of(time), scope.region, scope.service);
  value += ", SignedHeaders=" + names_of(fields) + ", Signature=" + out.signature;
  out.headers.set("Authorization", value);
  return out;
}

Signed presign(Unsigned const& request, SigningScope const& scope, SigningKeys const& keys,
               std::chrono::seconds lifetime) {
  ENSURE(lifetime.count() >= 1 && lifetime <= std::chrono::days(7));
  std::string time = compact_utc(scope.time);
  Fields fields = fields_to_sign(request, request.headers);
  net::Pairs query = request.query;
  query.emplace_back("X-Amz-Algorithm", algorithm);
  query.emplace_back("X-Amz-Credential",
                     std::string(keys.access_key_id) + "/" +
                         scope_text(date_of(time), scope.region, scope.service));
  query.emplace_back("X-Amz-Date", time);
  query.emplace_back("X-Amz-Expires", std::to_string(lifetime.count()));
  query.emplace_back("X-Amz-SignedHeaders", names_of(fields));
  if (!keys.session_token.empty()) query.emplace_back("X-Amz-Security-Token", keys.session_token);

  Signed out;
  out.path = escaped_path(request.path);
  out.query = canonical_query(query);
  out.headers = request.headers;
  std::string canonical =
      canonical_request(request.method, path_to_sign(out.path, path_escaping_of(scope.service)),
                        out.query, fields, unsigned_payload);
  out.signature = signature_of(canonical, time, scope.region, scope.service, keys.secret);
  out.query += "&X-Amz-Signature=" + out.signature;
  return out;
}

}  // namespace sluice::aws
