#include "server/codedeploy/face.hpp"

#include "base/log.hpp"
#include "base/strings.hpp"
#include "server/audit.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::string_view target_prefix = "CodeDeploy_20141006.";

/// Null: the request names none that there is.
Operation const* operation_of(net::Incoming const& request) {
  std::string_view target = request.headers.get("X-Amz-Target");
  if (!target.starts_with(target_prefix)) return nullptr;
  return operation_named(target.substr(target_prefix.size()));
}

std::unexpected<Fault> not_permitted(Principal const& who, Operation const& operation) {
  return refuse("AccessDenied",
                "User: " + printable(who.name) +
                    " is not authorized to perform: codedeploy:" + std::string(operation.name) +
                    ". An administrator can make an access key with another role.");
}

}  // namespace

Face::Face(Registry& registry, Signatures& signatures, Clock& clock, Options const& options)
    : registry_(registry),
      signatures_(signatures),
      clock_(clock),
      account_(options.account),
      rate_(options.rate) {}

Route Face::route() {
  Route route{"POST", "/", Permission::anyone,
              [this](Call const& call) { return answer(call.request); }};
  route.media_type = "application/x-amz-json-1.1";
  route.asks_itself = true;
  return route;
}

Outcome<Signer> Face::let_in(net::Incoming const& request, Operation const*& operation) {
  auto signer = signatures_.signer_of(request);
  if (!signer) return signer;
  if (!rate_.take(signer->who.name, clock_.monotonic()).allowed)
    return refuse("Throttling", "Rate exceeded");
  operation = operation_of(request);
  if (!operation)
    return refuse("UnknownOperation",
                  "There is no operation " +
                      printable(request.headers.get("X-Amz-Target").substr(0, 200)) + ".");
  if (may(signer->who, operation->permission)) return signer;
  audit("denied", signer->who, request, {{"operation", operation->name}});
  return not_permitted(signer->who, *operation);
}

Answer Face::carried_out(Operation const& operation, Signer const& signer,
                         std::string const& body) {
  // Clients send "{}" for nothing; some send nothing.
  auto document = body.empty() ? Result<json::Value>(json::Object{}) : json::parse(body);
  if (!document) return refuse("Serialization", printable(document.error().message));
  auto read = operation.shape.read(*document);
  if (!read) return read;
  Request request{std::move(*read), registry_.in(signer.region), account_, signer.who,
                  clock_.now()};
  return operation.answer(request);
}

net::Response Face::answer(net::Incoming const& request) {
  Operation const* operation = nullptr;
  auto signer = let_in(request, operation);
  if (!signer) return response_of(signer.error());
  auto answer = carried_out(*operation, *signer, request.body);
  json::Object more{{"operation", operation->name}, {"region", signer->region}};
  if (!answer) more.emplace_back("error", answer.error().type);
  if (operation->permission == Permission::view)
    log::debug("codedeploy", more);
  else
    audit("command", signer->who, request, std::move(more));
  return answer ? response_of(*answer) : response_of(answer.error());
}

}  // namespace sluice::server::codedeploy
