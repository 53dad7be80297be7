#include "aws/decode.hpp"

namespace sluice::aws {

std::unexpected<CallError> unreadable(Spec const& spec, std::string why) {
  CallError error;
  error.trouble = spec.kind == Kind::write ? Trouble::maybe_done : Trouble::service;
  error.service = traits_of(spec.service).name;
  error.operation = spec.operation;
  error.resource = spec.resource + (spec.resource.empty() ? "" : " in ") + spec.region;
  error.message = "the answer cannot be understood: " + std::move(why);
  error.hint = "Something between here and AWS may have changed it: check proxies and endpoints.";
  return std::unexpected(std::move(error));
}

Answer<json::Value> call_json(Caller const& caller, Spec const& spec) {
  auto response = caller.call(spec);
  if (!response) return std::unexpected(std::move(response.error()));
  if (response->body.empty()) return json::Value(json::Object{});
  auto document = json::parse(response->body);
  if (!document) return unreadable(spec, document.error().message);
  if (!document->is_object()) return unreadable(spec, "it is no JSON object");
  return std::move(*document);
}

Answer<void> call_only(Caller const& caller, Spec const& spec) {
  auto response = caller.call(spec);
  if (!response) return std::unexpected(std::move(response.error()));
  return {};
}

}  // namespace sluice::aws
