#include <algorithm>

#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/invocation.hpp"
#include "cli/settings.hpp"
#include "store/postgres.hpp"

namespace sluice::cli {
namespace {

using Kind = Origin::Kind;

/// A setting with everything that says something about it, the line included, strongest first.
struct Explained {
  Setting const* setting;
  std::vector<Said> said;
  std::string otherwise;  ///< what holds where nothing says anything

  std::string value() const { return said.empty() ? otherwise : said.front().value; }
};

/// Addresses may hold a password: http://user:password@host.
std::string masked(std::string const& value) {
  auto scheme = value.find("://");
  auto at = scheme == std::string::npos ? scheme : value.find('@', scheme);
  if (at == std::string::npos || value.find('/', scheme + 3) < at) return value;
  return value.substr(0, scheme + 3) + "***" + value.substr(at);
}

std::string_view word_of(Kind kind) {
  switch (kind) {
    case Kind::line: return "flag";
    case Kind::environment: return "environment";
    case Kind::project: return "project file";
    case Kind::user: return "user file";
    case Kind::system: return "system file";
  }
  return "";
}

std::string from(Explained const& one) {
  return one.said.empty() ? std::string("default") : one.said.front().origin.text;
}

/// Where the journal is said outright, because that depends on this machine.
std::string otherwise_of(Invocation const& invocation, Setting const& setting) {
  if (setting.key == "state" && !invocation.line.has("state"))
    if (auto folder = invocation.state_folder()) return *folder;
  if (setting.option->value.empty()) return "false";
  return std::string(setting.option->otherwise);
}

Result<Explained> explain(Invocation const& invocation, Setting const& setting,
                          std::vector<ConfigFile> const& files) {
  Explained out{&setting, {}, otherwise_of(invocation, setting)};
  if (invocation.line.typed(setting.key)) {
    std::string value = setting.option->value.empty() ? "true" : invocation.line.value(setting.key);
    out.said.push_back({value, {Kind::line, "--" + std::string(setting.key)}});
  }
  auto more = said_about(setting, invocation.environment, files);
  if (!more) return std::unexpected(more.error());
  std::ranges::move(*more, std::back_inserter(out.said));
  for (auto& said : out.said)
    said.value = setting.key == "store" ? store::shown_postgres(said.value) : masked(said.value);
  return out;
}

json::Value origin_json(Origin const& origin) {
  json::Value out{{"kind", word_of(origin.kind)}};
  bool file = origin.kind != Kind::line && origin.kind != Kind::environment;
  out.set(file ? "place" : "name", origin.text);
  return out;
}

json::Value explained_json(Explained const& one) {
  json::Value out{{"key", one.setting->key}};
  out.set("value", one.said.empty() && one.otherwise.empty() ? json::Value() : one.value());
  out.set("origin", one.said.empty() ? json::Value{{"kind", "default"}}
                                     : origin_json(one.said.front().origin));
  json::Value overruled = json::Array{};
  for (std::size_t i = 1; i < one.said.size(); ++i)
    overruled.push(
        json::Value{{"value", one.said[i].value}, {"origin", origin_json(one.said[i].origin)}});
  out.set("overruled", std::move(overruled));
  return out;
}

json::Value report_json(std::vector<Explained> const& all, std::vector<ConfigFile> const& files) {
  json::Value list = json::Array{};
  for (auto const& one : all) list.push(explained_json(one));
  json::Value read = json::Array{};
  for (auto const& file : files)
    if (!file.path.empty())
      read.push(json::Value{
          {"kind", word_of(file.kind)}, {"path", file.path.string()}, {"found", file.found}});
  return json::Value{{"apiVersion", "sluice/v1"},
                     {"kind", "Configuration"},
                     {"settings", std::move(list)},
                     {"files", std::move(read)}};
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + "  ";
}

std::string table_text(std::vector<Explained> const& all, Style const& style) {
  std::size_t keys = 7, values = 5;
  for (auto const& one : all) {
    keys = std::max(keys, one.setting->key.size());
    values = std::max(values, std::min<std::size_t>(one.value().size(), 32));
  }
  std::string out = style.bold(padded("setting", keys) + padded("value", values) + "from") + "\n";
  for (auto const& one : all)
    out += padded(std::string(one.setting->key), keys) +
           padded(one.value().empty() ? "-" : printable(one.value()), values) +
           printable(from(one)) + "\n";
  return out;
}

std::string files_text(std::vector<ConfigFile> const& files) {
  std::string out = "\nFiles, the strongest first:\n";
  for (auto const& file : files) {
    std::string path = file.path.empty() ? "none found" : printable(file.path.string());
    if (!file.found && !file.path.empty()) path += " (not there)";
    out += "  " + padded(std::string(word_of(file.kind)), 12) + path + "\n";
  }
  return out;
}

std::string one_text(Explained const& one) {
  auto const& option = *one.setting->option;
  std::string out = std::string(one.setting->key) + ": " + std::string(option.summary) + "\n";
  if (one.said.empty())
    out += "  " + (one.otherwise.empty() ? std::string("-") : one.otherwise) + ", by default\n";
  for (auto const& said : one.said)
    out += "  " + printable(said.value) + ", says " + printable(said.origin.text) +
           (&said == &one.said.front() ? "\n" : " (overruled)\n");
  out += "It is set by --" + std::string(option.name) + ", by " + std::string(option.variable) +
         ", or in a configuration file" +
         (option.personal ? " of yours or of the machine, not in a project's.\n" : ".\n");
  return out;
}

}  // namespace

int run_config_explain(Invocation& invocation) {
  std::string key = invocation.line.positional(0);
  std::vector<std::string> known;
  for (auto const& setting : all_settings()) known.emplace_back(setting.key);
  std::ranges::sort(known);
  if (!key.empty() && !find_setting(key)) {
    auto near = nearest(key, known);
    return invocation.refuse_usage(
        "there is no setting '" + key + "'",
        near ? "Did you mean '" + *near + "'?" : "'sluice config explain' lists them.");
  }
  config::Diagnostics reported;  // the program has read them before and found nothing wrong
  auto files = read_config_files(invocation.environment, workplace_of(invocation.line), reported);
  if (!files) return invocation.refuse(files.error());
  std::vector<Explained> all;
  for (auto const& name : known) {
    if (!key.empty() && name != key) continue;
    auto one = explain(invocation, *find_setting(name), *files);
    if (!one) return invocation.refuse_usage(one.error().message, one.error().hint);
    all.push_back(std::move(*one));
  }
  auto& terminal = invocation.terminal;
  if (invocation.json())
    terminal.out(report_json(all, *files).pretty() + "\n");
  else if (!key.empty())
    terminal.out(one_text(all.front()));
  else
    terminal.out(table_text(all, terminal.out_style()) + files_text(*files));
  return exit_success;
}

}  // namespace sluice::cli
