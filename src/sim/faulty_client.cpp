#include "sim/faulty_client.hpp"

namespace sluice::sim {
namespace {

using net::Failure;
using net::Response;

Response refusal(int status, std::string const& code, std::string const& message) {
  Response response;
  response.status = status;
  response.headers.set("X-Amzn-ErrorType", code);
  response.body = json::Value{{"Type", "User"}, {"message", message}}.dump();
  return response;
}

std::unexpected<Failure> failure(ErrorCode code, std::string text, bool may_have_arrived) {
  return std::unexpected(Failure{Error{code, std::move(text), {}}, may_have_arrived});
}

}  // namespace

FaultyClient::FaultyClient(Network network, WriteListener& watch, Clock& waits,
                           std::function<void()> stop)
    : cloud_(network.cloud),
      clock_(network.clock),
      faults_(network.faults),
      watch_(watch),
      script_(network.script),
      waits_(waits),
      stop_(std::move(stop)) {}

std::expected<Response, Failure> FaultyClient::send(net::Request const& request,
                                                    net::SendOptions const&, std::stop_token stop) {
  if (faults_.crashed || stop.stop_requested())
    return failure(ErrorCode::cancelled, "stopped", false);
  CloudCall call = Cloud::read(request);
  watch_.sent(call);
  // On its way nothing holds it up, whatever becomes of its process.
  clock_.advance(Duration(between(faults_.random(), 5, 60)));
  auto past = cloud_.past_alias(call, faults_.random());
  CallFault fault = past && faults_.draw_past_read() ? CallFault::stale_read : faults_.draw(call);
  if (fault != CallFault::none)
    script_.say(call.operation + " on " + call.function + ": " + std::string(name_of(fault)));
  if (fault == CallFault::stale_read) return *past;
  return fault == CallFault::none ? perform(request, call, false)
                                  : with_fault(request, call, fault);
}

FaultyClient::Answer FaultyClient::with_fault(net::Request const& request, CloudCall const& call,
                                              CallFault fault) {
  switch (fault) {
    case CallFault::none:
    case CallFault::stale_read: break;
    case CallFault::slow: {
      auto answer = perform(request, call, false);
      wait(Duration(between(faults_.random(), 500, 20'000)));
      return answer;
    }
    case CallFault::stalled: return stalled(request, call);
    case CallFault::duplicated: {
      Response first = perform(request, call, false);
      Response second = perform(request, call, true);
      return chance(faults_.random(), 0.5) ? first : second;
    }
    case CallFault::lost_answer:
      perform(request, call, false);
      wait(std::chrono::seconds(between(faults_.random(), 0, 30)));
      return failure(ErrorCode::timeout, "no answer came", true);
    case CallFault::not_arrived:
      wait(std::chrono::seconds(between(faults_.random(), 0, 30)));
      return failure(ErrorCode::timeout, "no answer came", true);
    case CallFault::never_sent: return failure(ErrorCode::unavailable, "connection refused", false);
    case CallFault::throttled: return refusal(429, "TooManyRequestsException", "Rate exceeded");
    case CallFault::server_error:
      return refusal(chance(faults_.random(), 0.5) ? 500 : 503, "ServiceException",
                     "An error occurred and the request cannot be processed.");
    case CallFault::busy:
      return refusal(409, "ResourceConflictException",
                     "The operation cannot be performed at this time. An update is in progress "
                     "for resource: " +
                         call.function);
    case CallFault::stale:
      return refusal(412, "PreconditionFailedException",
                     "The RevisionId provided does not match the latest RevisionId.");
    case CallFault::touched: touch(call); break;
    case CallFault::late:
      late_.push_back(
          {clock_.now() + Duration(between(faults_.random(), 1, 40'000)), request, call});
      wait(Duration(between(faults_.random(), 1, 30'000)));
      return failure(ErrorCode::timeout, "no answer came", true);
    case CallFault::crash_before:
      faults_.crashed = true;
      return failure(ErrorCode::cancelled, "the process died", false);
    case CallFault::crash_after:
      perform(request, call, false);
      faults_.crashed = true;
      return failure(ErrorCode::cancelled, "the process died", true);
  }
  return perform(request, call, false);
}

Response FaultyClient::perform(net::Request const& request, CloudCall const& call, bool late) {
  Write write{clock_.now(), call, {}};
  FunctionScenario place;
  place.region = call.region;
  place.name = call.function;
  place.alias = "live";
  if (call.operation == "UpdateAlias") write.before = cloud_.alias(place);
  Response response = cloud_.answer(request);
  bool accepted = call.write && response.status / 100 == 2;
  if (accepted || (late && call.write))
    script_.say("AWS " + call.operation + " on " + call.function + " -> " +
                std::to_string(response.status) + (late ? " (late)" : ""));
  if (call.operation == "SendRequest") watch_.delivered(call.function);
  if (!accepted || call.operation == "SendRequest") return response;
  // A late one may find its intent settled already; what it did is looked at in the world.
  if (late)
    watch_.arrived_late(write);
  else
    watch_.accepted(std::move(write));
  return response;
}

/// Its process is stopped when it has looked at everything and only has to send.
FaultyClient::Answer FaultyClient::stalled(net::Request const& request, CloudCall const& call) {
  ENSURE(stop_);
  stop_();
  if (faults_.crashed) return failure(ErrorCode::cancelled, "the process died", false);
  return perform(request, call, !watch_.owns(call));
}

/// Writes what is there once more: the RevisionId changes and nothing else.
void FaultyClient::touch(CloudCall const& call) {
  FunctionScenario place;
  place.region = call.region;
  place.name = call.function;
  place.alias = "live";
  auto content = cloud_.alias(place);
  if (!content) return;
  json::Value weights = json::Object{};
  for (auto const& [version, share] : content->weights) weights.set(version, share);
  auto done = cloud_.call(
      call.region, "UpdateAlias",
      json::Value{{"FunctionName", call.function},
                  {"Name", "live"},
                  {"FunctionVersion", content->version},
                  {"RoutingConfig", json::Value{{"AdditionalVersionWeights", weights}}}});
  ENSURE(done.has_value());
}

std::optional<Time> FaultyClient::next_arrival() const {
  if (late_.empty()) return std::nullopt;
  return std::ranges::min(late_, {}, &Late::at).at;
}

void FaultyClient::deliver_late() {
  for (std::size_t i = 0; i < late_.size();) {
    if (late_[i].at > clock_.now()) {
      ++i;
      continue;
    }
    Late arrived = std::move(late_[i]);
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(i));
    perform(arrived.request, arrived.call, true);
  }
}

}  // namespace sluice::sim
