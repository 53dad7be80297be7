#include "streams/served.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/random.hpp"

namespace sluice::bench {
namespace {

constexpr int greeting_patience_ms = 30'000;

Process start(Workplace const& workplace, std::filesystem::path const& sluice,
              std::string const& endpoint) {
  ProcessOptions options{.program = sluice};
  auto const state = workplace.folder("state").string();
  options.arguments = {"serve", "--listen", "127.0.0.1:0", "--state", state};
  options.environment = {{"AWS_ENDPOINT_URL", endpoint},
                         {"AWS_ACCESS_KEY_ID", "bench"},
                         {"AWS_SECRET_ACCESS_KEY", "bench"},
                         {"AWS_REGION", "eu-west-1"},
                         {"HOME", workplace.folder("home").string()},
                         {"XDG_RUNTIME_DIR", workplace.folder("run").string()}};
  options.merge_errors = true;
  return must("start " + sluice.string(), Process::start(options));
}

/// The word of `text` that begins so; empty where it is not there as a whole.
std::string word_in(std::string const& text, std::string_view begin) {
  auto const from = text.find(begin);
  if (from == std::string::npos) return {};
  auto const end = text.find_first_of(" \n", from);
  return end == std::string::npos ? std::string() : text.substr(from, end - from);
}

}  // namespace

Served::Served(std::filesystem::path const& sluice, std::string const& endpoint)
    : process_(start(workplace_, sluice, endpoint)),
      client_(net::make_client({.use_proxies = false})) {
  read_greeting();
  port_ = must("read the server's address", net::Url::parse(url_)).port;
  admin_ = ask("POST", "/api/v1/login", "", {{"setup_token", setup_}})["token"].as_string();
}

Served::~Served() {
  process_.signal_group(SIGTERM);
  process_.wait();
}

void Served::read_greeting() {
  std::string text;
  std::array<char, 4096> part;
  while (url_.empty() || setup_.empty()) {
    pollfd wait{process_.output(), POLLIN, 0};
    if (::poll(&wait, 1, greeting_patience_ms) <= 0) give_up("start a server", text);
    auto const got = ::read(process_.output(), part.data(), part.size());
    if (got <= 0) give_up("start a server", text);
    text.append(part.data(), static_cast<std::size_t>(got));
    url_ = word_in(text, "http://");
    setup_ = word_in(text, "sluice_setup_");
  }
}

std::string Served::make_token(std::string const& name) {
  json::Value const wish{{"name", name}, {"roles", json::array({"operator"})}};
  return ask("POST", "/api/v1/tokens", admin_, wish)["token"].as_string();
}

json::Value Served::ask(std::string const& method, std::string const& path,
                        std::string const& token, json::Value const& body) {
  net::Request request;
  request.method = method;
  request.url = url_ + path;
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
  if (!body.is_null()) {
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Idempotency-Key", "bench-" + std::to_string(++requests_));
    request.body = body.dump();
  }
  auto const answer = client_->send(request, {}, {});
  if (!answer) give_up(method + " " + path, answer.error().error.text());
  if (answer->status >= 300) give_up(method + " " + path, answer->body);
  return answer->body.empty() ? json::Value() : must("read an answer", json::parse(answer->body));
}

}  // namespace sluice::bench
