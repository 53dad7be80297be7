#include "dialect/native/file.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::dialect::native {
namespace {

using config::MapReader;
namespace codes = config::codes;

/// "eu-west-1", "us-gov-east-1": lower-case words and a number at the end.
bool is_region(std::string_view text) {
  auto parts = split(text, '-');
  bool good = parts.size() >= 3 && !parts.back().empty() && parts.front().size() >= 2;
  for (char c : text) good = good && (c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
  return good && parts.back().find_first_not_of("0123456789") == std::string::npos;
}

/// The keys that say where to release; `from` holds what is said for every target.
plan::Target read_place(MapReader& reader, plan::Target from) {
  if (auto region = reader.string("region")) {
    from.region = *region;
    if (!is_region(*region))
      reader.error("region", codes::outside_aws_rules,
                   config::in_quotes(*region) + " is not the name of a region",
                   "write for example 'region: eu-west-1'");
  }
  if (auto account = reader.string("account")) {
    from.account = *account;
    if (account->size() != 12 || account->find_first_not_of("0123456789") != std::string::npos)
      reader.error("account", codes::outside_aws_rules, "an account has twelve digits");
  }
  from.role = reader.arn("assume_role", "iam").value_or(from.role);
  from.external_id = reader.string("external_id").value_or(from.external_id);
  from.session_name =
      reader.name("session_name", {.max_length = 64, .also = "_=,.@-"}).value_or(from.session_name);
  if (from.role.empty())
    for (char const* key : {"external_id", "session_name"})
      if (reader.has(key))
        reader.error(key, codes::misplaced_key, std::string(key) + " belongs to a role",
                     "add 'assume_role: ARN', or leave it out");
  return from;
}

void check_account(MapReader& reader, plan::Target const& target) {
  auto parts = split(target.role, ':');
  bool differs = parts.size() > 4 && !target.account.empty() && parts[4] != target.account;
  if (differs)
    reader.error(reader.has("assume_role") ? "assume_role" : "account", codes::account_mismatch,
                 "the role belongs to account " + parts[4] + ", the target to " + target.account,
                 "correct one of them");
}

plan::Lock::Busy read_when_busy(MapReader& reader, plan::Lock::Busy usual) {
  using Busy = plan::Lock::Busy;
  return reader
      .one_of<Busy>("when_busy", {{"reject", Busy::reject},
                                  {"queue", Busy::queue},
                                  {"enqueue_one", Busy::enqueue_one},
                                  {"supersede", Busy::supersede}})
      .value_or(usual);
}

std::optional<plan::Lock> read_lock(config::Node const& node, plan::Lock::Busy usual,
                                    config::Diagnostics& diagnostics) {
  if (!node.is_mapping()) {
    auto name = config::as_string(node, diagnostics, "locks");
    return name ? std::optional(plan::Lock{*name, usual}) : std::nullopt;
  }
  MapReader reader(node, diagnostics, config::Unknown::error, "lock");
  plan::Lock lock{reader.required_string("name"), usual};
  lock.busy = read_when_busy(reader, usual);
  reader.done();
  return lock;
}

constexpr std::size_t most_alarms = 100;  ///< CloudWatch reads as many in one call

/// A list of names, or a mapping with `names`.
plan::AlarmsStep read_alarms(MapReader& above) {
  config::Node const* node = above.value("alarms");
  plan::AlarmsStep alarms;
  std::vector<Word> names;
  if (node && node->is_mapping()) {
    MapReader reader(*node, above.diagnostics(), config::Unknown::error, "alarms");
    reader.required_value("names");
    names = read_words(reader, "names");
    alarms.ignore_unread =
        reader.one_of<bool>("unread", {{"roll_back", false}, {"ignore", true}}).value_or(false);
    reader.done();
  } else {
    names = read_words(above, "alarms");
  }
  for (auto const& name : names) {
    if (name.text.empty() || name.text.size() > 255)
      above.diagnostics().error(codes::outside_aws_rules, name.span,
                                "the name of an alarm has 1 to 255 characters");
    if (std::ranges::find(alarms.names, name.text) != alarms.names.end())
      above.diagnostics().error(codes::said_twice, name.span,
                                "alarm " + config::in_quotes(name.text) + " stands twice");
    alarms.names.push_back(name.text);
  }
  if (alarms.names.size() > most_alarms)
    above.error(
        "alarms", codes::outside_aws_rules,
        "a release watches at most 100 alarms, these are " + std::to_string(alarms.names.size()));
  return alarms;
}

class FileReader {
 public:
  FileReader(config::Node const& root, plan::Lock::Busy usual_busy,
             config::Diagnostics& diagnostics)
      : top_(root, diagnostics, config::Unknown::error, "release file"), diagnostics_(diagnostics) {
    file_.when_busy = usual_busy;
  }

  NativeFile read() {
    read_about();
    read_shared();
    read_functions();
    read_policy();
    TargetSpec common;
    common.target = read_place(top_, {});
    check_account(top_, common.target);
    read_course(top_, common);
    read_targets(common);
    top_.done();
    return std::move(file_);
  }

 private:
  void read_about() {
    file_.name = top_.string("name").value_or("");
    file_.description = top_.string("description").value_or("");
  }

  /// What steps refer to: first, because steps are read against it.
  void read_shared() {
    if (auto check = top_.map("check")) {
      context_.watches = true;
      read_check(*check, context_.check);
      check->done();
    }
    each("webhooks", [&](config::Entry const& entry) {
      context_.webhooks[entry.key] = read_webhook(entry.value, entry.key, diagnostics_);
    });
    std::map<std::string, Steps> strategies;
    each("strategies", [&](config::Entry const& entry) {
      strategies[entry.key] = read_steps(entry.value, context_, diagnostics_);
    });
    context_.strategies = std::move(strategies);
  }

  /// Calls `use` for every entry of a mapping whose keys name something.
  template <class Use>
  void each(char const* key, Use use) {
    config::Node const* node = top_.value(key);
    if (!node || !config::is_mapping(*node, diagnostics_, key)) return;
    for (auto const& entry : node->entries())
      if (check_name(entry.key, entry.key_span, diagnostics_)) use(entry);
  }

  void read_functions() {
    bool several = top_.has("functions");
    if (several && top_.has("function"))
      top_.error("function", codes::said_twice, "there are both 'function' and 'functions'",
                 "move it below 'functions:'");
    if (several) return read_function_map();
    FunctionSettings settings = read_settings(top_);
    if (!settings.function) {
      config::Node const* node = top_.node().find("function");
      if (!node || node->is_null())
        top_.error("function", codes::no_function, "this file names no function",
                   "write 'function: NAME'");
      return;
    }
    auto const& name = *settings.function;
    std::string key = name.starts_with("arn:") ? name.substr(name.rfind(':') + 1) : name;
    file_.functions.push_back({key, top_.span_of("function"), std::move(settings)});
    if (file_.functions.back().settings.function == key)
      file_.functions.back().settings.function.reset();
  }

  void read_function_map() {
    for (auto const& key : settings_keys()) {
      if (!top_.has(key)) continue;
      top_.accept({key.c_str()});
      diagnostics_.error(codes::misplaced_key, top_.span_of_key(key),
                         config::in_quotes(key) + " says something about one function",
                         {.help = "move it below 'functions: NAME:'"});
    }
    top_.accept({"function"});
    each("functions", [&](config::Entry const& entry) {
      file_.functions.push_back({entry.key, entry.key_span, settings_of(entry)});
    });
    if (file_.functions.empty())
      top_.error("functions", codes::no_function, "this file names no function",
                 "write 'functions:' and below it 'NAME: …'");
  }

  /// "NAME:" with nothing behind it says nothing more about that name.
  MapReader reader_of(config::Entry const& entry) {
    config::Node node = entry.value;
    if (node.is_null())
      node = config::finish({.kind = config::Node::Kind::mapping, .span = node.span()});
    return MapReader(std::move(node), diagnostics_, config::Unknown::error, entry.key);
  }

  FunctionSettings settings_of(config::Entry const& entry) {
    MapReader reader = reader_of(entry);
    if (!reader.valid()) return {};
    FunctionSettings settings = read_settings(reader);
    reader.done();
    return settings;
  }

  void read_policy() {
    using plan::ExternalChange;
    file_.external_change =
        top_.one_of<ExternalChange>("on_external_change", {{"hold", ExternalChange::hold},
                                                           {"roll_back", ExternalChange::roll_back},
                                                           {"continue", ExternalChange::carry_on}})
            .value_or(file_.external_change);
    file_.hold_timeout = top_.duration("hold_timeout").value_or(file_.hold_timeout);
    file_.rollback_patience = top_.duration("rollback_patience", {.min = std::chrono::minutes(1)})
                                  .value_or(file_.rollback_patience);
    file_.when_busy = read_when_busy(top_, file_.when_busy);
    if (!top_.has("locks")) return;
    file_.locks.emplace();
    for (auto const& node : top_.list("locks"))
      if (auto lock = read_lock(node, file_.when_busy, diagnostics_)) file_.locks->push_back(*lock);
  }

  /// What happens in a target, said for it or for all of them.
  void read_course(MapReader& reader, TargetSpec& spec) {
    if (auto const* node = reader.value("strategy"))
      spec.strategy = read_strategy(*node, context_, diagnostics_);
    if (auto const* node = reader.value("before_release"))
      spec.before = read_gates(*node, context_, false, diagnostics_);
    if (auto const* node = reader.value("after_release"))
      spec.after_release = read_gates(*node, context_, true, diagnostics_);
    if (auto limit = reader.duration("work_timeout", {.min = std::chrono::minutes(1)}))
      spec.work_timeout = limit;
    if (reader.has("alarms")) spec.alarms = read_alarms(reader);
  }

  void read_targets(TargetSpec const& common) {
    if (!top_.has("targets")) {
      file_.targets.push_back(common);
      file_.targets.back().target.name = "default";
      return;
    }
    each("targets", [&](config::Entry const& entry) {
      MapReader reader = reader_of(entry);
      TargetSpec spec = common;
      spec.span = entry.key_span;
      spec.target = read_place(reader, common.target);
      spec.target.name = entry.key;
      check_account(reader, spec.target);
      read_course(reader, spec);
      spec.after = read_words(reader, "after");
      spec.functions = read_words(reader, "functions");
      if (auto overrides = reader.value("overrides");
          overrides && config::is_mapping(*overrides, diagnostics_, "overrides"))
        for (auto const& over : overrides->entries())
          spec.overrides.push_back({over.key, over.key_span, settings_of(over)});
      reader.done();
      file_.targets.push_back(std::move(spec));
    });
    if (file_.targets.empty())
      top_.error("targets", codes::undeclared_target, "this file names no target",
                 "leave 'targets' out to release once, with the credentials' own account");
  }

  MapReader top_;
  config::Diagnostics& diagnostics_;
  StepContext context_;
  NativeFile file_;
};

}  // namespace

NativeFile read_file(config::Node const& root, plan::Lock::Busy usual_busy,
                     config::Diagnostics& diagnostics) {
  return FileReader(root, usual_busy, diagnostics).read();
}

}  // namespace sluice::dialect::native
