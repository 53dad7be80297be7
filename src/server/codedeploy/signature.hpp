#pragma once

#include "server/access.hpp"
#include "server/codedeploy/access_keys.hpp"
#include "server/codedeploy/fault.hpp"
#include "server/failures.hpp"

namespace sluice::server::codedeploy {

/// Who signed a request.
struct Signer {
  Principal who;
  std::string region;  ///< for which it was signed: the one it is about
};

/// Checks signatures of version 4 in the Authorization field (IAM User Guide, AWS Signature
/// Version 4): for the service "codedeploy", of any Region, over the host, the operation and the
/// body, and not more than 15 minutes from this server's time. Those that fail again and again are
/// slowed by their address, as TokenAccess does it. Thread-safe.
class Signatures {
 public:
  /// The references must outlive it.
  Signatures(AccessKeys& keys, Failures& failures, Clock& clock)
      : keys_(keys), failures_(failures), clock_(clock) {}

  /// Faults are of the types that AWS has for them.
  Outcome<Signer> signer_of(net::Incoming const& request);

 private:
  Outcome<Signer> verified(net::Incoming const& request);

  AccessKeys& keys_;
  Failures& failures_;
  Clock& clock_;
};

}  // namespace sluice::server::codedeploy
