#pragma once

#include "cli/invocation.hpp"

namespace sluice::cli {

/// Runs of a test: keeps what was asked of it, answers with a scripted journal.
class HeldRuns final : public server::Runs {
 public:
  struct State {
    std::vector<engine::Event> journal;
    store::RunRow row;
    std::map<std::string, std::vector<engine::Event>> others;  ///< journals of further runs
    std::optional<store::Busy> busy, queued;
    std::optional<plan::Plan> started;
    std::vector<engine::Signal> signals;
    bool executes = true;
    std::optional<Error> signal_error;
    bool resumed = false;
  };
  explicit HeldRuns(State& state) : state_(state) {}

  Result<engine::Started> start(server::NewRun run) override {
    if (state_.busy) return engine::Started{"", state_.busy, std::nullopt};
    state_.started = std::move(run.plan);
    return engine::Started{state_.row.id, std::nullopt, state_.queued};
  }
  Result<void> resume(std::string const&, server::AwsSettings const&) override {
    state_.resumed = true;
    return {};
  }
  Result<void> signal(std::string const&, engine::Signal const& signal) override {
    if (state_.signal_error) return std::unexpected(*state_.signal_error);
    state_.signals.push_back(signal);
    return {};
  }
  Result<store::RunRow> get(std::string const&) override { return state_.row; }
  Result<std::vector<store::RunRow>> list(store::RunFilter const&) override {
    return std::vector{state_.row};
  }
  Result<plan::Plan> plan(std::string const&) override { return *state_.started; }
  Result<std::vector<store::EventRow>> events(std::string const&, std::int64_t after) override {
    std::vector<store::EventRow> out;
    for (auto const& event : state_.journal)
      if (event.seq > after) out.push_back(event);
    return out;
  }
  Result<void> follow(std::string const& run, std::int64_t,
                      std::function<bool(store::EventRow const&)> each, std::stop_token) override {
    auto other = state_.others.find(run);
    for (auto const& event : other == state_.others.end() ? state_.journal : other->second)
      if (!each(event)) break;
    return {};
  }

 private:
  State& state_;
};

}  // namespace sluice::cli
