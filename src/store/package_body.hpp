#pragma once

#include <functional>
#include <string>

#include "net/http.hpp"

/// What every implementation of Packages does with a package that was sent to it.
namespace sluice::store {

/// Reads it to its end, in pieces.
Result<void> read_body(net::BodySource const& body,
                       std::function<Result<void>(std::string_view)> const& each);

/// invalid_input where it is larger than Lambda takes any package, or where `sha256` (base64) is
/// not its hash.
Result<void> check_body(net::BodySource const& body, std::string const& sha256);

}  // namespace sluice::store
