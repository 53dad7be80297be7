#include "base/strings.hpp"
#include "engine/alarm_states.hpp"
#include "engine/release/outcome.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

constexpr Duration interval = std::chrono::seconds(10);
constexpr Duration busy_retry = std::chrono::milliseconds(200);
constexpr Duration patience = std::chrono::seconds(60);  // as other reads have
constexpr std::size_t most_name_length = 255;            // CloudWatch API, AlarmName

/// Whether the same read may succeed a little later.
bool passes(plan::ErrorClass error) {
  using plan::ErrorClass;
  return error == ErrorClass::infrastructure || error == ErrorClass::unavailable ||
         error == ErrorClass::timeout || error == ErrorClass::conflict ||
         error == ErrorClass::unknown;
}

/// "CloudWatch DescribeAlarms on live-errors in eu-west-1: AccessDenied: …".
std::string without_request(aws::CallError const& error) {
  std::string text = error.service + " " + error.operation + " on " + error.resource + ": ";
  if (!error.code.empty()) text += error.code + ": ";
  return text + error.message;
}

/// Looks at alarms for as long as what it guards lasts; never ends well by itself. What it knows is
/// read anew after a restart, so nothing is journalled between two looks.
class Alarms final : public Executor {
 public:
  Move next(StepContext& context) const override {
    plan::AlarmsStep step = plan::alarms_step(context.record.input);
    for (auto const& name : step.names)
      if (name.empty() || name.size() > most_name_length)
        return Failed{plan::ErrorClass::configuration,
                      "'" + printable(name) + "' cannot be the name of an alarm",
                      "A name has 1 to 255 characters."};
    // Its first look is at states of its own time: one that is off already stops it at once.
    Time const since = context.record.started.value_or(Time());
    auto look = context.services.alarms->look(AlarmStates::place_of(context.target()), step.names,
                                              since, context.now, reader_of(context), context.stop);
    if (std::holds_alternative<AlarmStates::Busy>(look)) return later(context, busy_retry);
    if (auto* unread = std::get_if<AlarmStates::Unread>(&look))
      return not_read(context, step, *unread);
    return judge(context, std::get<AlarmStates::Seen>(look));
  }

 private:
  /// In memory only: hours of looking leave no trace in the journal.
  static Move later(StepContext const& context, Duration wait) {
    return Park{context.now + wait, "", {}, false};
  }

  static AlarmStates::Reader reader_of(StepContext const& context) {
    return [&context](std::vector<std::string> const& names)
               -> std::expected<std::vector<aws::AlarmState>, AlarmStates::Unread> {
      auto aws = context.services.aws.open(context.target(), context.stop);
      if (!aws)
        return std::unexpected(AlarmStates::Unread{failed(aws.error()), aws.error().message, {}});
      auto states = aws->cloudwatch().describe_alarms(names);
      if (!states)
        return std::unexpected(
            AlarmStates::Unread{failed(states.error()), without_request(states.error()), {}});
      return std::move(*states);
    };
  }

  static Move judge(StepContext& context, AlarmStates::Seen const& seen) {
    if (!seen.in_alarm.empty())
      return Failed{plan::ErrorClass::verification,
                    "One or more alarms have been activated according to the Amazon CloudWatch "
                    "metrics you selected, and the affected deployments have been stopped. "
                    "Activated alarms: <" +
                        join(seen.in_alarm, "> <") + ">",
                    ""};
    if (!seen.unknown.empty())
      context.notes.push_back("CloudWatch knows no alarm called " + join(seen.unknown, ", ") +
                              " there: it cannot stop the release until it is made");
    return later(context, interval);
  }

  static Move not_read(StepContext& context, plan::AlarmsStep const& step,
                       AlarmStates::Unread const& unread) {
    if (step.ignore_unread) {
      context.notes.push_back("goes on without its alarms, whose states cannot be read: " +
                              unread.told);
      return later(context, interval);
    }
    bool const tries = passes(unread.why.error) && context.now - unread.since < patience;
    if (tries) return later(context, AlarmStates::retry_after);
    Failed why = unread.why;
    why.reason = "the states of its alarms cannot be read: " + why.reason;
    return why;
  }
};

}  // namespace

std::unique_ptr<Executor> make_alarms() { return std::make_unique<Alarms>(); }

}  // namespace sluice::engine
