#include "dialect/native/write.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "config/document.hpp"
#include "dialect/native/native.hpp"
#include "dialect/native/write_parts.hpp"
#include "dialect/native/yaml_text.hpp"
#include "dialect/target_tree.hpp"
#include "plan/expression.hpp"

namespace sluice::dialect {
namespace {

using Keys = std::vector<std::string>;

std::string key_of(plan::Release const& release) {
  return release.id.substr(release.id.find('/') + 1);
}

/// What a file says about one target.
struct TargetText {
  plan::Target const* target = nullptr;
  plan::Node const* branch = nullptr;
  std::vector<plan::Release const*> releases;
  Keys functions;
  json::Value settings = json::Object{};  ///< by function
  json::Value course;
};

class Writer {
 public:
  explicit Writer(plan::Plan const& plan) : plan_(plan), check_(native::common_check(plan.root)) {}

  json::Value file() {
    for (auto const& target : plan_.targets) targets_.push_back(text_of_target(target));
    single_ = targets_.size() == 1 && targets_.front().target->name == "default";
    write_about();
    json::Value shared = shared_settings();
    write_functions(shared);
    if (!single_) write_targets(shared);
    write_shared();
    hoist_course();
    write_policy();
    return std::move(out_);
  }

 private:
  TargetText text_of_target(plan::Target const& target) {
    TargetText text{.target = &target, .branch = plan::find(plan_, target.name)};
    for (auto const& release : plan_.releases) {
      if (release.target != target.name) continue;
      std::string key = key_of(release);
      text.releases.push_back(&release);
      text.functions.push_back(key);
      text.settings.set(key, native::settings_text(release, key));
      if (std::ranges::find(functions_, key) == functions_.end()) functions_.push_back(key);
    }
    if (text.branch)
      text.course = native::course_text(*text.branch, {text.releases, check_}, webhooks_);
    return text;
  }

  void write_about() {
    if (plan_.name != join(functions_, ", ")) out_.set("name", plan_.name);
    if (!plan_.description.empty()) out_.set("description", plan_.description);
  }

  static void write_place(plan::Target const& target, json::Value& out) {
    std::pair<char const*, std::string const*> const keys[] = {
        {"account", &target.account},
        {"region", &target.region},
        {"assume_role", &target.role},
        {"external_id", &target.external_id},
        {"session_name", &target.session_name}};
    for (auto const& [key, value] : keys)
      if (!value->empty()) out.set(key, *value);
  }

  /// By function: what every target that releases it says alike.
  json::Value shared_settings() const {
    json::Value shared = json::Object{};
    for (auto const& key : functions_) {
      std::optional<json::Value> common;
      for (auto const& target : targets_) {
        if (!target.settings.contains(key)) continue;
        json::Value settings = target.settings[key];
        if (common)
          std::erase_if(settings.mutable_members(),
                        [&](auto const& one) { return !((*common)[one.first] == one.second); });
        common = std::move(settings);
      }
      shared.set(key, common.value_or(json::Object{}));
    }
    return shared;
  }

  void write_functions(json::Value const& shared) {
    bool one = functions_.size() == 1 && !shared[functions_.front()].contains("function");
    if (one) out_.set("function", functions_.front());
    if (single_) write_place(*targets_.front().target, out_);
    if (!one) out_.set("functions", shared);
    if (!one) return;
    for (auto const& [name, value] : shared[functions_.front()].members()) out_.set(name, value);
  }

  void write_targets(json::Value const& shared) {
    json::Value all = json::Object{};
    for (auto const& text : targets_) {
      json::Value out = json::Object{};
      write_place(*text.target, out);
      if (text.branch && !text.branch->needs.empty())
        out.set("after", json::array_of(text.branch->needs));
      if (text.functions != functions_) out.set("functions", json::array_of(text.functions));
      json::Value overrides = json::Object{};
      for (auto const& [key, settings] : text.settings.members()) {
        json::Value own = settings;
        std::erase_if(own.mutable_members(),
                      [&](auto const& one) { return shared[key].contains(one.first); });
        if (!own.members().empty()) overrides.set(key, own);
      }
      if (!overrides.members().empty()) out.set("overrides", overrides);
      all.set(text.target->name, out);
    }
    out_.set("targets", all);
  }

  void write_shared() {
    json::Value check = native::check_text(check_, plan::CheckStep());
    if (!check.members().empty()) out_.set("check", check);
    if (!webhooks_.members().empty()) out_.set("webhooks", webhooks_);
  }

  /// What all targets do alike stands at the top, the rest below its target.
  void hoist_course() {
    for (char const* key :
         {"before_release", "strategy", "after_release", "alarms", "work_timeout"}) {
      auto alike = [&](TargetText const& one) {
        return one.course.contains(key) && one.course[key] == targets_.front().course[key];
      };
      bool everywhere = std::ranges::all_of(targets_, alike);
      if (everywhere) out_.set(key, targets_.front().course[key]);
      if (everywhere || single_) continue;
      json::Value all = out_["targets"];
      for (auto const& text : targets_) {
        if (!text.course.contains(key)) continue;
        json::Value own = all[text.target->name];
        own.set(key, text.course[key]);
        all.set(text.target->name, own);
      }
      out_.set("targets", all);
    }
  }

