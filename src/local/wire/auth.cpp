#include "local/wire/auth.hpp"

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "base/secret.hpp"
#include "base/strings.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {
namespace {

constexpr Duration clock_tolerance = std::chrono::minutes(15);

std::unexpected<Fault> mismatch() {
  return refuse(403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. The local endpoint verifies "
                "keys declared with --key and keys from AssumeRole.");
}

Outcome<void> check_time(aws::Claim const& claim, Time now) {
  if (claim.lifetime) {
    if (claim.time > now + clock_tolerance)
      return refuse(403, "AccessDenied", "Request is not valid yet");
    if (claim.time + *claim.lifetime <= now)
      return refuse(403, "AccessDenied", "Request has expired");
    return {};
  }
  auto const distance = claim.time > now ? claim.time - now : now - claim.time;
  if (distance <= clock_tolerance) return {};
  if (claim.service == "s3")
    return refuse(403, "RequestTimeTooSkewed",
                  "The difference between the request time and the current time is too large.");
  return refuse(403, "SignatureDoesNotMatch",
                "Signature expired or not yet current: " + claim.time_text +
                    " is more than 15 minutes from " + compact_utc(now));
}

Outcome<void> verify(AccessKey const& key, aws::Claim const& claim,
                     aws::SignedRequest const& request, Time now) {
  bool const s3 = claim.service == "s3";
  if (key.expires && *key.expires <= now)
    return refuse(s3 ? 400 : 403, s3 ? "ExpiredToken" : "ExpiredTokenException",
                  "The security token included in the request is expired");
  if (!key.session_token.empty() && !Secret(key.session_token).equals(claim.session_token))
    return refuse(403, s3 ? "InvalidToken" : "UnrecognizedClientException",
                  "The security token included in the request is invalid");
  if (!aws::signature_matches(claim, request, key.secret)) return mismatch();
  if (aws::payload_differs(claim, request.body_hash)) {
    if (s3)
      return refuse(400, "XAmzContentSHA256Mismatch",
                    "The provided 'x-amz-content-sha256' header does not match what was computed.");
    return mismatch();
  }
  return check_time(claim, now);
}

}  // namespace

std::string host_name(std::string_view field) {
  auto name = trim(field);
  if (name.starts_with('[')) {
    auto const end = name.find(']');
    return lower(name.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  name = name.substr(0, name.find(':'));
  if (name.ends_with('.')) name.remove_suffix(1);
  return lower(name);
}

bool is_loopback_name(std::string_view host) {
  if (host == "localhost" || host == "::1" || host.ends_with(".localhost")) return true;
  auto const parts = split(host, '.');
  if (parts.size() != 4 || parts[0] != "127") return false;
  return std::all_of(parts.begin(), parts.end(), [](std::string const& part) {
    bool const digits =
        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && !part.empty() && part.size() <= 3 && std::stoi(part) <= 255;
  });
}

Outcome<void> check_origin(net::Headers const& headers) {
  if (!is_loopback_name(host_name(headers.get("host"))))
    return refuse(403, "AccessDenied",
                  "The local endpoint answers only requests to localhost, *.localhost, 127.x.x.x "
                  "or [::1]; the Host field names '" +
                      printable(headers.get("host")) + "'.");
  if (headers.contains("origin"))
    return refuse(403, "AccessDenied",
                  "The local endpoint does not answer web pages (the request has an Origin).");
  return {};
}

namespace {

/// A URL presigned with signature version 2: AWSAccessKeyId, Expires (epoch seconds), Signature.
std::optional<Outcome<Sender>> old_presigned(net::Incoming const& request, KeyLookup const& keys,
                                             Time now) {
  auto const query = net::parse_query(request.query);
  if (!query || request.headers.contains("authorization")) return {};
  auto const& id = value_of(*query, "AWSAccessKeyId");
  if (id.empty() || value_of(*query, "Signature").empty()) return {};
  if (keys(id))
    return refuse(400, "InvalidRequest",
                  "The local endpoint verifies this key, and that only by signature version 4: "
                  "presign with it (for the AWS CLI: s3.signature_version = s3v4).");
  std::int64_t expires = 0;
  auto const& text = value_of(*query, "Expires");
  std::from_chars(text.data(), text.data() + text.size(), expires);
  if (expires <= to_millis(now) / 1000) return refuse(403, "AccessDenied", "Request has expired");
  Sender sender;
  sender.principal = KeyRing::undeclared(id);
  sender.access_key = id;
  sender.service = "s3";
  sender.presigned = true;
  return sender;
}

}  // namespace

Outcome<Sender> authenticate(net::Incoming const& request, KeyLookup const& keys, Time now) {
  if (auto old = old_presigned(request, keys, now)) return std::move(*old);
  auto const body_hash = hex(sha256(request.body));
  aws::SignedRequest const wire{request.method, request.path, request.query, request.headers,
                                body_hash};
  if (!aws::is_signed(wire))
    return refuse(403, "MissingAuthenticationToken",
                  "Request is missing Authentication Token. The local endpoint accepts any access "
                  "key, but the request must be signed with one.");
  auto const claim = aws::read_claim(wire);
  if (!claim) return refuse(400, "IncompleteSignature", claim.error().text());
  Sender sender;
  sender.access_key = claim->access_key_id;
  sender.region = claim->region;
  sender.service = claim->service;
  sender.presigned = claim->presigned();
  auto const key = keys(claim->access_key_id);
  if (!key) {
    if (claim->access_key_id.starts_with("ASIA") && !claim->session_token.empty())
      return refuse(403, claim->service == "s3" ? "InvalidAccessKeyId" : "InvalidClientTokenId",
                    "The security token included in the request is invalid: the local endpoint did "
                    "not give out the temporary key " +
                        printable(claim->access_key_id) + ", or it has expired.");
    if (claim->presigned()) {
      if (auto fine = check_time(*claim, now); !fine) return std::unexpected(fine.error());
    }
    sender.principal = KeyRing::undeclared(claim->access_key_id);
    return sender;
  }
  if (auto fine = verify(*key, *claim, wire, now); !fine) return std::unexpected(fine.error());
  sender.principal = key->principal;
  sender.chunks = ChunkSigner{
      aws::signing_key(key->secret, claim->date, claim->region, claim->service), claim->time_text,
      aws::scope_text(claim->date, claim->region, claim->service), claim->signature};
  return sender;
}

}  // namespace sluice::local
