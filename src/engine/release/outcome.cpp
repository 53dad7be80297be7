#include "engine/release/outcome.hpp"

namespace sluice::engine {
namespace {

constexpr Duration patience = std::chrono::seconds(60);
constexpr Duration rollback_retry = std::chrono::seconds(1);  // E5: no longer between two tries

plan::ErrorClass class_of(aws::Trouble trouble) {
  using aws::Trouble;
  using plan::ErrorClass;
  switch (trouble) {
    case Trouble::denied: return ErrorClass::denied;
    case Trouble::not_found:
    case Trouble::invalid:
    case Trouble::too_large: return ErrorClass::configuration;
    case Trouble::already_exists:
    case Trouble::busy:
    case Trouble::referenced: return ErrorClass::conflict;
    case Trouble::stale: return ErrorClass::external_change;
    case Trouble::propagating:
    case Trouble::service: return ErrorClass::infrastructure;
    case Trouble::throttled:
    case Trouble::unreachable: return ErrorClass::unavailable;
    case Trouble::maybe_done:
    case Trouble::cancelled: return ErrorClass::unknown;
  }
  return ErrorClass::unknown;
}

bool passes(aws::Trouble trouble) {
  using aws::Trouble;
  return trouble == Trouble::busy || trouble == Trouble::throttled || trouble == Trouble::service ||
         trouble == Trouble::unreachable || trouble == Trouble::propagating ||
         trouble == Trouble::maybe_done || trouble == Trouble::cancelled;
}

Duration patience_of(StepContext const& context) {
  return compensates(context) ? context.plan->rollback_patience : patience;
}

/// What people are told while a call is tried again, and until when. Without the request's id: the
/// same trouble has the same text each time, and is told once.
std::string still_trying(StepContext const& context, aws::CallError const& error,
                         Duration as_long_as) {
  std::string call = error.operation + " on " + error.resource + ": " + error.message;
  std::string text = error.trouble == aws::Trouble::unreachable
                         ? "cannot reach " + error.service + " for " + call
                         : error.service + " " + call;
  return text + "; trying again until " + rfc3339(last_progress(context) + as_long_as);
}

Duration pause_between(StepContext const& context) {
  if (compensates(context)) return rollback_retry;
  return context.now - last_progress(context) < std::chrono::seconds(5) ? Duration(250)
                                                                        : Duration(2000);
}

bool passes(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::throttled ||
         code == ErrorCode::timeout || code == ErrorCode::cancelled;
}

bool may_still_settle(StepContext const& context) {
  return context.now - last_progress(context) < context.plan->rollback_patience;
}

Refused never_settled(StepContext const& context, std::string const& reason) {
  return {{plan::ErrorClass::unknown,
           "whether it took effect could not be read within " +
               text_of(context.plan->rollback_patience) + ": " + reason,
           "Look at the function yourself."}};
}

}  // namespace

Failed failed(aws::CallError const& error) {
  Error text = error.error();
  return {class_of(error.trouble), text.message, text.hint};
}

Failed failed(Error const& error) {
  using plan::ErrorClass;
  switch (error.code) {
    case ErrorCode::denied: return {ErrorClass::auth, error.message, error.hint};
    case ErrorCode::unavailable:
    case ErrorCode::throttled: return {ErrorClass::unavailable, error.message, error.hint};
    case ErrorCode::timeout: return {ErrorClass::timeout, error.message, error.hint};
    case ErrorCode::conflict: return {ErrorClass::conflict, error.message, error.hint};
    default: return {ErrorClass::configuration, error.message, error.hint};
  }
}

bool patient(StepContext const& context) {
  return context.now - last_progress(context) < patience_of(context);
}

bool compensates(StepContext const& context) { return in_compensation(context.path); }

aws::Lane lane_of(StepContext const& context) {
  bool back = compensates(context) || context.record.ending;  // a rollback may wait for its end
  return back ? aws::Lane::rollback : aws::Lane::normal;
}

Time last_progress(StepContext const& context) {
  Time latest = context.record.started.value_or(context.now);
  for (auto const& effect : context.record.effects)
    if (effect.result) latest = std::max(latest, effect.closed);
  return latest;
}

Duration poll_interval(Duration waited) {
  if (waited < std::chrono::seconds(5)) return Duration(100);
  // After 5 s each interval is half of what has been waited beyond: the same as growing by 1.5.
  Duration interval = Duration(100) + (waited - std::chrono::seconds(5)) / 2;
  return std::min<Duration>(interval, std::chrono::seconds(2));
}

Move look_again(StepContext& context, aws::CallError const& error) {
  if (!passes(error.trouble) || !patient(context)) return failed(error);
  if (error.trouble == aws::Trouble::unreachable || compensates(context))
    context.notes.push_back(still_trying(context, error, patience_of(context)));
  return Park{context.now + pause_between(context), error.error().message, {}, false};
}

Performed refused(StepContext const& context, aws::CallError const& error) {
  using aws::Trouble;
  if (error.trouble == Trouble::maybe_done || error.trouble == Trouble::stale ||
      error.trouble == Trouble::cancelled)
    return MaybeDone{error.error().message};
  if (passes(error.trouble) && patient(context))
    return NotNow{pause_between(context), still_trying(context, error, patience_of(context))};
  return Refused{failed(error)};
}

Settled unsettled(StepContext const& context, aws::CallError const& error) {
  if (!passes(error.trouble)) return Refused{failed(error)};
  if (may_still_settle(context))
    return NotNow{pause_between(context),
                  still_trying(context, error, context.plan->rollback_patience)};
  return never_settled(context, failed(error).reason);
}

Settled look_later(StepContext const& context, std::string const& reason) {
  if (may_still_settle(context)) return NotNow{pause_between(context), reason};
  return never_settled(context, reason);
}

std::expected<TargetAws, Failed> open_aws(StepContext& context) {
  auto opened = context.services.aws.open(context.target(), context.stop);
  if (!opened) return std::unexpected(failed(opened.error()));
  return *opened;
}

std::expected<TargetAws, Settled> open_to_settle(StepContext& context) {
  auto opened = context.services.aws.open(context.target(), context.stop);
  if (opened) return *opened;
  Error const& error = opened.error();
  if (!passes(error.code)) return std::unexpected(Refused{failed(error)});
  if (may_still_settle(context))
    return std::unexpected(NotNow{pause_between(context), error.message});
  return std::unexpected(never_settled(context, error.message));
}

}  // namespace sluice::engine
