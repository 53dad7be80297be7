#pragma once

#include <string>

#include "base/json.hpp"
#include "base/process.hpp"
#include "net/client.hpp"
#include "workplace.hpp"

namespace sluice::bench {

/// `sluice serve` as a process of its own, on loopback, with an empty journal, and an
/// administrator's token for it. Ends with this.
class Served {
 public:
  /// `endpoint`: the AWS that its runs would work with.
  Served(std::filesystem::path const& sluice, std::string const& endpoint);
  ~Served();

  std::uint16_t port() const { return port_; }
  /// A token of its own for each use: requests are limited by principal.
  std::string make_token(std::string const& name);
  /// The answer's body; ends the program where its status is no success.
  json::Value ask(std::string const& method, std::string const& path, std::string const& token,
                  json::Value const& body = {});
  std::string const& admin() const { return admin_; }

 private:
  void read_greeting();

  Workplace workplace_;
  Process process_;
  std::string url_, setup_, admin_;
  std::uint16_t port_ = 0;
  std::unique_ptr<net::Client> client_;
  int requests_ = 0;
};

}  // namespace sluice::bench
