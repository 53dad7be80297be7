#pragma once

#include <string>
#include <vector>

namespace sluice::bench {

/// A whole HTTP request for Lambda, signed as a client would, for the endpoint at `url`.
std::string lambda_request(std::string const& url, std::string const& method,
                           std::vector<std::string> path, std::string const& body = {});

}  // namespace sluice::bench
