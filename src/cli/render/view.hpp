#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/release/release_state.hpp"
#include "engine/run_state.hpp"
#include "plan/plan.hpp"

/// What a run looks like to people: pure functions from its state to lines.
namespace sluice::cli {

/// A run as its journal tells it, with the remarks that are for people only.
struct RunView {
  struct Note {
    std::string node, text;
  };

  std::string id;
  std::shared_ptr<plan::Plan const> plan;
  engine::RunState state;
  std::vector<Note> notes;  ///< without repetitions

  void apply(engine::Event const& event);
};

/// How to draw, and when.
struct Look {
  bool colour = false;
  bool ascii = false;
  int width = 80;
  int height = 1000;
  Time now{};
};

/// "prod · shift to 10 %": the titles along a path, without the scopes that say nothing.
std::string title_of(plan::Plan const& plan, std::string_view path, bool ascii = false);
/// What is worth knowing of a step in its present state: "version 8", "waits for …, 3m left".
std::string detail_of(RunView const& view, std::string_view path, Time now);
/// One word for people: "done", "waits", "rolled back".
std::string_view word_of(engine::NodeStatus status);
/// A run's end state in words: "rolled back", "needs a person".
std::string state_words(std::string_view state);
/// "queued behind d-8KX2M1PQZ (lock alias:*:eu-west-1:orders:live)".
std::string queued_words(engine::Queued const& queued);
/// "prod: orders:live".
std::string release_name(plan::Plan const& plan, std::string const& id, json::Value const& state);
/// Where a function is, or ended (design E4), in plain words with its versions.
std::string place_words(engine::ReleaseState const& release);
/// To a tenth of a second below ten seconds, else to whole seconds: "0.4s", "3m20s".
std::string short_duration(Duration duration);

/// Cuts to so many columns (characters), with "…" or "..." at the end.
std::string cut(std::string_view text, std::size_t columns, bool ascii);
/// Columns of a text without control sequences, counting a character as one.
std::size_t columns_of(std::string_view text);

}  // namespace sluice::cli
