#include "releases/stand.hpp"

#include <algorithm>
#include <map>

#include "base/random.hpp"
#include "workplace.hpp"

namespace sluice::bench {

Stand::Stand() {
  local::EndpointSettings settings;
  settings.lambda.rates = {0, 0, 0};
  endpoint_ = must("open the local endpoint",
                   local::Endpoint::open(settings, system_clock(), system_random()));
  // Its own socket serves the links to function code.
  must("start the local endpoint", endpoint_->start());
  net::ServerOptions options;
  options.max_body = 80 << 20;
  server_ = must("listen", net::listen(options, [this](auto const& in) { return handle(in); }));
  url_ = "http://127.0.0.1:" + std::to_string(server_->port());
}

Stand::~Stand() {
  server_->stop();
  endpoint_->stop();
}

net::Response Stand::handle(net::Incoming const& request) {
  SeenCall call;
  call.in = instant();
  auto response = endpoint_->handle(request);
  call.out = instant();
  call.status = response.status;
  if (auto const& id = response.headers.get("x-amzn-RequestId"); !id.empty()) {
    std::lock_guard lock(mutex_);
    seen_.emplace_back(id, std::move(call));
  }
  return response;
}

void Stand::set_settle_delay(Duration delay) { set({{"settle_delay", text_of(delay)}}); }

void Stand::set_throttle(int rate) { set({{"throttle_rate", rate}}); }

void Stand::set(json::Value const& setting) {
  net::Incoming request;
  request.method = "PUT";
  request.path = "/_sluice/settings";
  request.headers = {{"Host", "localhost"}, {"X-Sluice-Local", "1"}};
  request.body = setting.dump();
  auto const answer = endpoint_->handle(request);
  if (answer.status != 200) give_up("change the local endpoint", answer.body);
}

void Stand::clear() {
  std::lock_guard lock(mutex_);
  seen_.clear();
  endpoint_->calls().clear();
}

std::vector<SeenCall> Stand::calls() {
  // In this order: a call that was seen stands in the log already.
  auto const seen = [&] {
    std::lock_guard lock(mutex_);
    return seen_;
  }();
  auto const log = endpoint_->calls().list(0);
  std::map<std::string, json::Value const*> records;
  for (auto const& record : log.items()) records[record["request_id"].as_string()] = &record;
  std::vector<SeenCall> found;
  for (auto const& [id, call] : seen) {
    auto const record = records.find(id);
    if (record == records.end()) give_up("read the log of calls", "a call is missing: " + id);
    auto& entry = found.emplace_back(call);
    entry.service = (*record->second)["service"].as_string();
    entry.operation = (*record->second)["operation"].as_string();
    entry.resource = (*record->second)["resource"].as_string();
  }
  std::ranges::sort(found, {}, &SeenCall::in);
  return found;
}

}  // namespace sluice::bench
