#include "local/wire/sts.hpp"

#include <charconv>

#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

Outcome<XmlWriter> get_caller_identity(Call const& call) {
  XmlWriter xml("GetCallerIdentityResponse", sts_name_space);
  xml.open("GetCallerIdentityResult")
      .text("Arn", call.caller.arn)
      .text("UserId", call.caller.user_id)
      .text("Account", call.caller.account)
      .close();
  return xml;
}

Outcome<AssumeRole> read_assume_role(net::Pairs const& form) {
  AssumeRole request;
  request.role_arn = value_of(form, "RoleArn");
  request.session_name = value_of(form, "RoleSessionName");
  request.external_id = value_of(form, "ExternalId");
  if (auto const& text = value_of(form, "DurationSeconds"); !text.empty()) {
    auto const* end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, request.duration_seconds);
    if (read.ec != std::errc() || read.ptr != end)
      return refuse(400, "ValidationError", "DurationSeconds is not a number");
  }
  // What would narrow the session is refused: a rehearsal must not look safer than it is.
  for (auto const name : {"Policy", "PolicyArns.member.1.arn", "SerialNumber", "TokenCode"})
    if (has(form, name))
      return refuse(501, "NotImplemented",
                    "The local endpoint does not serve AssumeRole with " + std::string(name) + ".");
  return request;
}

Outcome<XmlWriter> assume_role(Sts& sts, KeyRing& ring, Random& random, Call const& call,
                               net::Pairs const& form) {
  auto const request = read_assume_role(form);
  if (!request) return std::unexpected(request.error());
  auto const assumed = sts.assume(*request, call.caller, ring, random, call.now);
  if (!assumed) return std::unexpected(assumed.error());
  auto const& key = assumed->key;
  XmlWriter xml("AssumeRoleResponse", sts_name_space);
  xml.open("AssumeRoleResult");
  xml.open("AssumedRoleUser")
      .text("AssumedRoleId", key.principal.user_id)
      .text("Arn", key.principal.arn)
      .close();
  xml.open("Credentials")
      .text("AccessKeyId", key.id)
      .text("SecretAccessKey", key.secret)
      .text("SessionToken", key.session_token)
      .text("Expiration", rfc3339(*key.expires))
      .close();
  if (auto const& source = value_of(form, "SourceIdentity"); !source.empty())
    xml.text("SourceIdentity", source);
  xml.close();
  return xml;
}

}  // namespace

Outcome<net::Pairs> query_form(net::Incoming const& request) {
  auto form = net::parse_query(request.body, true);
  auto const query = net::parse_query(request.query, true);
  if (!form || !query || form->size() > 20'000)
    return refuse(400, "MalformedInput", "The form body of the request cannot be read.");
  form->insert(form->end(), query->begin(), query->end());
  return std::move(*form);
}

net::Response answer_sts(Sts& sts, KeyRing& ring, Random& random, Call const& call,
                         net::Pairs const& form) {
  Outcome<XmlWriter> xml = refuse(501, "NotImplemented",
                                  "The local endpoint does not serve STS " + call.operation +
                                      "; it knows GetCallerIdentity and AssumeRole.");
  if (call.operation == "GetCallerIdentity") xml = get_caller_identity(call);
  if (call.operation == "AssumeRole") xml = assume_role(sts, ring, random, call, form);
  if (!xml) return query_fault(xml.error(), sts_name_space, call.request_id);
  xml->open("ResponseMetadata").text("RequestId", call.request_id).close();
  net::Response response;
  response.headers.set("Content-Type", "text/xml");
  response.headers.set("x-amzn-RequestId", call.request_id);
  response.body = xml->finish();
  return response;
}

net::Response query_fault(Fault const& fault, std::string_view name_space,
                          std::string const& request_id) {
  XmlWriter xml("ErrorResponse", name_space);
  xml.open("Error")
      .text("Type", fault.status < 500 ? "Sender" : "Receiver")
      .text("Code", fault.code)
      .text("Message", fault.message)
      .close();
  xml.text("RequestId", request_id);
  net::Response response;
  response.status = fault.status;
  response.headers.set("Content-Type", "text/xml");
  response.headers.set("x-amzn-RequestId", request_id);
  if (fault.retry_after_seconds > 0)
    response.headers.set("Retry-After", std::to_string(fault.retry_after_seconds));
  response.body = xml.finish();
  return response;
}

}  // namespace sluice::local
