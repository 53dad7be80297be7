#include "aws/profiles.hpp"

#include "base/strings.hpp"

namespace sluice::aws {
namespace {

std::unexpected<Error> broken(std::string const& path, std::size_t line, std::string why) {
  return fail(ErrorCode::invalid_input, path + ":" + std::to_string(line) + ": " + std::move(why),
              "Write sections as [name] and settings as key = value.");
}

/// "profile prod" and "profile  'prod'" both name prod.
std::string unquoted(std::string_view text) {
  text = trim(text);
  bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                text.back() == text.front();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

/// A comment starts a line, or stands behind a blank.
std::string_view without_comment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i)
    if ((value[i] == '#' || value[i] == ';') && (value[i - 1] == ' ' || value[i - 1] == '\t'))
      return trim(value.substr(0, i));
  return value;
}

/// The name behind "KIND " in a section's title; none where it is of another kind.
std::optional<std::string> name_behind(std::string const& title, std::string_view kind) {
  if (!title.starts_with(kind) || title.size() <= kind.size()) return std::nullopt;
  char next = title[kind.size()];
  if (next != ' ' && next != '\t') return std::nullopt;
  return unquoted(std::string_view(title).substr(kind.size()));
}

std::string path_of(Environment const& environment, std::string const& variable,
                    std::string const& usual) {
  std::string path = environment.get(variable).value_or("~/.aws/" + usual);
  if (path.starts_with("~/")) path = environment.home() + path.substr(1);
  return path;
}

using Sections = std::map<std::string, Section>;

Result<Sections> read_sections(Environment const& environment, std::string const& path,
                               bool& found) {
  auto text = environment.read_file(path);
  if (!text) return std::unexpected(text.error());
  found = text->has_value();
  if (!found) return Sections{};
  return parse_ini(**text, path);
}

void merge(Section const& from, Section& into) {
  for (auto const& [key, value] : from.values) into.values[key] = value;
  for (auto const& [key, value] : from.nested) into.nested[key] = value;
}

}  // namespace

std::optional<std::string> Section::get(std::string const& key) const {
  auto found = values.find(key);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Result<Sections> parse_ini(std::string_view text, std::string const& path) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Sections sections;
  Section* section = nullptr;
  std::string open_key;  // a key without value whose indented lines may follow
  std::size_t number = 0;
  for (std::string const& raw : split(text, '\n')) {
    ++number;
    std::string_view line = trim(raw);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    bool indented = raw[0] == ' ' || raw[0] == '\t';
    if (line[0] == '[' && !indented) {
      std::size_t end = line.find(']');
      if (end == std::string_view::npos) return broken(path, number, "a section without ']'");
      section = &sections[std::string(trim(line.substr(1, end - 1)))];
      open_key.clear();
      continue;
    }
    std::size_t equals = line.find('=');
    if (!section) return broken(path, number, "a setting before the first [section]");
    if (indented && open_key.empty()) continue;  // a continued value of a setting we do not use
    if (equals == std::string_view::npos) return broken(path, number, "a line without '='");
    std::string key = lower(trim(line.substr(0, equals)));
    std::string value(without_comment(trim(line.substr(equals + 1))));
    if (key.empty()) return broken(path, number, "a setting without a name");
    if (indented) {
      section->nested[open_key][key] = value;
    } else {
      section->values[key] = value;
      open_key = value.empty() ? key : "";
    }
  }
  return sections;
}

Result<Profiles> Profiles::read(Environment const& environment) {
  Profiles out;
  out.config_path = path_of(environment, "AWS_CONFIG_FILE", "config");
  out.credentials_path = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  auto config = read_sections(environment, out.config_path, out.config_found);
  if (!config) return std::unexpected(config.error());
  auto credentials = read_sections(environment, out.credentials_path, out.credentials_found);
  if (!credentials) return std::unexpected(credentials.error());

  for (auto const& [title, section] : *config) {
    if (title == "default") {
      // [profile default] wins over [default] where both are there, as in the SDKs.
      if (!config->contains("profile default")) merge(section, out.profiles["default"]);
    } else if (auto profile = name_behind(title, "profile")) {
      merge(section, out.profiles[*profile]);
    } else if (auto services = name_behind(title, "services")) {
      merge(section, out.services[*services]);
    }
  }
  for (auto const& [title, section] : *credentials) merge(section, out.profiles[unquoted(title)]);
  return out;
}

Section const* Profiles::find(std::string const& name) const {
  auto found = profiles.find(name);
  return found == profiles.end() ? nullptr : &found->second;
}

std::vector<std::string> Profiles::names() const {
  std::vector<std::string> out;
  for (auto const& [name, section] : profiles) out.push_back(name);
  return out;
}

std::string Profiles::places() const {
  return config_path + (config_found ? "" : " (not there)") + " and " + credentials_path +
         (credentials_found ? "" : " (not there)");
}

ProfileChoice choose_profile(std::optional<std::string> const& given,
                             Environment const& environment) {
  if (given && !given->empty()) return {*given, true, "--profile"};
  for (std::string name : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
    if (auto value = environment.get(name)) return {*value, false, name};
  return {"default", false, "the default"};
}

}  // namespace sluice::aws
