#include "server/codedeploy/signature.hpp"

#include <algorithm>

#include "aws/sigv4_verify.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "server/audit.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::string_view service = "codedeploy";
constexpr Duration tolerance = std::chrono::minutes(15);
constexpr std::size_t longest_region = 32;

std::unexpected<Fault> mismatch() {
  return refuse("InvalidSignature",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method.");
}

std::unexpected<Fault> unknown_key() {
  return refuse("UnrecognizedClient",
                "The security token included in the request is invalid. This server knows the "
                "access keys that 'sluice token create --aws-keys' made.");
}

/// It becomes a part of names in the store.
bool is_region(std::string_view text) {
  auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= longest_region && std::ranges::all_of(text, fits);
}

/// Whatever decides what is done has to be signed.
bool covers(aws::Claim const& claim, std::string_view field) {
  return std::ranges::any_of(claim.signed_headers, [&](std::string const& name) {
    return equal_ignoring_case(name, field);
  });
}

Outcome<aws::Claim> claim_of(aws::SignedRequest const& wire) {
  if (!aws::is_signed(wire))
    return refuse("MissingAuthenticationToken", "Request is missing Authentication Token");
  auto claim = aws::read_claim(wire);
  if (!claim) return refuse("IncompleteSignature", claim.error().text());
  if (claim->presigned())
    return refuse("IncompleteSignature", "the signature must be in the Authorization field");
  if (claim->service != service)
    return refuse("InvalidSignature",
                  "Credential should be scoped to correct service: 'codedeploy'.");
  if (!is_region(claim->region))
    return refuse("InvalidSignature", "Credential should be scoped to a valid Region.");
  if (!covers(*claim, "x-amz-target"))
    return refuse("InvalidSignature", "The signature must cover the field x-amz-target.");
  return std::move(*claim);
}

Outcome<void> check_time(aws::Claim const& claim, Time now) {
  std::string const limit =
      " (" + compact_utc(now) + (claim.time < now ? " - " : " + ") + "15 min.)";
  if (claim.time < now - tolerance)
    return refuse("InvalidSignature", "Signature expired: " + claim.time_text +
                                          " is now earlier than " + compact_utc(now - tolerance) +
                                          limit);
  if (claim.time > now + tolerance)
    return refuse("InvalidSignature", "Signature not yet current: " + claim.time_text +
                                          " is still later than " + compact_utc(now + tolerance) +
                                          limit);
  return {};
}

}  // namespace

Outcome<Signer> Signatures::verified(net::Incoming const& request) {
  auto const body_hash = hex(sha256(request.body));
  aws::SignedRequest const wire{request.method, request.path, request.query, request.headers,
                                body_hash};
  auto claim = claim_of(wire);
  if (!claim) return std::unexpected(claim.error());
  auto key = keys_.find(claim->access_key_id);
  if (!key) return broken(key.error());
  // A key from here is no temporary one: a session token belongs to another key.
  if (!*key || !claim->session_token.empty()) return unknown_key();
  if (!aws::signature_matches(*claim, wire, (*key)->secret.open())) return mismatch();
  // An unsigned payload is none that was signed: the hash has to be the body's.
  if (!Secret(claim->payload_hash).equals(body_hash)) return mismatch();
  if (auto fine = check_time(*claim, clock_.now()); !fine) return std::unexpected(fine.error());
  if ((*key)->expired)
    return refuse("ExpiredToken", "The security token included in the request is expired");
  keys_.used(claim->access_key_id);
  return Signer{std::move((*key)->who), std::move(claim->region)};
}

Outcome<Signer> Signatures::signer_of(net::Incoming const& request) {
  auto signer = verified(request);
  if (signer || signer.error().status >= 500) return signer;
  // Nobody has tried anything who shows nothing.
  if (signer.error().type == "MissingAuthenticationTokenException") return signer;
  if (failures_.wait_of(request.peer))
    return refuse("Throttling",
                  "Rate exceeded: too many requests with wrong signatures from " + request.peer);
  int const failures = failures_.count(request.peer);
  audit("authentication_failed", {}, request,
        {{"reason", signer.error().message}, {"failures", failures}});
  return signer;
}

}  // namespace sluice::server::codedeploy
