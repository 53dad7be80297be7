#include "aws/sigv4_verify.hpp"

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::unexpected<Error> malformed(std::string why) {
  return fail(ErrorCode::invalid_input, "the request's signature is malformed: " + std::move(why));
}

Result<Time> parse_compact(std::string const& text) {
  bool shaped = text.size() == 16 && text[8] == 'T' && text[15] == 'Z';
  for (std::size_t i = 0; shaped && i < 15; ++i)
    shaped = i == 8 || (text[i] >= '0' && text[i] <= '9');
  if (!shaped) return malformed("'" + printable(text) + "' is not a time like 20260102T030405Z");
  auto part = [&](std::size_t from, std::size_t size) { return text.substr(from, size); };
  return parse_rfc3339(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" +
                       part(11, 2) + ":" + part(13, 2) + "Z");
}

std::string find(net::Pairs const& pairs, std::string_view name) {
  for (auto const& [key, value] : pairs)
    if (key == name) return value;
  return {};
}

/// "AKID/20260102/eu-west-1/lambda/aws4_request". The key id itself may hold slashes.
Result<void> read_credential(std::string_view text, Claim& claim) {
  std::vector<std::string> parts = split(text, '/');
  if (parts.size() < 5 || parts.back() != "aws4_request")
    return malformed("its credential scope is not KEY/DATE/REGION/SERVICE/aws4_request");
  std::size_t last = parts.size() - 1;
  claim.service = parts[last - 1];
  claim.region = parts[last - 2];
  claim.date = parts[last - 3];
  claim.access_key_id = join(std::span(parts).first(last - 3), "/");
  return {};
}

Result<Claim> finish(Claim claim, std::string const& signed_headers) {
  auto time = parse_compact(claim.time_text);
  if (!time) return std::unexpected(time.error());
  claim.time = *time;
  if (!claim.time_text.starts_with(claim.date) || claim.date.size() != 8)
    return malformed("its scope's date is not the date of its time");
  claim.signed_headers = split(signed_headers, ';');
  if (std::ranges::find(claim.signed_headers, "host") == claim.signed_headers.end())
    return malformed("it does not cover Host");
  if (claim.access_key_id.empty() || claim.signature.empty())
    return malformed("it names no key or carries no signature");
  return claim;
}

Result<Claim> from_header(SignedRequest const& request, std::string_view value) {
  if (!value.starts_with(algorithm)) return malformed("only AWS4-HMAC-SHA256 is understood");
  value.remove_prefix(algorithm.size());
  Claim claim;
  std::string credential, signed_headers;
  for (std::string const& part : split(value, ',')) {
    std::string_view field = trim(part);
    if (field.starts_with("Credential="))
      credential = field.substr(11);
    else if (field.starts_with("SignedHeaders="))
      signed_headers = field.substr(14);
    else if (field.starts_with("Signature="))
      claim.signature = field.substr(10);
  }
  if (auto read = read_credential(credential, claim); !read) return std::unexpected(read.error());
  claim.time_text = request.headers.get("x-amz-date");
  claim.session_token = request.headers.get("x-amz-security-token");
  std::string const& named = request.headers.get("x-amz-content-sha256");
  claim.payload_hash = named.empty() ? std::string(request.body_hash) : named;
  return finish(std::move(claim), signed_headers);
}

Result<Claim> from_query(SignedRequest const& request, net::Pairs const& query) {
  if (find(query, "X-Amz-Algorithm") != algorithm)
    return malformed("only AWS4-HMAC-SHA256 is understood");
  Claim claim;
  if (auto read = read_credential(find(query, "X-Amz-Credential"), claim); !read)
    return std::unexpected(read.error());
  claim.time_text = find(query, "X-Amz-Date");
  claim.signature = find(query, "X-Amz-Signature");
  claim.session_token = find(query, "X-Amz-Security-Token");
  std::string seconds = find(query, "X-Amz-Expires");
  long long count = 0;
  auto [end, problem] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), count);
  if (problem != std::errc() || end != seconds.data() + seconds.size() || count < 1 ||
      count > 604'800)
    return malformed("X-Amz-Expires is not between 1 and 604800 seconds");
  claim.lifetime = std::chrono::seconds(count);
  std::string const& named = request.headers.get("x-amz-content-sha256");
  // Only S3 leaves the body out of a presigned signature.
  std::string_view body = claim.service == "s3" ? unsigned_payload : request.body_hash;
  claim.payload_hash = named.empty() ? std::string(body) : named;
  return finish(std::move(claim), find(query, "X-Amz-SignedHeaders"));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return Secret(std::string(a)).equals(b);
}

std::vector<std::pair<std::string, std::string>> claimed_fields(Claim const& claim,
                                                                net::Headers const& headers) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::string const& name : claim.signed_headers) {
    std::string joined;
    bool first = true;
    for (auto const& [key, value] : headers.all()) {
      if (!equal_ignoring_case(key, name)) continue;
      joined += (first ? "" : ",") + canonical_value(value);
      first = false;
    }
    fields.emplace_back(lower(name), joined);
  }
  std::ranges::sort(fields);
  return fields;
}

}  // namespace

bool is_signed(SignedRequest const& request) {
  if (request.headers.contains("authorization")) return true;
  auto query = net::parse_query(request.query);
  return query && !find(*query, "X-Amz-Algorithm").empty();
}

Result<Claim> read_claim(SignedRequest const& request) {
  if (std::string const& value = request.headers.get("authorization"); !value.empty())
    return from_header(request, value);
  auto query = net::parse_query(request.query);
  if (!query) return std::unexpected(query.error());
  return from_query(request, *query);
}

bool signature_matches(Claim const& claim, SignedRequest const& request, std::string_view secret) {
  auto query = net::parse_query(request.query);
  if (!query) return false;
  std::erase_if(*query, [](auto const& pair) { return pair.first == "X-Amz-Signature"; });
  bool once = path_escaping_of(claim.service) == PathEscaping::once;
  std::string path = once ? std::string(request.path) : net::percent_encode(request.path, true);
  std::string canonical =
      canonical_request(request.method, path, canonical_query(*query),
                        claimed_fields(claim, request.headers), claim.payload_hash);
  std::string expected =
      signature_of(canonical, claim.time_text, claim.region, claim.service, secret);
  return equal_in_constant_time(expected, claim.signature);
}

bool payload_differs(Claim const& claim, std::string_view body_hash) {
  bool digest = claim.payload_hash.size() == 64;
  return digest && !equal_in_constant_time(claim.payload_hash, body_hash);
}

std::string chunk_signature(std::string_view key, std::string_view time_text,
                            std::string_view scope, std::string_view previous,
                            std::string_view chunk) {
  std::string text = "AWS4-HMAC-SHA256-PAYLOAD\n";
  text.append(time_text).append("\n").append(scope).append("\n").append(previous).append("\n");
  text += hex(sha256("")) + "\n" + hex(sha256(chunk));
  return hex(hmac_sha256(key, text));
}

}  // namespace sluice::aws
