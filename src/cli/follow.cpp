#include "cli/follow.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/strings.hpp"
#include "cli/display.hpp"
#include "cli/hint.hpp"
#include "cli/interrupts.hpp"
#include "cli/render/ending.hpp"

namespace sluice::cli {
namespace {

constexpr Duration tick_interval = std::chrono::milliseconds(500);

void print_lines(Terminal& terminal, std::vector<std::string> const& lines, bool to_out) {
  std::string text;
  for (auto const& line : lines) text += line + "\n";
  if (to_out)
    terminal.out(text);
  else
    terminal.err(text);
}

class Following {
 public:
  Following(Invocation& invocation, RunsHere& here, FollowOptions const& options)
      : invocation_(invocation),
        here_(here),
        options_(options),
        display_(make_display(invocation)) {
    followed_.view.id = options.run;
    followed_.view.state.id = options.run;
  }

  Followed run() {
    auto plan = here_.runs->plan(options_.run);
    if (!plan) return failed(plan.error());
    followed_.view.plan = std::make_shared<plan::Plan const>(std::move(*plan));
    Result<void> end;
    {
      Interrupts interrupts([this](int signal) { interrupted(signal); });
      std::jthread ticker([this](std::stop_token stop) { tick_until(stop); });
      end = here_.runs->follow(
          options_.run, 0, [this](auto const& event) { return take(event); }, stop_.get_token());
    }
    std::lock_guard lock(mutex_);
    display_->rest(followed_.view);
    if (followed_.view.state.over())
      followed_.why = Followed::Why::ended;
    else if (!stop_.stop_requested())
      return failed(end ? lost() : end.error());
    return std::move(followed_);
  }

 private:
  Followed failed(Error error) {
    followed_.why = Followed::Why::failed;
    followed_.error = std::move(error);
    return std::move(followed_);
  }

  Error lost() const {
    if (here_.server)
      return {ErrorCode::unavailable, "the server does not execute run " + options_.run + " now",
              invocation_.hint("watch " + options_.run) + " looks again."};
    return {ErrorCode::unavailable, "run " + options_.run + " is not executed by any process now",
            invocation_.hint("resume " + options_.run) + " takes it up."};
  }

  bool take(engine::Event const& event) {
    std::lock_guard lock(mutex_);
    if (options_.history > 0 && event.seq == 1) display_->heading("So far:");
    if (options_.history > 0 && event.seq == options_.history + 1) display_->heading("Now:");
    followed_.view.apply(event);
    display_->show(followed_.view, event);
    return true;
  }

  void tick_until(std::stop_token stop) {
    Duration start = invocation_.clock.monotonic();
    while (!stop.stop_requested()) {
      invocation_.clock.sleep(tick_interval, stop);
      std::lock_guard lock(mutex_);
      if (stop.stop_requested()) return;
      if (followed_.view.state.last_seq > 0) display_->tick(followed_.view);
      bool late =
          options_.wait_timeout && invocation_.clock.monotonic() - start >= *options_.wait_timeout;
      if (late && !stop_.stop_requested()) leave(Followed::Why::timed_out);
    }
  }

  void leave(Followed::Why why) {
    followed_.why = why;
    stop_.request_stop();
  }

  /// On the thread of Interrupts. The display waits while a question is open; the run goes on.
  void interrupted(int signal) {
    std::unique_lock lock(mutex_);
    display_->rest(followed_.view);
    if (options_.on_interrupt == OnInterrupt::detach || !here_.executes())
      return leave(Followed::Why::detached);
    OnInterrupt choice = options_.on_interrupt;
    if (choice == OnInterrupt::ask) choice = signal == SIGINT ? asked() : OnInterrupt::rollback;
    if (choice == OnInterrupt::freeze) return leave(Followed::Why::frozen);
    lock.unlock();
    roll_back(signal);
  }

  OnInterrupt asked() {
    auto answer = invocation_.ask("\nRoll back, or freeze the run where it is? [Rollback/freeze] ");
    if (answer && !answer->empty() && lower(*answer).starts_with('f')) return OnInterrupt::freeze;
    return OnInterrupt::rollback;
  }

  void roll_back(int signal) {
    std::string name(name_of_signal(signal));
    auto sent = here_.runs->signal(
        options_.run, {"rollback", "", invocation_.requester(), "interrupted by " + name, {}});
    std::lock_guard lock(mutex_);
    // A run that is told to end already goes on doing so.
    bool ending = sent || sent.error().code == ErrorCode::conflict;
    std::string text = sent ? "Rolling back after " + name + "."
                            : "note: " + printable(sent.error().message) + ".";
    // A SIGHUP that comes again is no wish to end at once: a lost terminal sends several.
    if (ending)
      text += std::string(signal == SIGHUP ? " A SIGTERM" : " A second " + name) +
              " ends this program at once; '" + invocation_.hint("resume " + options_.run) +
              "' then goes on.";
    invocation_.say(text);
  }