  void write_policy() {
    plan::Plan const usual;
    if (plan_.external_change == plan::ExternalChange::roll_back)
      out_.set("on_external_change", "roll_back");
    if (plan_.external_change == plan::ExternalChange::carry_on)
      out_.set("on_external_change", "continue");
    if (plan_.hold_timeout != usual.hold_timeout)
      out_.set("hold_timeout", native::duration_text(plan_.hold_timeout));
    if (plan_.rollback_patience != usual.rollback_patience)
      out_.set("rollback_patience", native::duration_text(plan_.rollback_patience));
    json::Value locks = plan_json_["locks"];
    plan::Plan with_usual_locks = plan_;
    auto when_busy = plan_.locks.empty() ? plan::Lock::Busy::reject : plan_.locks.front().busy;
    with_usual_locks.locks = release_locks(plan_, when_busy);
    if (to_json(with_usual_locks)["locks"] == locks) {
      if (when_busy != plan::Lock::Busy::reject) out_.set("when_busy", plan::name_of(when_busy));
      return;
    }
    json::Value out = json::Array{};
    for (auto const& lock : locks.items())
      out.push(lock["busy"].as_string() == "reject"
                   ? lock["name"]
                   : json::Value{{"name", lock["name"]}, {"when_busy", lock["busy"]}});
    out_.set("locks", out);
  }

  plan::Plan const& plan_;
  json::Value plan_json_ = to_json(plan_);
  plan::CheckStep check_;
  bool single_ = false;
  Keys functions_;
  std::vector<TargetText> targets_;
  json::Value webhooks_ = json::Object{};
  json::Value out_ = json::Object{};
};

/// Drops what is only for people and views.
json::Value essence(json::Value value, bool top = true) {
  if (value.is_array()) {
    for (auto& item : value.mutable_items()) item = essence(std::move(item), false);
  } else if (value.is_object()) {
    if (top)
      for (char const* name : {"dialect", "source_name", "description", "context"})
        value.erase(name);
    if (value.contains("kind")) value.erase("title");
    for (auto& [name, member] : value.mutable_members()) member = essence(std::move(member), false);
  }
  return value;
}

std::string label(json::Value const& value, std::size_t index) {
  for (char const* name : {"name", "id"})
    if (!value[name].as_string().empty()) return value[name].as_string();
  return std::to_string(index + 1);
}

/// Where two documents first differ, as a path for people; empty where they are equal.
std::string first_difference(json::Value const& a, json::Value const& b) {
  if (a == b) return "";
  auto below = [](std::string const& step, std::string const& rest) {
    return rest.empty() ? step : step + " / " + rest;
  };
  if (a.is_object() && b.is_object()) {
    for (auto const& [name, member] : a.members())
      if (!(member == b[name])) return below(name, first_difference(member, b[name]));
    for (auto const& [name, member] : b.members())
      if (!a.contains(name)) return name;
  }
  if (a.is_array() && b.is_array()) {
    for (std::size_t i = 0; i < std::min(a.items().size(), b.items().size()); ++i)
      if (!(a.items()[i] == b.items()[i]))
        return below(label(a.items()[i], i), first_difference(a.items()[i], b.items()[i]));
    auto const& longer = a.items().size() > b.items().size() ? a.items() : b.items();
    std::size_t at = std::min(a.items().size(), b.items().size());
    return label(longer[at], at);
  }
  return "";
}

std::unexpected<Error> cannot_say(std::string const& what) {
  return fail(ErrorCode::invalid_input, "the native form cannot say this plan: " + what,
              "Keep the file in the form it has.");
}

}  // namespace

bool equivalent(plan::Plan const& a, plan::Plan const& b) {
  return essence(to_json(a)) == essence(to_json(b));
}

Result<std::string> write_native(plan::Plan const& plan) {
  if (plan::holds_expression(to_json(plan)))
    return cannot_say("it holds values that are known only when a step starts");
  if (plan.targets.empty() || plan.releases.empty()) return cannot_say("it releases no function");
  for (auto const& release : plan.releases)
    if (!release.given_candidate.empty())
      return cannot_say("it moves " + release.function + ":" + release.alias + " to version " +
                        release.given_candidate +
                        ", which is there already, and native files publish what they release");
  std::string text = native::release_file_text(Writer(plan).file());
  config::Diagnostics diagnostics;
  auto document = config::parse("converted", text, diagnostics);
  std::optional<plan::Plan> back;
  if (document && native_dialect().recognises(*document))
    back = native_dialect().compile(*document, {}, diagnostics);
  if (diagnostics.has_errors()) return cannot_say(diagnostics.sorted().front().message);
  if (!back) return cannot_say("its file would not be understood");
  if (!equivalent(plan, *back))
    return cannot_say("there is nothing for '" +
                      first_difference(essence(to_json(plan)), essence(to_json(*back))) + "'");
  return text;
}

}  // namespace sluice::dialect
