#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/sigv4_verify.hpp"
#include "local/model/fault.hpp"
#include "local/model/keys.hpp"
#include "local/wire/s3_chunks.hpp"
#include "net/server.hpp"

namespace sluice::local {

/// The name in a Host field, lower case: without port, brackets and a final dot.
std::string host_name(std::string_view field);

/// localhost, *.localhost, 127.x.x.x or ::1: what a web page of another site cannot make a browser
/// send (DNS rebinding).
bool is_loopback_name(std::string_view host);

/// 403 for a Host that is not loopback and for every request with an Origin. Checked before
/// anything else of a request is looked at.
Outcome<void> check_origin(net::Headers const& headers);

/// Who sent a request and under which scope.
struct Sender {
  Principal principal;
  std::string access_key;
  std::string region, service;  ///< of the credential scope; an old presigned URL has no region
  std::optional<ChunkSigner> chunks;  ///< only where the key's secret is known
  bool presigned = false;
};

/// A copy of the key where it is on the ring; called at most once, so that no lock is held
/// meanwhile.
using KeyLookup = std::function<std::optional<AccessKey>(std::string_view id)>;

/// Reads the signature and verifies it where the key is on the ring. An unknown key is accepted
/// with any signature, except a temporary one (ASIA…) that comes with a session token: such a key
/// was given out by AssumeRole, here or elsewhere, and here it is expired or unknown. URLs
/// presigned with signature version 2, which the AWS CLI still makes for S3, are accepted from keys
/// that nobody declared and refused from others. Faults: 403 MissingAuthenticationToken,
/// IncompleteSignature, InvalidClientTokenId, ExpiredToken, SignatureDoesNotMatch,
/// RequestTimeTooSkewed; 400 for S3 where S3 says so.
Outcome<Sender> authenticate(net::Incoming const& request, KeyLookup const& keys, Time now);

}  // namespace sluice::local
