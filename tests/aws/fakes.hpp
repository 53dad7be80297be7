#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "aws/caller.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "net/client.hpp"

namespace sluice::aws::fake {

/// Time that passes only when somebody sleeps.
class ManualClock final : public Clock {
 public:
  Time wall = parse_rfc3339("2026-01-02T03:04:05Z").value();
  Duration ticks{1'000'000};
  std::vector<Duration> slept;
  std::function<void()> on_sleep;

  Time now() override { return wall; }
  Duration monotonic() override { return ticks; }
  void sleep(Duration time, std::stop_token stop) override {
    slept.push_back(time);
    if (on_sleep) on_sleep();
    if (!stop.stop_requested()) pass(time);
  }
  void pass(Duration time) {
    wall += time;
    ticks += time;
  }
};

/// A draw that is always the same.
class FixedRandom final : public Random {
 public:
  std::uint64_t next() override { return std::uint64_t{1} << 63; }
};

using Sent = std::expected<net::Response, net::Failure>;

/// Answers from a script and keeps what was sent. Asking for more than the script holds fails.
class ScriptedClient final : public net::Client {
 public:
  std::deque<std::function<Sent(net::Request const&)>> script;
  std::vector<net::Request> requests;
  std::vector<net::SendOptions> options;
  std::vector<std::string> bodies;  ///< of each request, streams read to their end

  void answer(net::Response response) {
    script.emplace_back([response](net::Request const&) -> Sent { return response; });
  }
  void answer(int status, std::string body, net::Headers headers = {}) {
    answer(net::Response{status, std::move(headers), std::move(body), {}, {}});
  }
  void break_off(bool may_have_arrived, ErrorCode code = ErrorCode::unavailable,
                 std::string message = "connection reset") {
    net::Failure failure{Error{code, std::move(message), ""}, may_have_arrived};
    script.emplace_back(
        [failure](net::Request const&) -> Sent { return std::unexpected(failure); });
  }

  Sent send(net::Request const& request, net::SendOptions const& send_options,
            std::stop_token) override {
    requests.push_back(request);
    options.push_back(send_options);
    bodies.push_back(request.stream ? read_all(*request.stream) : request.body);
    if (script.empty())
      return std::unexpected(
          net::Failure{Error{ErrorCode::invalid_input, "the script is at its end", ""}, false});
    auto next = std::move(script.front());
    script.pop_front();
    Sent sent = next(request);
    if (sent && sent->status < 300 && send_options.sink) {
      if (auto taken = send_options.sink(sent->body); !taken)
        return std::unexpected(net::Failure{taken.error(), true});
      sent->body.clear();
    }
    return sent;
  }

  static std::string read_all(net::BodySource const& source) {
    std::string out;
    std::vector<char> part(1000);
    for (;;) {
      auto got = source.read(out.size(), part);
      if (!got || *got == 0) return out;
      out.append(part.data(), *got);
    }
  }
};

inline std::shared_ptr<Provider> test_keys() {
  Credentials keys;
  keys.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  keys.secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  return static_provider(std::move(keys), "test keys");
}

/// Everything a caller stands on, scripted.
struct World {
  ManualClock clock;
  FixedRandom random;
  ScriptedClient client;
  Budget budget{clock, Budget::unlimited()};
  std::vector<Attempt> seen;

  Ports ports() { return {client, clock, random, budget}; }
  CallerOptions options() {
    CallerOptions out;
    out.observer = [this](Attempt const& attempt) { seen.push_back(attempt); };
    return out;
  }
  Caller caller() { return Caller(ports(), test_keys(), options()); }
};

inline std::string lambda_error(std::string const& code, std::string const& message) {
  return json::Value{{"Type", "User"}, {"message", message}, {"__type", code}}.dump();
}

}  // namespace sluice::aws::fake
