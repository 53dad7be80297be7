#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/sigv4.hpp"

namespace sluice::aws {

/// A request as it stood on the wire: path and query still escaped.
struct SignedRequest {
  std::string_view method, path, query;
  net::Headers const& headers;  ///< with Host
  /// Lower-case hex SHA-256 of the body. Used where the request does not name its payload hash
  /// itself (x-amz-content-sha256, or a presigned query).
  std::string_view body_hash;
};

/// What a request claims about its signature.
struct Claim {
  std::string access_key_id;
  std::string date, region, service;
  std::string time_text;  ///< "20260102T030405Z"
  Time time;
  std::vector<std::string> signed_headers;  ///< lower case, as claimed
  std::string signature;
  std::string session_token;                     ///< empty: none
  std::optional<std::chrono::seconds> lifetime;  ///< presigned: how long it holds from `time`
  std::string payload_hash;  ///< that was signed: hex, UNSIGNED-PAYLOAD or a STREAMING- form

  bool presigned() const { return lifetime.has_value(); }
};

/// Whether the request carries a signature of any form at all.
bool is_signed(SignedRequest const& request);

/// Takes the claim from the Authorization field or the presigned query. Refuses what is malformed,
/// a scope whose date differs from the time's, and a claim that leaves out Host. Says nothing about
/// whether the signature is right, the payload hash matches the body, or the time is acceptable.
Result<Claim> read_claim(SignedRequest const& request);

/// Computes the signature with this secret and compares it in constant time.
bool signature_matches(Claim const& claim, SignedRequest const& request, std::string_view secret);

/// The claim's payload hash is a digest and is not the body's.
bool payload_differs(Claim const& claim, std::string_view body_hash);

/// Signature of one chunk of STREAMING-AWS4-HMAC-SHA256-PAYLOAD. `previous`: the signature of the
/// chunk before, first the request's own. `key`: from signing_key.
std::string chunk_signature(std::string_view key, std::string_view time_text,
                            std::string_view scope, std::string_view previous,
                            std::string_view chunk);

}  // namespace sluice::aws