  Invocation& invocation_;
  RunsHere& here_;
  FollowOptions const& options_;
  std::stop_source stop_;
  std::mutex mutex_;  // the view, the display and the terminal
  Followed followed_;
  std::unique_ptr<Display> display_;
};

/// The code of a run and the linked one that rolled it back: what somebody asked for stays the
/// reason where the rollback did its work.
int exit_of_both(RunView const& first, RunView const& last) {
  bool asked = first.state.stop && !first.state.stop->roll_back;
  bool done = last.state.end_state == "rolled_back";
  return exit_for_run(asked && done ? first : last);
}

int print_ending(Invocation& invocation, RunView const& view, int code) {
  if (invocation.json()) {
    json::Value result = runnable_json(invocation.line, result_json(view));
    result.set("exit_code", code);
    invocation.terminal.out(result.dump() + "\n");
    return code;
  }
  bool name = invocation.line.value("output") == "name";
  auto ending = ending_lines(view, name ? look_err(invocation) : look_out(invocation));
  print_lines(invocation.terminal, runnable_lines(invocation.line, std::move(ending)), !name);
  auto failures = failure_lines(view, look_err(invocation));
  for (auto& line : failures) line = runnable(invocation.line, line);
  if (view.state.end_state != "succeeded" && !failures.empty()) {
    failures.insert(failures.begin(), "");
    print_lines(invocation.terminal, failures, false);
  }
  return code;
}

/// Runs of other processes, and clean-ups, that this one executes are not let down without a word.
void linger(Invocation& invocation, RunsHere& here) {
  if (!here.executes()) return;
  std::stop_source stop;
  Interrupts interrupts([&](int) { stop.request_stop(); });
  std::jthread notice([&](std::stop_token done) {
    invocation.clock.sleep(std::chrono::seconds(1), done);
    if (!done.stop_requested())
      invocation.say(
          "This process executes further runs, of others or to clean up: it waits until they have "
          "ended, or somebody can go on with them. Ctrl-C or SIGTERM ends it.");
  });
  auto left = here.linger(stop.get_token());
  notice.request_stop();
  notice.join();
  if (!left.empty())
    invocation.say("Nobody executes now: " + join(left, ", ") + ". '" +
                   invocation.hint("resume RUN") + "' takes one up.");
}

}  // namespace

Followed follow_run(Invocation& invocation, RunsHere& here, FollowOptions const& options) {
  return Following(invocation, here, options).run();
}

int follow_to_end(Invocation& invocation, RunsHere& here, FollowOptions options) {
  Duration start = invocation.clock.monotonic();
  Followed followed = follow_run(invocation, here, options);
  RunView first;
  while (followed.why == Followed::Why::ended && !followed.view.state.linked_run.empty()) {
    if (first.id.empty()) first = followed.view;
    options.run = followed.view.state.linked_run;
    options.history = 0;
    invocation.say("Run " + followed.view.id + " ended as " +
                   state_words(followed.view.state.end_state) + "; run " + options.run +
                   " carries out its rollback.");
    Duration used =
        invocation.clock.monotonic() - std::exchange(start, invocation.clock.monotonic());
    if (options.wait_timeout)
      options.wait_timeout = std::max(Duration(0), *options.wait_timeout - used);
    followed = follow_run(invocation, here, options);
  }
  std::string const& run = options.run;
  auto command = [&](std::string const& verb) { return invocation.hint(verb + " " + run); };
  switch (followed.why) {
    case Followed::Why::ended: {
      int code = print_ending(invocation, followed.view, exit_of_both(first, followed.view));
      linger(invocation, here);
      return code;
    }
    case Followed::Why::detached:
      invocation.say("No longer looking. The run goes on: " + command("watch") + " looks again, " +
                     command("stop") + " or " + command("rollback") + " end it.");
      return exit_interrupted;
    case Followed::Why::frozen:
      here.runs.reset();
      invocation.say("Let go: " + run +
                     " stays where it is, nobody executes it. To go on: " + command("resume"));
      return exit_interrupted;
    case Followed::Why::timed_out: {
      bool executed = here.executes();
      here.runs.reset();
      invocation.say("--wait-timeout passed. " +
                     (executed ? "Nobody executes " + run + " now; to go on: " + command("resume")
                               : "The run goes on: " + command("watch")));
      return exit_wait_timeout;
    }
    case Followed::Why::failed: break;
  }
  return invocation.refuse(followed.error);
}

int exit_for_run(RunView const& view) {
  int code = exit_for_state(view.state.end_state);
  if (code != exit_failed) return code;
  bool touched = std::ranges::any_of(view.state.releases, [](auto const& entry) {
    return entry.second["place"].as_string() != "unchanged";
  });
  bool denied = std::ranges::any_of(view.state.nodes, [](auto const& entry) {
    auto error = entry.second.error;
    return entry.second.status == engine::NodeStatus::failed &&
           (error == plan::ErrorClass::auth || error == plan::ErrorClass::denied);
  });
  return denied && !touched ? int(exit_denied) : code;
}

OnInterrupt interrupt_option(Parsed const& line) {
  auto given = line.value("on-interrupt");
  if (given == "freeze") return OnInterrupt::freeze;
  return given == "rollback" ? OnInterrupt::rollback : OnInterrupt::ask;
}

}  // namespace sluice::cli
