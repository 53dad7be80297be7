#pragma once

#include <expected>
#include <string>

#include "base/json.hpp"
#include "net/http.hpp"

/// CodeDeploy's API as AWS's clients speak it: AWS JSON 1.1, errors as {"__type", "message"}.
namespace sluice::server::codedeploy {

/// Why a request is not carried out, as the client is told.
struct Fault {
  std::string type;     ///< "ApplicationDoesNotExistException": clients match on it
  std::string message;  ///< for a person; some clients match on words of it
  int status = 400;     ///< every error of the API is 400; 500 is for what is broken here
  friend bool operator==(Fault const&, Fault const&) = default;
};
template <class T>
using Outcome = std::expected<T, Fault>;

/// `type` without the "Exception" that all of them end with.
std::unexpected<Fault> refuse(std::string_view type, std::string message);
/// What the store could not do. Its reason is logged, and is not the client's business.
std::unexpected<Fault> broken(Error const& error);

net::Response response_of(Fault const& fault);
/// 200 with the document; with nothing at all where it is null.
net::Response response_of(json::Value const& answer);

}  // namespace sluice::server::codedeploy
