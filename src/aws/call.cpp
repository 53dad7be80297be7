#include "aws/call.hpp"

#include "base/json.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

ErrorCode code_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::denied: return ErrorCode::denied;
    case Trouble::not_found: return ErrorCode::not_found;
    case Trouble::already_exists:
    case Trouble::busy:
    case Trouble::referenced:
    case Trouble::stale: return ErrorCode::conflict;
    case Trouble::invalid:
    case Trouble::propagating:
    case Trouble::too_large: return ErrorCode::invalid_input;
    case Trouble::throttled: return ErrorCode::throttled;
    case Trouble::service:
    case Trouble::unreachable:
    case Trouble::maybe_done: return ErrorCode::unavailable;
    case Trouble::cancelled: return ErrorCode::cancelled;
  }
  return ErrorCode::internal;
}

std::string_view phrase_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::denied: return "was denied";
    case Trouble::not_found: return "found nothing";
    case Trouble::already_exists: return "was refused, since it already exists";
    case Trouble::busy: return "was refused while another change is under way";
    case Trouble::referenced: return "was refused, since aliases use it";
    case Trouble::stale: return "was refused, since it has changed meanwhile";
    case Trouble::invalid: return "was refused";
    case Trouble::propagating: return "was refused for now";
    case Trouble::too_large: return "was refused as too large";
    case Trouble::throttled: return "was throttled";
    case Trouble::service: return "failed inside AWS";
    case Trouble::unreachable: return "got no answer";
    case Trouble::maybe_done: return "may or may not have taken effect";
    case Trouble::cancelled: return "was stopped";
  }
  return "failed";
}

/// AWS often names the missing action and its resource: "not authorized to perform: A on resource:
/// R".
std::string behind(std::string const& message, std::string_view words) {
  std::size_t at = message.find(words);
  if (at == std::string::npos) return {};
  std::size_t start = at + words.size();
  std::string found = message.substr(start, message.find_first_of(" \n", start) - start);
  while (found.ends_with('.') || found.ends_with(',')) found.pop_back();
  return found;
}

bool is_explicit_deny(std::string const& message) { return message.contains("explicit deny"); }

std::string statement(CallError const& error) {
  std::string action = behind(error.message, "not authorized to perform: ");
  std::string resource = behind(error.message, "on resource: ");
  if (action.empty()) action = error.action;
  if (resource.empty()) resource = error.arn.empty() ? "*" : error.arn;
  json::Value allow{{"Effect", "Allow"}, {"Action", action}, {"Resource", resource}};
  return allow.dump();
}

std::string remedy_of_denied(CallError const& error) {
  std::string const& code = error.code;
  if (code.starts_with("ExpiredToken") || code == "RequestExpired")
    return "The credentials have ended: log in again, or fetch new ones.";
  if (code == "RequestTimeTooSkewed" || error.message.contains("Signature expired") ||
      error.message.contains("not yet current"))
    return "This machine's clock is wrong: set it, for example with NTP.";
  if (code == "UnrecognizedClientException" || code == "InvalidClientTokenId" ||
      code == "InvalidAccessKeyId")
    return "AWS does not know this access key: check which credentials are in force, and that they "
           "belong to this partition.";
  if (code == "InvalidSignatureException" || code == "SignatureDoesNotMatch")
    return "The secret access key does not belong to the access key id: check both.";
  if (error.service == "STS" && error.operation == "AssumeRole")
    return "AWS answers the same for two causes: the role's name is mistyped, or its trust policy "
           "does not let you in (principal, external id). Otherwise your own policy must allow "
           "it: " +
           statement(error) + ".";
  if (is_explicit_deny(error.message))
    return "A policy denies " + error.action +
           " explicitly, which no other policy can lift: ask who owns that policy.";
  std::string add = "Add to the policy of these credentials: " + statement(error) + ".";
  if (error.service == "S3" && (error.operation == "GetObject" || error.operation == "HeadObject"))
    add +=
        " S3 answers the same for a missing object unless s3:ListBucket is allowed on the bucket: "
        "check the key, too.";
  return add;
}

std::string remedy_of_missing(CallError const& error) {
  if (error.message.contains("not reachable in this region"))
    return "The ARN belongs to another region: set that region for this target.";
  if (error.code == "NoSuchBucket")
    return "Make the bucket, in the region of the function, or correct its name.";
  if (error.service == "S3") return "Check the bucket, the key and the version id.";
  return "Check the name, and that the region and the account are the right ones.";
}

std::string remedy_of_invalid(CallError const& error) {
  if (!error.region.empty()) return "The bucket is in " + error.region + ": name that region.";
  if (error.code == "CodeStorageExceededException")
    return "Delete versions that nothing uses, or ask AWS for more code storage.";
  return "Repeating cannot help: change what was asked for.";
}

}  // namespace

std::string_view name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::denied: return "denied";
    case Trouble::not_found: return "not_found";
    case Trouble::already_exists: return "already_exists";
    case Trouble::busy: return "busy";
    case Trouble::referenced: return "referenced";
    case Trouble::stale: return "stale";
    case Trouble::invalid: return "invalid";
    case Trouble::propagating: return "propagating";
    case Trouble::too_large: return "too_large";
    case Trouble::throttled: return "throttled";
    case Trouble::service: return "service";
    case Trouble::unreachable: return "unreachable";
    case Trouble::maybe_done: return "maybe_done";
    case Trouble::cancelled: return "cancelled";
  }
  return "invalid";
}

std::string CallError::remedy() const {
  if (!hint.empty()) return hint;
  switch (trouble) {
    case Trouble::denied: return remedy_of_denied(*this);
    case Trouble::not_found: return remedy_of_missing(*this);
    case Trouble::already_exists: return "Use the existing one, or choose another name.";
    case Trouble::busy: return "Wait until the change under way has ended, then repeat.";
    case Trouble::referenced: return "Move those aliases to another version first.";
    case Trouble::stale: return "Somebody else changed it: read it again and decide anew.";
    case Trouble::invalid: return remedy_of_invalid(*this);
    case Trouble::propagating:
      return "A new role, key or policy takes some minutes to be known everywhere: repeat then.";
    case Trouble::too_large: return "Make it smaller, or upload it to S3 first.";
    case Trouble::throttled:
      return "The account makes too many calls in this region: repeat later, or find who else "
             "calls.";
    case Trouble::service: return "Repeat later; if it stays, AWS support needs the request id.";
    case Trouble::unreachable:
      return "Check the network, the proxy settings, the region's name and the endpoint settings.";
    case Trouble::maybe_done: return "Read what is there now before repeating.";
    case Trouble::cancelled: return {};
  }
  return {};
}

Error CallError::error() const {
  std::string text = service + " " + operation;
  if (!resource.empty()) text += " on " + resource;
  text.append(" ").append(phrase_of(trouble)).append(": ").append(message);
  std::string origin = code;
  auto add = [&](std::string const& part) { origin += (origin.empty() ? "" : ", ") + part; };
  if (status) add("HTTP " + std::to_string(status));
  if (!request_id.empty()) add("request " + request_id);
  if (!origin.empty()) text += " (" + origin + ")";
  return {code_of(trouble), std::move(text), remedy()};
}

}  // namespace sluice::aws
