#include "aws/exchange.hpp"

#include "aws/body.hpp"
#include "aws/sigv4.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

/// A clock that is off by less is no reason for a refusal: AWS allows 15 minutes.
constexpr Duration least_clock_offset = std::chrono::minutes(4);

Trouble trouble_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::cancelled: return Trouble::cancelled;
    case ErrorCode::throttled: return Trouble::throttled;
    case ErrorCode::unavailable:
    case ErrorCode::timeout: return Trouble::unreachable;
    default: return Trouble::denied;
  }
}

/// An ARN that leaves the account open, with the account.
std::string in_account(std::string const& arn, std::string const& account) {
  auto parts = split(arn, ':');
  bool open = parts.size() > 5 && parts[4] == "*";
  bool known = account.size() == 12 && account.find_first_not_of("0123456789") == std::string::npos;
  if (!open || !known) return arn;
  parts[4] = account;
  return join(parts, ":");
}

}  // namespace

Exchange::Exchange(Caller const& caller, SharedCallState& shared, Spec const& spec)
    : caller_(caller), shared_(shared), spec_(spec) {}

CallError Exchange::describe(Trouble trouble, std::string message) const {
  ServiceTraits const& traits = traits_of(spec_.service);
  CallError out;
  out.trouble = trouble;
  out.service = traits.name;
  out.operation = spec_.operation;
  out.resource = spec_.resource + (spec_.resource.empty() ? "" : " in ") + spec_.region;
  out.message = std::move(message);
  out.action =
      spec_.action.empty() ? std::string(traits.iam_prefix) + ":" + spec_.operation : spec_.action;
  out.arn = in_account(spec_.arn, key_.account);
  return out;
}

Exchange::Failed Exchange::refused_here(Error const& error) {
  Failed failed{describe(Trouble::invalid, error.message)};
  failed.error.hint = error.hint;
  return failed;
}

Answer<net::Response> Exchange::run() {
  for (;; ++number_) {
    auto credentials = caller_.provider().get(stop());
    if (!credentials) {
      CallError error = describe(trouble_of(credentials.error().code), credentials.error().message);
      error.hint = credentials.error().hint;
      return std::unexpected(std::move(error));
    }
    key_ = budget_key(*credentials);
    if (!caller_.ports().budget.enter(key_, spec_.lane, stop()))
      return std::unexpected(describe(Trouble::cancelled, "stopped before it was sent"));

    Duration began = caller_.ports().clock.monotonic();
    Tried tried = attempt(*credentials);
    Duration took = caller_.ports().clock.monotonic() - began;
    if (tried) {
      observe(tried, took, false);
      shared_.quota.succeeded(retried_, timed_out_);
      return std::move(*tried);
    }
    bool again = may_repeat(tried.error(), *credentials);
    observe(tried, took, again);
    if (!again) return std::unexpected(std::move(tried.error().error));
    if (!wait_to_repeat(tried.error()))
      return std::unexpected(describe(Trouble::cancelled, "stopped before it was sent again"));
  }
}

Budget::Key Exchange::budget_key(Credentials const& credentials) const {
  std::string account = caller_.options().account;
  if (account.empty()) account = credentials.account;
  if (account.empty()) account = credentials.access_key_id;
  return {std::move(account), spec_.region, pool_of(spec_.service, spec_.operation)};
}

Exchange::Tried Exchange::attempt(Credentials const& credentials) {
  auto request = build(credentials);
  if (!request) return std::unexpected(std::move(request.error()));
  return exchange(*request);
}

std::expected<net::Request, Exchange::Failed> Exchange::build(Credentials const& credentials) {
  if (payload_hash_.empty()) {
    auto hash =
        spec_.stream ? sha256_of(*spec_.stream) : Result<std::string>(hex(sha256(spec_.body)));
    if (!hash) return std::unexpected(refused_here(hash.error()));
    payload_hash_ = std::move(*hash);
  }
  auto endpoint = caller_.options().endpoints.find(spec_.service, spec_.region);
  if (!endpoint) return std::unexpected(refused_here(endpoint.error()));

  if (endpoint->custom)
    endpoint_hint_ = "Check the endpoint " + endpoint->authority + ", which comes from " +
                     endpoint->from + ", and that something answers there.";
  Unsigned plain;
  plain.method = spec_.method;
  plain.authority = endpoint->authority;
  plain.path = endpoint->prefix;
  if (!spec_.bucket.empty()) {
    BucketAddress address =
        address_bucket(*endpoint, spec_.bucket, caller_.options().s3_path_style);
    plain.authority = std::move(address.authority);
    plain.path = std::move(address.path);
  }
  plain.path.insert(plain.path.end(), spec_.path.begin(), spec_.path.end());
  plain.query = spec_.query;
  plain.headers = spec_.headers;
  plain.payload_hash = payload_hash_;

  SigningScope scope{caller_.ports().clock.now() + Duration(shared_.clock_offset_ms.load()),
                     spec_.region, std::string(traits_of(spec_.service).signing_name)};
  Signed ready = sign(
      plain, scope,
      {credentials.access_key_id, credentials.secret.open(), credentials.session_token.open()});
  net::Request request;
  request.method = spec_.method;
  request.url = endpoint->scheme + "://" + plain.authority + ready.path +
                (ready.query.empty() ? "" : "?" + ready.query);
  request.headers = std::move(ready.headers);
  request.body = spec_.body;
  request.stream = spec_.stream;
  return request;
}

