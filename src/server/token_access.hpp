#pragma once

#include <set>
#include <string>

#include "server/access.hpp"
#include "server/failures.hpp"
#include "server/tokens.hpp"

namespace sluice::server {

/// Host fields that mean this server. Loopback names always do, where it listens there.
struct HostNames {
  std::set<std::string> names;  ///< lower case, without a port
  /// Any address in figures: for a server that listens on every address of its machine. Only names
  /// can be made to point at somebody else's server, so that this lets no web page in.
  bool any_address = false;
};

/// For a listener that others can reach: who asks shows an API token as
/// "Authorization: Bearer sluice_api_…". Those that fail again and again are slowed by their
/// address; a good token is never.
class TokenAccess final : public Access {
 public:
  /// The references must outlive it.
  TokenAccess(Tokens& tokens, Failures& failures, HostNames hosts)
      : tokens_(tokens), failures_(failures), hosts_(std::move(hosts)) {}

  Result<Principal> principal_of(net::Incoming const& request) override;
  Duration retry_after(net::Incoming const& request) override;
  bool is_our_host(std::string const& host) const override;
  bool takes_credentials() const override { return false; }

 private:
  Tokens& tokens_;
  Failures& failures_;
  HostNames const hosts_;
};

}  // namespace sluice::server
