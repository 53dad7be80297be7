#include "paused/world.hpp"

#include <cstdio>
#include <cstdlib>

#include "aws/lambda.hpp"
#include "aws/session.hpp"
#include "base/hash.hpp"
#include "releases/plain_client.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr char url[] = "http://localhost";
constexpr char region[] = "eu-west-1";

template <class T>
T answered(std::string_view what, aws::Answer<T> answer) {
  if (!answer) give_up(what, answer.error().error().text());
  return std::move(*answer);
}

local::EndpointSettings settings() {
  local::EndpointSettings settings;
  settings.lambda.rates = {0, 0, 0};
  settings.lambda.settle_delay = Duration(0);
  return settings;
}

json::Value function_request(std::string const& name, std::string const& code) {
  return {{"FunctionName", name},
          {"Runtime", "nodejs20.x"},
          {"Handler", "index.handler"},
          {"Role", "arn:aws:iam::000000000000:role/bench"},
          {"MemorySize", 128},
          {"Publish", true},
          {"Code", json::Value{{"ZipFile", base64(code)}}}};
}

}  // namespace

std::string function_name(std::size_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "paused-%07zu", number);
  return name;
}

/// Sees every request on its way to the endpoint.
class World::Front final : public net::Client {
 public:
  Front(local::Endpoint& endpoint, Clock& clock) : direct_(endpoint), clock_(clock) {}

  std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                  net::SendOptions const& options,
                                                  std::stop_token stop) override {
    auto answer = direct_.send(request, options, stop);
    auto const name = request.url.find("paused-");
    bool const moved = request.method == "PUT" && answer && answer->status == 200 &&
                       name != std::string::npos &&
                       request.url.find("/aliases/") != std::string::npos;
    if (!moved) return answer;
    std::lock_guard lock(mutex_);
    if (watched_)
      shifted_.push_back({std::strtoul(request.url.c_str() + name + 7, nullptr, 10), clock_.now(),
                          bench::instant()});
    return answer;
  }

  void watch(bool watched) {
    std::lock_guard lock(mutex_);
    watched_ = watched;
  }
  std::vector<Shifted> shifted() {
    std::lock_guard lock(mutex_);
    return shifted_;
  }
  std::size_t shifts() {
    std::lock_guard lock(mutex_);
    return shifted_.size();
  }

 private:
  local::DirectClient direct_;
  Clock& clock_;
  std::mutex mutex_;
  bool watched_ = true;           ///< under mutex_
  std::vector<Shifted> shifted_;  ///< under mutex_
};

World::World(ForwardClock& clock, store::Packages& packages)
    : clock_(clock),
      endpoint_(must("open the local endpoint", local::Endpoint::open(settings(), clock, random_))),
      front_(std::make_unique<Front>(*endpoint_, clock)),
      budget_(clock, aws::Budget::unlimited()) {
  auto session = open_bench_session(url, {*front_, clock, system_random(), budget_});
  aws_ = std::make_unique<engine::SessionAws>(std::move(session), Duration(0));
  services_ = std::make_shared<engine::Services>(
      engine::Services{clock, system_random(), *aws_, *front_, packages});
}

World::~World() = default;

std::vector<std::string> World::furnish(std::size_t functions, std::string const& before,
                                        std::string const& after) {
  auto session = open_bench_session(url, {*front_, clock_, system_random(), budget_});
  aws::Lambda lambda(session.caller, region);
  json::Value const update{{"ZipFile", base64(after)}, {"Publish", true}};
  std::vector<std::string> revisions;
  front_->watch(false);
  for (std::size_t number = 0; number < functions; ++number) {
    std::string const name = function_name(number);
    answered("CreateFunction", lambda.create_function(function_request(name, before)));
    answered("UpdateFunctionCode", lambda.update_function_code(name, update));
    answered("CreateAlias", lambda.create_alias(name, "live", "1", ""));
    aws::AliasUpdate shift;
    shift.function_version = "1";
    shift.weights["2"] = 0.1;
    revisions.push_back(
        answered("UpdateAlias", lambda.update_alias(name, "live", shift)).revision_id);
  }
  front_->watch(true);
  return revisions;
}

void World::furnish_fresh(std::size_t number, std::string const& before) {
  auto session = open_bench_session(url, {*front_, clock_, system_random(), budget_});
  aws::Lambda lambda(session.caller, region);
  std::string const name = function_name(number);
  answered("CreateFunction", lambda.create_function(function_request(name, before)));
  answered("CreateAlias", lambda.create_alias(name, "live", "1", ""));
}

std::vector<Shifted> World::shifted() { return front_->shifted(); }
std::size_t World::shifts() { return front_->shifts(); }

}  // namespace sluice::bench
