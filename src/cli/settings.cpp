#include "cli/settings.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "base/time.hpp"
#include "config/typed.hpp"

namespace sluice::cli {
namespace {

using Kind = Origin::Kind;

void add(std::vector<Setting>& all, Option const& option) {
  if (option.setting.empty()) return;
  auto known = std::ranges::find(all, option.setting, &Setting::key);
  if (known == all.end()) {
    all.push_back({option.setting, &option, option.choices});
    return;
  }
  for (auto choice : option.choices)
    if (std::ranges::find(known->choices, choice) == known->choices.end())
      known->choices.push_back(choice);
}

std::string look_up(Variables const& environment, std::string const& name) {
  auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// A flag's value as people write it in variables.
std::optional<std::string> flag_value(std::string const& text) {
  std::string word = lower(text);
  if (word == "1" || word == "true" || word == "yes" || word == "on") return "true";
  if (word == "0" || word == "false" || word == "no" || word == "off") return "false";
  return std::nullopt;
}

Result<std::string> checked(Setting const& setting, std::string const& name,
                            std::string const& text) {
  std::string what = name + " cannot be '" + text + "'";
  if (setting.option->value.empty()) {
    if (auto flag = flag_value(text)) return *flag;
    return fail(ErrorCode::invalid_input, what, "It is 1 or 0.");
  }
  if (!setting.choices.empty() &&
      std::ranges::find(setting.choices, text) == setting.choices.end()) {
    std::vector<std::string> words(setting.choices.begin(), setting.choices.end());
    auto near = nearest(text, words);
    return fail(
        ErrorCode::invalid_input, what,
        near ? "Did you mean '" + *near + "'?" : "It is one of: " + join(words, ", ") + ".");
  }
  if (setting.option->value == "DURATION" && text != "0")
    if (auto duration = parse_duration(text); !duration) return fail(duration.error(), name);
  return text;
}

/// Names that others made stand beside the table's own.
Result<std::optional<Said>> environment_says(Setting const& setting, Variables const& environment) {
  std::string name(setting.option->variable);
  if (auto text = look_up(environment, name); !text.empty()) {
    auto value = checked(setting, name, text);
    if (!value) return std::unexpected(value.error());
    return Said{*value, {Kind::environment, name}};
  }
  auto other = [&](char const* variable, std::string value) {
    return Said{std::move(value), {Kind::environment, variable}};
  };
  if (setting.key == "region")
    if (auto text = look_up(environment, "AWS_DEFAULT_REGION"); !text.empty())
      return other("AWS_DEFAULT_REGION", text);
  if (setting.key == "color") {
    if (!look_up(environment, "NO_COLOR").empty()) return other("NO_COLOR", "never");
    if (!look_up(environment, "FORCE_COLOR").empty()) return other("FORCE_COLOR", "always");
  }
  return std::nullopt;
}

/// The AWS chain reads its own variables: they select credentials in ways that an option does not.
bool read_by_aws(Origin const& origin) {
  return origin.kind == Kind::environment && origin.text.starts_with("AWS_");
}

Result<void> apply(Parsed& line, Option const& option, Variables const& environment,
                   std::vector<ConfigFile> const& files) {
  if (option.setting.empty() || line.has(option.name)) return {};
  auto said = said_about(*find_setting(option.setting), environment, files);
  if (!said) return std::unexpected(said.error());
  if (said->empty()) return {};
  auto const& strongest = said->front();
  if (read_by_aws(strongest.origin)) return {};
  auto const& choices = option.choices;
  if (!choices.empty() && std::ranges::find(choices, strongest.value) == choices.end()) return {};
  if (option.value.empty() && strongest.value != "true") return {};
  line.options[std::string(option.name)] = {option.value.empty() ? "" : strongest.value};
  line.origins[std::string(option.name)] = strongest.origin;
  return {};
}

}  // namespace

std::vector<Setting> const& all_settings() {
  static std::vector<Setting> const table = [] {
    std::vector<Setting> all;
    for (auto const& command : all_commands())
      for (auto const& option : command.options)
        if (option.name == option.setting) add(all, option);
    for (auto const& option : global_options()) add(all, option);
    return all;
  }();
  return table;
}

Setting const* find_setting(std::string_view key) {
  auto const& all = all_settings();
  auto found = std::ranges::find(all, key, &Setting::key);
  return found == all.end() ? nullptr : &*found;
}

bool is_option(std::string_view name) {
  auto in = [&](std::vector<Option> const& options) {
    return std::ranges::find(options, name, &Option::name) != options.end();
  };
  return in(global_options()) || std::ranges::any_of(all_commands(), in, &Command::options);
}

Result<std::vector<Said>> said_about(Setting const& setting, Variables const& environment,
                                     std::vector<ConfigFile> const& files) {
  std::vector<Said> out;
  auto outside = environment_says(setting, environment);
  if (!outside) return std::unexpected(outside.error());
  if (*outside) out.push_back(std::move(**outside));
  for (auto const& file : files)
    if (auto found = file.values.find(setting.key); found != file.values.end())
      out.push_back(
          {found->second.value, {file.kind, found->second.place.place(), file.elsewhere}});
  return out;
}

Result<void> apply_settings(Parsed& line, Variables const& environment,
                            std::vector<ConfigFile> const& files) {
  for (auto const& option : line.command->options)
    if (auto done = apply(line, option, environment, files); !done) return done;
  for (auto const& option : global_options())
    if (auto done = apply(line, option, environment, files); !done) return done;
  auto journal = said_about(*find_setting("state"), environment, files);
  if (!journal) return std::unexpected(journal.error());
  if (!journal->empty()) line.usual_state = journal->front().value;
  return {};
}

Workplace workplace_of(Parsed const& line) {
  auto const& positionals = line.command->positionals;
  bool release = !positionals.empty() && positionals.front().completes == Completes::file;
  std::string given = release ? line.positional(0) : line.value("for");
  if (given.empty() || given == "-") return {};
  return {given};
}

}  // namespace sluice::cli
