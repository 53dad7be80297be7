#pragma once

#include <functional>
#include <memory>

#include "plan/plan.hpp"
#include "server/api_client.hpp"
#include "store/packages.hpp"

namespace sluice::server {

/// A package of a plan that a server does not have yet.
struct Missing {
  std::string sha256;    ///< as the plan names it: base64
  std::string function;  ///< of the first release that needs it
  std::shared_ptr<net::BodySource const> bytes;
};

/// The stored packages of a plan that the server lacks, each once.
Result<std::vector<Missing>> missing_packages(ApiClient& api, plan::Plan const& plan,
                                              store::Packages& packages);

/// Sends one. Repeating it changes nothing: the server keeps packages by their hash and checks it.
/// `sent` is told how many bytes have gone, on another thread; may be empty.
Result<void> send_package(ApiClient& api, Missing const& package,
                          std::function<void(std::uint64_t)> sent, std::stop_token stop);

}  // namespace sluice::server
