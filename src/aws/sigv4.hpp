#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "net/http.hpp"

namespace sluice::aws {

/// The payload hash of a body that is not part of the signature (S3 only).
constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// How often the path is percent-encoded in what is signed: S3 once, every other service twice.
enum class PathEscaping { once, twice };
/// By the signing name of the service.
PathEscaping path_escaping_of(std::string_view service);

/// What a signature holds for.
struct SigningScope {
  Time time;
  std::string region;
  std::string service;  ///< the signing name
};

struct SigningKeys {
  std::string_view access_key_id;
  std::string_view secret;
  std::string_view session_token;  ///< empty: none
};

/// A request before it is signed: everything decoded.
struct Unsigned {
  std::string method = "GET";
  std::string authority;          ///< the Host field
  std::vector<std::string> path;  ///< segments; none: "/". A last empty one ends the path with '/'
  net::Pairs query;
  net::Headers headers;      ///< without Host; what must not be signed is left out by itself
  std::string payload_hash;  ///< lower-case hex SHA-256 of the body, or `unsigned_payload`
};

/// What has to go out, byte for byte.
struct Signed {
  std::string path;      ///< escaped
  std::string query;     ///< escaped, without '?'; a presigned one holds the signature
  net::Headers headers;  ///< those given and the signature's own, without Host
  std::string signature;
};

/// Adds X-Amz-Date, X-Amz-Security-Token and Authorization; for S3 also x-amz-content-sha256.
Signed sign(Unsigned const& request, SigningScope const& scope, SigningKeys const& keys);

/// Puts the signature into the query instead (S3). `lifetime`: 1 s to 7 days. The payload counts as
/// unsigned.
Signed presign(Unsigned const& request, SigningScope const& scope, SigningKeys const& keys,
               std::chrono::seconds lifetime);

/// The key that signs everything of one day, region and service.
std::string signing_key(std::string_view secret, std::string_view date, std::string_view region,
                        std::string_view service);

/// "20260102/eu-west-1/lambda/aws4_request".
std::string scope_text(std::string_view date, std::string_view region, std::string_view service);

/// The canonical request (AWS SigV4). `path`: as it is signed. `headers`: lower-case names, sorted.
std::string canonical_request(std::string_view method, std::string_view path,
                              std::string_view query,
                              std::vector<std::pair<std::string, std::string>> const& headers,
                              std::string_view payload_hash);

/// Pairs escaped and sorted as they are signed.
std::string canonical_query(net::Pairs const& pairs);

/// Without blanks at both ends, runs of blanks inside as one.
std::string canonical_value(std::string_view value);

/// Lower-case hex signature of a canonical request. `time`: "20260102T030405Z".
std::string signature_of(std::string_view canonical, std::string_view time, std::string_view region,
                         std::string_view service, std::string_view secret);

}  // namespace sluice::aws
