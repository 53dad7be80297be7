#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/parse.hpp"

/// Which server a command works with: --server, SLUICE_SERVER, the user's or the machine's file.
namespace sluice::cli {

/// "https://sluice.example:8443", as it is compared and printed: lower case, without a path. An
/// error: no such URL, or http beyond this machine, where a token could be read on its way.
Result<std::string> server_url(std::string_view text);

/// Whether requests to it stay on this machine.
bool is_loopback_url(std::string_view url);

/// The server that the line means; none: the journal of this machine. --server none means that too,
/// and so does a typed --state, --local or --local-state where no --server was typed. An error
/// where something was typed that has no meaning on a server. Pure.
Result<std::optional<std::string>> choose_server(Parsed const& line);

}  // namespace sluice::cli
