#include <gmock/gmock.h>

#include <condition_variable>
#include <csignal>
#include <mutex>

#include "cli/follow.hpp"
#include "cli/held_runs.hpp"
#include "cli/program.hpp"
#include "cli/script.hpp"

namespace sluice::cli {
namespace {

using testing::HasSubstr;

/// A run that is interrupted as soon as it is followed, and ends only when it is told to.
class InterruptedRuns final : public server::Runs {
 public:
  InterruptedRuns(HeldRuns::State& state, int signal) : held_(state), signal_(signal) {}

  Result<engine::Started> start(server::NewRun run) override { return held_.start(std::move(run)); }
  Result<void> resume(std::string const&, server::AwsSettings const&) override { return {}; }
  Result<void> signal(std::string const& run, engine::Signal const& signal) override {
    auto answer = held_.signal(run, signal);
    std::lock_guard lock(mutex_);
    told_ = true;
    changed_.notify_all();
    return answer;
  }
  Result<store::RunRow> get(std::string const& run) override { return held_.get(run); }
  Result<std::vector<store::RunRow>> list(store::RunFilter const& filter) override {
    return held_.list(filter);
  }
  Result<plan::Plan> plan(std::string const& run) override { return held_.plan(run); }
  Result<std::vector<store::EventRow>> events(std::string const& run, std::int64_t after) override {
    return held_.events(run, after);
  }
  Result<void> follow(std::string const& run, std::int64_t after,
                      std::function<bool(store::EventRow const&)> each,
                      std::stop_token stop) override {
    std::raise(signal_);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return told_; });
    lock.unlock();
    if (stop.stop_requested()) return {};
    return held_.follow(run, after, each, stop);
  }

 private:
  HeldRuns held_;
  int signal_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool told_ = false;
};

struct Interrupted : testing::Test {
  Interrupted() {
    state.row.id = "d-7QK2M9XTA";
    state.started = canary_plan({"default"});
    Script script(*state.started);
    script.begin("default").event("run_ended", {{"state", "rolled_back"}});
    state.journal = script.events;
  }

  int resume(int signal, std::vector<std::string> options, Streams tty = {}) {
    return follow("resume", signal, std::move(options), tty);
  }

  int follow(std::string const& command, int signal, std::vector<std::string> options,
             Streams tty = {}) {
    std::vector<std::string> words{command, "d-7QK2M9XTA"};
    words.insert(words.end(), options.begin(), options.end());
    return run_program(words, terminal, tty, {{"SLUICE_STATE", "/tmp"}},
                       [&](Invocation&) -> Result<RunsHere> {
                         RunsHere here;
                         here.runs = std::make_unique<InterruptedRuns>(state, signal);
                         here.executes = [this] { return state.executes; };
                         return here;
                       });
  }

  HeldRuns::State state;
  HeldTerminal terminal;
};

TEST_F(Interrupted, without_a_terminal_it_rolls_back) {
  for (auto [signal, text] :
       {std::pair(SIGINT, "Rolling back after Ctrl-C. A second Ctrl-C ends this program"),
        std::pair(SIGTERM, "Rolling back after SIGTERM. A second SIGTERM ends this program"),
        std::pair(SIGHUP, "Rolling back after SIGHUP. A SIGTERM ends this program")}) {
    state.signals.clear();
    EXPECT_EQ(resume(signal, {}), exit_rolled_back);
    EXPECT_THAT(terminal.written_err, HasSubstr(text));
    ASSERT_EQ(state.signals.size(), 1u);
    EXPECT_EQ(state.signals[0].kind, "rollback");
    EXPECT_THAT(state.signals[0].reason, HasSubstr("interrupted by"));
  }
}

TEST_F(Interrupted, freeze_lets_go_and_says_how_to_go_on) {
  EXPECT_EQ(resume(SIGTERM, {"--on-interrupt", "freeze"}), exit_interrupted);
  EXPECT_TRUE(state.signals.empty());
  EXPECT_THAT(terminal.written_err, HasSubstr("sluice resume d-7QK2M9XTA"));
}

TEST_F(Interrupted, on_a_terminal_a_person_says) {
  terminal.input = "freeze\n";
  EXPECT_EQ(resume(SIGINT, {}, {true, false, true}), exit_interrupted);
  terminal.input = "\n";
  EXPECT_EQ(resume(SIGINT, {}, {true, false, true}), exit_rolled_back);
  EXPECT_THAT(terminal.written_err, HasSubstr("[Rollback/freeze]"));
}

TEST_F(Interrupted, a_rollback_that_is_carried_out_here_goes_on) {
  EXPECT_EQ(follow("rollback", SIGINT, {}), exit_rolled_back);
  EXPECT_THAT(terminal.written_err, Not(HasSubstr("No longer looking")));
}

TEST_F(Interrupted, somebody_elses_run_goes_on) {
  state.executes = false;
  EXPECT_EQ(resume(SIGINT, {"--on-interrupt", "rollback"}), exit_interrupted);
  EXPECT_TRUE(state.signals.empty());
  EXPECT_THAT(terminal.written_err, HasSubstr("The run goes on"));
}

}  // namespace
}  // namespace sluice::cli
