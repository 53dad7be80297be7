#include "cli/render/lines.hpp"

#include "base/strings.hpp"
#include "cli/render/steps.hpp"
#include "cli/terminal.hpp"
#include "engine/events.hpp"

namespace sluice::cli {
namespace {

namespace event = engine::event;
using engine::Event;
using engine::NodeStatus;

bool is_step(plan::Plan const& plan, std::string const& path) {
  auto const* node = plan::find(plan, path);
  return node && node->kind == plan::NodeKind::step;
}

std::string with_reason(std::string const& text, std::string const& reason) {
  return reason.empty() ? text : text + ": " + reason;
}

std::string signal_text(json::Value const& body) {
  return with_reason(body["kind"].as_string() + " by " + body["by"].as_string(),
                     body["reason"].as_string());
}

std::string decided_text(json::Value const& body) {
  auto const& action = body["action"]["do"].as_string();
  std::string text = "decided: " + replace_all(action.empty() ? "fail" : action, "_", " ");
  auto const& person = body["person"].as_string();
  return person.empty() ? text : text + " by " + person;
}

class Writer {
 public:
  Writer(RunView const& view, Event const& it, bool ascii)
      : view_(view),
        event_(it),
        body_(it.body),
        path_(it.body["node"].as_string()),
        ascii_(ascii) {}

  /// What the event says, in any case.
  std::string everything() const {
    std::string const& type = event_.type;
    if (auto text = worth_a_line()) return *text;
    if (type == event::node_started) return titled(started_text());
    if (type == event::node_ended) return titled(ended_text());
    if (type == event::node_ending)
      return titled(
          with_reason("ends as " + body_["status"].as_string(), body_["reason"].as_string()));
    if (type == event::node_woken) return titled("goes on");
    if (type == event::node_parked) return titled("waits for " + body_["waiting_for"].as_string());
    if (type == event::effect_intended)
      return titled("about to call " + body_["effect"]["name"].as_string());
    if (type == event::effect_happened)
      return titled(body_["adopted"].as_bool() ? "found done already" : "it happened");
    if (type == event::effect_void)
      return titled(with_reason("it did not happen", body_["reason"].as_string()));
    if (type == event::loop_expanded)
      return titled(std::to_string(body_["items"].items().size()) + " items");
    if (type == event::failure_decided) return titled(decided_text(body_));
    if (type == event::compensation_started)
      return "rollback of " + scope() + ": the compensation starts";
    if (type == event::run_claimed) return "taken by " + body_["owner"].as_string();
    return with_reason(type, body_.dump());
  }

  /// What the event says, where people who follow the run want to hear of it.
  std::optional<std::string> worth_a_line() const {
    std::string const& type = event_.type;
    if (type == event::run_created && body_.contains("linked_from"))
      return "run " + view_.id + " rolls back run " + body_["linked_from"].as_string();
    if (type == event::run_created)
      return "run " + view_.id + " of " + view_.plan->name + ", asked for by " +
             body_["requester"].as_string();
    if (type == event::run_queued)
      return queued_words({body_["lock"].as_string(), body_["behind"].as_string()});
    if (type == event::locks_taken) return std::string("its locks are free: the run begins");
    if (type == event::rollback_handed_over)
      return "run " + body_["run"].as_string() + " carries out the rollback of " + scope();
    if (type == event::run_ended)
      return "the run ended: " + state_words(body_["state"].as_string());
    if (type == event::note)
      return path_.empty() ? "note: " + body_["text"].as_string()
                           : titled("note: " + body_["text"].as_string());
    if (type == event::signal) return signal_text(body_);
    if (type == event::stopping)
      return with_reason(
          body_["roll_back"].as_bool() ? "the run is rolled back" : "the run is stopped",
          body_["reason"].as_string());
    if (type == event::rollback_started)
      return with_reason("rollback of " + scope() + " starts", body_["reason"].as_string());
    if (type == event::rollback_ended)
      return with_reason(
          "rollback of " + scope() +
              (body_["status"].as_string() == "failed" ? " failed" : " is done"),
          body_["status"].as_string() == "failed" ? body_["reason"].as_string() : "");
    return of_a_step();
  }

 private:
  std::optional<std::string> of_a_step() const {
    std::string const& type = event_.type;
    if (type == event::failure_decided && body_["action"]["do"].as_string() == "ask")
      return titled("asks what to do: " + view_.state.node(path_).reason);
    if (!is_step(*view_.plan, path_)) return std::nullopt;
    if (type == event::node_ended) return titled(ended_text());
    if (type == event::node_parked) return titled(parked_text());
    auto const* node = plan::find(*view_.plan, path_);
    if (type == event::node_started && takes_long(node->step->kind)) return titled(started_text());
    return std::nullopt;
  }

  std::string titled(std::string const& text) const {
    return title_of(*view_.plan, path_, ascii_) + ": " + text;
  }

  std::string scope() const {
    std::string const& path = body_["scope"].as_string();
    return path.empty() ? "everything" : title_of(*view_.plan, path, ascii_);
  }

  std::string started_text() const {
    auto attempt = body_["attempt"].as_int(1);
    return attempt > 1 ? "started, attempt " + std::to_string(attempt) : "started";
  }

  std::string parked_text() const {
    std::string text = "waits for " + body_["waiting_for"].as_string();
    // A check looks again and again; when it looks next is no news.
    auto const* node = plan::find(*view_.plan, path_);
    bool looks = node && node->step && node->step->kind == "check";
    if (body_.contains("due_ms") && !looks) {
      Duration left = from_millis(body_["due_ms"].as_int()) - event_.at;
      text += ", at most " + short_duration(left);
    }
    return text;
  }

  std::string ended_text() const {
    auto status = engine::node_status_of(body_["status"].as_string());
    std::string detail = body_["reason"].as_string();
    if (detail.empty() && status == NodeStatus::succeeded) detail = step_detail(view_, path_);
    return with_reason(std::string(word_of(status)), detail);
  }

  RunView const& view_;
  Event const& event_;
  json::Value const& body_;
  std::string path_;
  bool ascii_;
};

std::string clean(std::string const& text) { return printable(replace_all(text, "\n", " ")); }

std::string since_start(RunView const& view, Time at) {
  std::string text = short_duration(at - view.state.created);
  return text.size() < 7 ? std::string(7 - text.size(), ' ') + text : text;
}

}  // namespace

std::optional<std::string> event_line(RunView const& view, Event const& it, Look const& look) {
  auto text = Writer(view, it, look.ascii).worth_a_line();
  if (!text) return std::nullopt;
  return since_start(view, it.at) + "  " + clean(*text);
}

std::string heartbeat_line(RunView const& view, Look const& look) {
  std::vector<std::string> under_way;
  if (view.state.queued) under_way.push_back(queued_words(*view.state.queued));
  for (auto const& [path, node] : view.state.nodes) {
    if (!node.active() || !is_step(*view.plan, path)) continue;
    std::string text =
        title_of(*view.plan, path, look.ascii) + " " + std::string(word_of(node.status));
    auto detail = detail_of(view, path, look.now);
    under_way.push_back(detail.empty() ? text : text + " " + detail);
  }
  std::string text = under_way.empty() ? "still running" : "still: " + join(under_way, "; ");
  return since_start(view, look.now) + "  " + clean(text);
}

std::string journal_line(RunView const& view, Event const& it) {
  std::string number = std::to_string(it.seq);
  std::string text = number.size() < 5 ? std::string(5 - number.size(), ' ') + number : number;
  return text + "  " + local_text(it.at) + "  " + clean(Writer(view, it, false).everything());
}

}  // namespace sluice::cli
