#pragma once

#include <string>
#include <vector>

#include "server/access.hpp"
#include "server/codedeploy/registry.hpp"

namespace sluice::server::codedeploy {

/// A request that was let in, as its handler sees it.
struct Request {
  json::Value body;  ///< as its Shape read it
  Registry::Region registry;
  std::string account;  ///< the server's own
  Principal who;
  Time now{};

  std::string const& text(std::string_view member) const { return body[member].as_string(); }
};

/// What is answered; null: an empty body.
using Answer = Outcome<json::Value>;

/// Characters, not bytes, of valid UTF-8: the bounds of CodeDeploy's API count those.
std::size_t characters(std::string_view text);

/// Common rules of names (CodeDeploy API Reference): 1 to 100 letters, digits and . _ + = , @ -
bool is_name(std::string_view text);

/// "ApplicationNameRequiredException", "InvalidApplicationNameException"; so for the others.
Outcome<std::string> application_name(std::string const& name);
Outcome<std::string> group_name(std::string const& name);
Outcome<std::string> configuration_name(std::string const& name);
/// At most 256 characters.
Outcome<void> check_description(std::string const& text);

/// That of the member "applicationName". ApplicationDoesNotExistException where there is none.
Outcome<Application> named_application(Request& request);
Outcome<Application> existing_application(Request& request, std::string const& name);
/// DeploymentGroupDoesNotExistException.
Outcome<Group> existing_group(Request& request, Application const& of, std::string const& name);

/// Does it again while others are faster, a few times.
template <class Work>
auto settled(Work const& work) -> decltype(work()) {
  constexpr int most_tries = 5;
  for (int tries = 1;; ++tries) {
    auto done = work();
    bool const race = !done && done.error().code == ErrorCode::conflict;
    if (!race || tries == most_tries) return done;
  }
}

/// Seconds since 1970 with a fraction, as answers hold times.
json::Value timestamp(Time time);

/// One page of names, and "nextToken" where there is another. `list` tells the tokens of one list
/// from those of others. InvalidNextTokenException.
Answer page_of(std::vector<std::string> const& sorted, std::string_view list,
               std::string const& token, std::string_view member);
inline constexpr std::size_t page_size = 100;

/// "'a', 'b'", cut after a few: for messages.
std::string quoted(std::vector<std::string> const& names);

}  // namespace sluice::server::codedeploy
