#pragma once

#include <string>

#include "server/codedeploy/operations.hpp"
#include "server/codedeploy/options.hpp"
#include "server/codedeploy/signature.hpp"
#include "server/router.hpp"

namespace sluice::server::codedeploy {

/// CodeDeploy's API for AWS's own clients, at POST / with an X-Amz-Target field: who signed the
/// request, whether they may, how often, what it says, and the answer, in this order. Every refusal
/// is one of AWS's. Thread-safe.
class Face {
 public:
  /// The references must outlive it.
  Face(Registry& registry, Signatures& signatures, Clock& clock, Options const& options);

  /// For ApiParts::more. It asks by itself who sends a request.
  Route route();

  net::Response answer(net::Incoming const& request);

 private:
  Outcome<Signer> let_in(net::Incoming const& request, Operation const*& operation);
  Answer carried_out(Operation const& operation, Signer const& signer, std::string const& body);

  Registry& registry_;
  Signatures& signatures_;
  Clock& clock_;
  std::string const account_;
  RateLimit rate_;
};

}  // namespace sluice::server::codedeploy
