#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/caller.hpp"
#include "aws/environment.hpp"
#include "aws/profiles.hpp"

namespace sluice::aws {

/// What the user chose on the command line or in the release file; the rest comes from the
/// environment and the shared files.
struct SessionOptions {
  std::optional<std::string> profile;  ///< explicit: environment keys are then skipped
  std::optional<std::string> region;
  Endpoints::Given endpoints;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::seconds(30);
  std::function<void(Attempt const&)> observer;
};

/// An identity and a region, ready to call.
struct Session {
  Caller caller;
  RegionChoice region;
  ProfileChoice profile;
  std::string credentials_from;  ///< "environment variables", "profile 'prod' (role …)"
};

/// Reads settings and chooses the credentials. Calls nothing yet: roles are assumed when the first
/// call needs them.
Result<Session> open_session(SessionOptions const& options, Environment const& environment,
                             Ports ports);

/// The credential chain alone. `base` lends ports and options to the STS calls of roles; `region`
/// is where roles are assumed. What a profile asks for and this version cannot do is an error,
/// never passed over.
Result<std::shared_ptr<Provider>> choose_credentials(ProfileChoice const& profile,
                                                     Environment const& environment,
                                                     Profiles const& profiles, Ports ports,
                                                     CallerOptions const& options,
                                                     std::string const& region);

}  // namespace sluice::aws