Exchange::Tried Exchange::exchange(net::Request const& request) {
  net::SendOptions options;
  options.connect_timeout = caller_.options().connect_timeout;
  options.total_timeout = spec_.timeout.value_or(caller_.options().total_timeout);
  std::optional<Error> sink_error;
  if (spec_.sink)
    options.sink = [&](std::string_view part) {
      auto taken = spec_.sink(part);
      if (!taken) sink_error = taken.error();
      return taken;
    };
  if (spec_.restart)
    if (auto ready = spec_.restart(); !ready) return std::unexpected(refused_here(ready.error()));
  auto response = caller_.ports().client.send(request, options, stop());
  if (sink_error) return std::unexpected(refused_here(*sink_error));
  if (!response) return std::unexpected(failed_transport(response.error()));
  if (response->status >= 200 && response->status < 300) return std::move(*response);
  return std::unexpected(failed_answer(*response));
}

Exchange::Failed Exchange::failed_transport(net::Failure const& failure) {
  Error const& cause = failure.error;
  bool lost_write = spec_.kind == Kind::write && failure.may_have_arrived;
  bool stopped = cause.code == ErrorCode::cancelled;
  Failed failed{describe(lost_write ? Trouble::maybe_done : Trouble::unreachable, cause.message)};
  failed.timed_out = cause.code == ErrorCode::timeout;
  if (lost_write) return failed;
  if (stopped) {
    failed.error.trouble = Trouble::cancelled;
  } else if (cause.code == ErrorCode::invalid_input) {
    failed.error.trouble = Trouble::invalid;
    failed.error.hint = cause.hint;
  } else {
    // Either it never left, or it is a read: both may be sent again.
    failed.error.hint = endpoint_hint_.empty() ? cause.hint : endpoint_hint_;
    failed.repeat = failure.may_have_arrived ? Repeat::if_read : Repeat::always;
  }
  return failed;
}

Exchange::Failed Exchange::failed_answer(net::Response const& response) {
  ServiceError answer = read_error(response);
  Verdict verdict = judge(spec_.service, answer);
  Failed failed{describe(verdict.trouble, answer.message)};
  failed.error.code = answer.code;
  failed.error.status = answer.status;
  failed.error.request_id = answer.request_id;
  failed.error.region = answer.region;
  failed.repeat = verdict.repeat;
  failed.retry_after = answer.retry_after;
  failed.server_time = answer.date;
  if (verdict.repeat == Repeat::if_read && spec_.kind == Kind::write)
    failed.error.trouble = Trouble::maybe_done;
  if (verdict.trouble == Trouble::throttled) caller_.ports().budget.throttled(key_);
  return failed;
}

bool Exchange::may_repeat(Failed const& failed, Credentials const& credentials) {
  switch (failed.repeat) {
    case Repeat::never: return false;
    case Repeat::refreshed:
      return !std::exchange(refreshed_, true) && caller_.provider().invalidate(credentials);
    case Repeat::clock_set: return !std::exchange(clock_set_, true) && set_clock(failed);
    case Repeat::if_read:
      if (spec_.kind == Kind::write) return false;
      break;
    case Repeat::always: break;
  }
  RetryOptions const& retry = caller_.options().retry;
  if (stop().stop_requested() || counted_ >= retry.attempts()) return false;
  if (failed.retry_after && *failed.retry_after > longest_retry_after) return false;
  return retry.mode == RetryMode::legacy || shared_.quota.take(failed.timed_out);
}

bool Exchange::set_clock(Failed const& failed) {
  if (!failed.server_time) return false;
  Duration offset = *failed.server_time - caller_.ports().clock.now();
  Duration known(shared_.clock_offset_ms.load());
  if (offset - known < least_clock_offset && known - offset < least_clock_offset) return false;
  shared_.clock_offset_ms = offset.count();
  return true;
}

bool Exchange::wait_to_repeat(Failed const& failed) {
  if (failed.repeat == Repeat::refreshed || failed.repeat == Repeat::clock_set) return true;
  Backoff backoff;
  bool throttled = failed.error.trouble == Trouble::throttled;
  if (throttled) backoff.base = std::chrono::seconds(1);
  // Traffic has to go back soon (design E5).
  if (spec_.lane == Lane::rollback) backoff.ceiling = std::chrono::seconds(1);
  double fraction;
  {
    std::lock_guard lock(shared_.random_mutex);
    fraction = caller_.ports().random.fraction();
  }
  caller_.ports().clock.sleep(delay_before_retry(counted_, fraction, backoff, failed.retry_after),
                              stop());
  ++counted_;
  retried_ = true;
  timed_out_ = failed.timed_out;
  return !stop().stop_requested();
}

void Exchange::observe(Tried const& tried, Duration took, bool will_repeat) {
  auto const& observer = caller_.options().observer;
  if (!observer) return;
  Attempt seen{spec_.service, spec_.operation, spec_.resource, spec_.region, number_};
  seen.duration = took;
  seen.will_repeat = will_repeat;
  if (tried) {
    seen.status = tried->status;
    seen.request_id = request_id_of(tried->headers);
  } else {
    CallError const& error = tried.error().error;
    seen.status = error.status;
    seen.code = error.code;
    seen.message = error.message;
    seen.request_id = error.request_id;
  }
  observer(seen);
}

}  // namespace sluice::aws
