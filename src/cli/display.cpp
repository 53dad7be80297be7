#include "cli/display.hpp"

#include "base/log.hpp"
#include "cli/render/lines.hpp"
#include "cli/render/tree.hpp"
#include "engine/events.hpp"

namespace sluice::cli {
namespace {

constexpr Duration heartbeat = std::chrono::seconds(30);
constexpr Duration between_drawings = std::chrono::milliseconds(100);

/// A heading is worth a line only where something follows it.
void say_once(Invocation& invocation, std::string& heading) {
  if (!heading.empty()) invocation.say(heading);
  heading.clear();
}

class TreeDisplay final : public Display {
 public:
  explicit TreeDisplay(Invocation& invocation) : invocation_(invocation) {}

  void show(RunView const& view, engine::Event const&) override {
    // A journal that is read from its start would redraw for every event.
    Duration now = invocation_.clock.monotonic();
    if (!view.state.over() && now - drawn_ < between_drawings) return;
    drawn_ = now;
    draw(view);
  }
  void tick(RunView const& view) override { draw(view); }
  void rest(RunView const& view) override {
    draw(view);
    redraw_.leave();
  }

 private:
  void draw(RunView const& view) {
    Look look = look_err(invocation_);
    invocation_.terminal.err(redraw_.draw(tree_lines(view, look), look.width));
  }

  Invocation& invocation_;
  Redraw redraw_;
  Duration drawn_{-1'000'000};
};

class LineDisplay final : public Display {
 public:
  explicit LineDisplay(Invocation& invocation)
      : invocation_(invocation), last_(invocation.clock.monotonic()) {}

  void heading(std::string const& text) override { heading_ = text; }
  void show(RunView const& view, engine::Event const& event) override {
    if (auto line = event_line(view, event, look_err(invocation_))) say(*line);
  }
  void tick(RunView const& view) override {
    if (invocation_.clock.monotonic() - last_ >= heartbeat && !view.state.over())
      say(heartbeat_line(view, look_err(invocation_)));
  }
  void rest(RunView const&) override {}

 private:
  void say(std::string const& line) {
    say_once(invocation_, heading_);
    invocation_.say(line);
    last_ = invocation_.clock.monotonic();
  }

  Invocation& invocation_;
  std::string heading_;  ///< of the next line
  Duration last_;
};

class JsonDisplay final : public Display {
 public:
  /// As the result on stdout, or as progress on stderr.
  JsonDisplay(Invocation& invocation, bool to_out) : invocation_(invocation), to_out_(to_out) {}
  void show(RunView const& view, engine::Event const& event) override {
    std::string line = event_json(view.id, event).dump() + "\n";
    if (to_out_)
      invocation_.terminal.out(line);
    else
      invocation_.terminal.err(line);
  }
  void tick(RunView const&) override {}
  void rest(RunView const&) override {}

 private:
  Invocation& invocation_;
  bool to_out_;
};

/// Only what went wrong, and the remarks.
class ErrorDisplay final : public Display {
 public:
  explicit ErrorDisplay(Invocation& invocation) : invocation_(invocation) {}

  void heading(std::string const& text) override { heading_ = text; }
  void show(RunView const& view, engine::Event const& event) override {
    std::string const& status = event.body["status"].as_string();
    bool bad = event.type == engine::event::note || event.type == engine::event::rollback_started ||
               (event.type == engine::event::node_ended && status == "failed");
    if (!bad) return;
    auto line = event_line(view, event, look_err(invocation_));
    if (!line) return;
    say_once(invocation_, heading_);
    invocation_.say(*line);
  }
  void tick(RunView const&) override {}
  void rest(RunView const&) override {}

 private:
  Invocation& invocation_;
  std::string heading_;  ///< of the next line
};

class SilentDisplay final : public Display {
 public:
  void show(RunView const&, engine::Event const&) override {}
  void tick(RunView const&) override {}
  void rest(RunView const&) override {}
};

}  // namespace

std::unique_ptr<Display> make_display(Invocation& invocation) {
  std::string output = invocation.line.value("output");
  std::string progress = invocation.line.value("progress");
  if (output == "json") return std::make_unique<JsonDisplay>(invocation, true);
  if (output == "name" || progress == "none") return std::make_unique<SilentDisplay>();
  if (progress == "json") return std::make_unique<JsonDisplay>(invocation, false);
  if (progress == "errors") return std::make_unique<ErrorDisplay>(invocation);
  if (progress == "events") return std::make_unique<LineDisplay>(invocation);
  if (progress == "tree") return std::make_unique<TreeDisplay>(invocation);
  bool logs = log::enabled(log::Level::info);  // lines of a log would tear the tree
  if (invocation.terminal.traits.may_redraw && !logs)
    return std::make_unique<TreeDisplay>(invocation);
  return std::make_unique<LineDisplay>(invocation);
}

Look look_out(Invocation& invocation) {
  auto const& traits = invocation.terminal.traits;
  return {traits.colour_out, traits.ascii, 80, 1000, invocation.clock.now()};
}

Look look_err(Invocation& invocation) {
  auto& terminal = invocation.terminal;
  return {terminal.traits.colour_err, terminal.traits.ascii, terminal.width(), terminal.height(),
          invocation.clock.now()};
}

std::string stream_record() {
  return json::Value{{"apiVersion", "sluice/v1"}, {"kind", "Stream"}}.dump() + "\n";
}

json::Value event_json(std::string const& run, engine::Event const& event) {
  return json::Value{{"kind", "Event"},         {"run", run},         {"seq", event.seq},
                     {"at", rfc3339(event.at)}, {"type", event.type}, {"body", event.body}};
}

}  // namespace sluice::cli
