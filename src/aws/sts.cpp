#include "aws/sts.hpp"

#include "aws/decode.hpp"
#include "aws/xml.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

Spec spec_for(std::string operation, std::string const& region, net::Pairs form) {
  Spec spec;
  spec.service = Service::sts;
  // Nothing at AWS changes by asking for a session: it may be repeated.
  spec.kind = Kind::read;
  spec.region = region;
  spec.method = "POST";
  form.insert(form.begin(), {{"Action", operation}, {"Version", "2011-06-15"}});
  spec.operation = std::move(operation);
  spec.body = net::format_query(form);
  spec.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  return spec;
}

/// The account of "arn:aws:sts::123456789012:assumed-role/…".
std::string account_of(std::string const& arn) {
  std::vector<std::string> parts = split(arn, ':');
  return parts.size() > 4 ? parts[4] : "";
}

}  // namespace

Answer<Identity> Sts::get_caller_identity() {
  Spec spec = spec_for("GetCallerIdentity", region_, {});
  auto response = caller_.call(spec);
  if (!response) return std::unexpected(std::move(response.error()));
  auto document = parse_xml(response->body);
  if (!document) return unreadable(spec, document.error().message);
  XmlElement const& result = (*document)["GetCallerIdentityResult"];
  Identity out{result["Account"].text, result["Arn"].text, result["UserId"].text};
  if (out.account.empty()) return unreadable(spec, "it names no account");
  return out;
}

Answer<AssumedRole> Sts::assume_role(RoleRequest const& request) {
  net::Pairs form{{"RoleArn", request.role_arn}, {"RoleSessionName", request.session_name}};
  if (request.duration)
    form.emplace_back("DurationSeconds", std::to_string(request.duration->count()));
  if (!request.external_id.empty()) form.emplace_back("ExternalId", request.external_id);
  Spec spec = spec_for("AssumeRole", region_, std::move(form));
  spec.resource = request.role_arn;
  spec.arn = request.role_arn;
  auto response = caller_.call(spec);
  if (!response) return std::unexpected(std::move(response.error()));

  auto document = parse_xml(response->body);
  if (!document) return unreadable(spec, document.error().message);
  XmlElement const& result = (*document)["AssumeRoleResult"];
  XmlElement const& keys = result["Credentials"];
  auto expiry = parse_rfc3339(keys["Expiration"].text);
  if (keys["AccessKeyId"].text.empty() || keys["SecretAccessKey"].text.empty() || !expiry)
    return unreadable(spec, "it holds no credentials");
  AssumedRole out;
  out.arn = result["AssumedRoleUser"]["Arn"].text;
  out.credentials.access_key_id = keys["AccessKeyId"].text;
  out.credentials.secret = Secret(keys["SecretAccessKey"].text);
  out.credentials.session_token = Secret(keys["SessionToken"].text);
  out.credentials.expiry = *expiry;
  out.credentials.account = account_of(out.arn);
  return out;
}

}  // namespace sluice::aws
