#pragma once

#include <memory>
#include <string>

#include "aws/budget.hpp"
#include "aws/lambda.hpp"
#include "aws/session.hpp"
#include "net/client.hpp"

namespace sluice::bench {

/// Which function in which form: what both clients are to bring about.
struct Content {
  std::string code;  ///< a package's bytes
  int memory = 128;
};

/// The shortest sequences of calls (docs of each scenario), with no guard, no journal and no look
/// at what is there. It knows how long the endpoint takes to settle, sleeps exactly that long and
/// then looks: a client that nobody can write against AWS, and so the floor of every wall time
/// here.
class PlainClient {
 public:
  PlainClient(std::string const& url, Duration settle_delay);

  /// Publishes version 1; an alias "live" on it where one is wanted.
  void create(std::string const& function, Content const& content, bool alias);
  /// Publish and answer the version, once it is active.
  std::string update_code(std::string const& function, Content const& content);
  std::string update_configuration(std::string const& function, int memory);
  std::string update_both(std::string const& function, Content const& content);
  /// `share` of the traffic to `version`, 0.0–1.0; at 1 the alias names only that one.
  void shift(std::string const& function, std::string const& from, std::string const& to,
             double share);
  /// Looks whether there is anything to do, as section "nothing changed" has it.
  void look(std::string const& function);
  /// Whether the function exists.
  void choose(std::string const& function);

 private:
  void write_configuration(std::string const& function, int memory);
  void settle(std::string const& function, std::string const& version);

  Duration settle_delay_;
  std::unique_ptr<net::Client> client_;
  aws::Budget budget_;
  std::unique_ptr<aws::Session> session_;
  std::unique_ptr<aws::Lambda> lambda_;
};

/// The settings of a person who uses the endpoint at `url`.
aws::Session open_bench_session(std::string const& url, aws::Ports ports);

}  // namespace sluice::bench
