#include "cli/config_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "cli/settings.hpp"
#include "config/codes_cli.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using Kind = Origin::Kind;

std::string variable(Variables const& environment, std::string const& name) {
  auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// A descriptor that is closed.
struct Opened {
  explicit Opened(fs::path const& path)
      : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Opened() {
    if (number >= 0) ::close(number);
  }
  Opened(Opened const&) = delete;
  int number;
};

std::optional<uid_t> owner_of(fs::path const& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_uid;
}

/// Who could have written the file decides whose settings it holds.
Result<void> trusted(ConfigFile const& file, struct stat const& status,
                     Workplace const& workplace) {
  std::string name = "configuration file '" + file.path.string() + "'";
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::invalid_input, name + " is no regular file", "Remove it.");
  bool mine = status.st_uid == ::geteuid() || status.st_uid == 0;
  // Who runs a release file trusts its owner already.
  if (!mine && file.kind == Kind::project && workplace.release)
    mine = owner_of(*workplace.release) == status.st_uid;
  if (!mine)
    return fail(ErrorCode::invalid_input,
                name + " belongs to another user (uid " + std::to_string(status.st_uid) + ")",
                "Nothing is taken from it. Make it yours, or work in another folder.");
  if ((status.st_mode & S_IWOTH) != 0)
    return fail(ErrorCode::invalid_input, name + " can be written by everybody",
                "Take that right away: chmod o-w " + file.path.string());
  return {};
}

/// None where there is no such file.
Result<std::optional<std::string>> read_text(ConfigFile const& file, Workplace const& workplace) {
  Opened opened(file.path);
  if (opened.number < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  struct stat status{};
  if (opened.number < 0 || ::fstat(opened.number, &status) != 0)
    return fail(ErrorCode::invalid_input, "configuration file '" + file.path.string() +
                                              "' cannot be read: " + std::strerror(errno));
  if (auto ok = trusted(file, status, workplace); !ok) return std::unexpected(ok.error());
  // One byte more than allowed, so that the parser can say that it is too large.
  std::string text(limits::document_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    ssize_t count = ::read(opened.number, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return fail(ErrorCode::invalid_input, "configuration file '" + file.path.string() +
                                                "' cannot be read: " + std::strerror(errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

bool says_nothing(std::string_view text) {
  return std::ranges::all_of(split(text, '\n'), [](std::string const& line) {
    auto words = trim(line);
    return words.empty() || words.starts_with('#') || words == "---";
  });
}

bool looks_secret(std::string_view key) {
  std::string name = lower(key);
  std::erase_if(name, [](char c) { return c == '-' || c == '_'; });
  for (auto word : {"secret", "password", "passwd", "token", "accesskey", "apikey", "credential"})
    if (name.contains(word)) return true;
  return false;
}

/// The place of a key whose value is not to be shown: the same text with the rest of it hidden.
config::Span hidden(config::Span const& key) {
  std::string text = key.source->text();
  std::size_t from = std::min(key.source->byte_at(key.end()), text.size());
  for (std::size_t i = from; i < text.size(); ++i)
    if (text[i] != '\n' && text[i] != '\r' && text[i] != ':' && text[i] != ' ') text[i] = '*';
  config::Span out = key;
  out.source = config::make_source(key.source->name(), std::move(text));
  return out;
}

class Reading {
 public:
  Reading(ConfigFile& file, config::Diagnostics& diagnostics, Variables const& environment)
      : file_(file), diagnostics_(diagnostics), environment_(environment) {}

  void root(config::Node const& node) {
    config::MapReader reader(node, diagnostics_, config::Unknown::error, "a configuration file");
    for (auto const& entry : node.entries()) odd_key(reader, entry);
    for (auto const& setting : all_settings()) {
      auto const* value = reader.value(std::string(setting.key));
      if (!value) continue;
      auto read = typed(setting, *value);
      if (!read || refused(setting, *value)) continue;
      file_.values[std::string(setting.key)] = {std::move(*read), value->span()};
    }
    reader.done();
  }

 private:
  /// A key that is no setting and yet no slip of the keyboard.
  void odd_key(config::MapReader& reader, config::Entry const& entry) {
    if (find_setting(entry.key)) return;
    if (looks_secret(entry.key)) {
      diagnostics_.error(config::codes::secret_in_file, hidden(entry.key_span),
                         config::in_quotes(entry.key) + " looks like a secret",
                         {.cause = "configuration files hold no credentials",
                          .help = "remove it, and keep credentials where the AWS CLI keeps them"});
    } else if (is_option(entry.key)) {
      diagnostics_.error(config::codes::not_for_this_file, entry.key_span,
                         config::in_quotes(entry.key) + " belongs on a command line",
                         {.cause = "it is meant for one invocation, not for all of them",
                          .help = "remove it, and give --" + entry.key + " where it is wanted"});
    } else {
      return;
    }
    reader.value(entry.key);
  }

  bool refused(Setting const& setting, config::Node const& value) {
    if (file_.kind != Kind::project || !setting.option->personal) return false;
    std::string variable(setting.option->variable);
    diagnostics_.error(
        config::codes::not_for_this_file, value.span(),
        config::in_quotes(setting.key) + " cannot be set by a project's file",
        {.cause = "it chooses credentials or endpoints, or can weaken a safety: what comes with a "
                  "project must not decide that",
         .help = "set it in your own file (" + user_file_text + "), with " + variable + " or --" +
                 std::string(setting.option->name)});
    return true;
  }

  std::optional<std::string> typed(Setting const& setting, config::Node const& value) {
    std::string what(setting.key);
    if (setting.option->value.empty()) {
      auto flag = config::as_boolean(value, diagnostics_, what);
      return flag ? std::optional<std::string>(*flag ? "true" : "false") : std::nullopt;
    }
    if (!setting.choices.empty()) {
      std::vector<std::string> words(setting.choices.begin(), setting.choices.end());
      auto index = config::as_choice(value, diagnostics_, what, words);
      return index ? std::optional(words[*index]) : std::nullopt;
    }
    if (setting.option->value == "DURATION" && value.text() != "0" &&
        !config::as_duration(value, diagnostics_, what))
      return std::nullopt;
    auto text = config::as_string(value, diagnostics_, what);
    bool path = setting.option->value == "DIR" || setting.option->value == "FILE";
    if (text && path) text = folder(*text);
    return text;
  }

  /// Relative to the file; '~/' is the home folder.
  std::string folder(std::string const& text) const {
    auto home = variable(environment_, "HOME");
    fs::path path =
        text.starts_with("~/") && !home.empty() ? fs::path(home) / text.substr(2) : fs::path(text);
    return (fs::absolute(file_.path).parent_path() / path).lexically_normal().string();
  }

  static inline std::string const user_file_text = "~/.config/sluice/config.yaml";
  ConfigFile& file_;
  config::Diagnostics& diagnostics_;
  Variables const& environment_;
};

fs::path user_file(Variables const& environment) {
  // XDG base directories: a relative path is invalid and to be ignored.
  if (auto xdg = variable(environment, "XDG_CONFIG_HOME"); xdg.starts_with('/'))
    return fs::path(xdg) / "sluice/config.yaml";
  auto home = variable(environment, "HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".config/sluice/config.yaml";
}

/// Short where it lies below the current folder.
fs::path shown(fs::path const& path) {
  std::error_code error;
  auto relative = path.lexically_relative(fs::current_path(error));
  bool below = !error && !relative.empty() && *relative.begin() != "..";
  return below ? relative : path;
}

ConfigFile project_file(Workplace const& workplace) {
  std::error_code error;
  fs::path folder = workplace.release.value_or(".");
  if (workplace.release && !fs::is_directory(folder, error)) folder = folder.parent_path();
  auto found = find_project_file(folder.empty() ? "." : folder);
  auto here = workplace.release ? find_project_file(".") : found;
  ConfigFile file{.kind = Kind::project, .path = found ? shown(*found) : fs::path()};
  file.elsewhere = found != here;
  return file;
}

}  // namespace

std::optional<fs::path> find_project_file(fs::path const& folder) {
  std::error_code error;
  fs::path start = fs::canonical(folder, error);
  if (error) return std::nullopt;
  fs::path root = start;
  for (fs::path at = start;; at = at.parent_path()) {
    if (fs::exists(fs::symlink_status(at / ".git", error))) {
      root = at;
      break;
    }
    if (!at.has_relative_path()) break;
  }
  for (fs::path at = start;; at = at.parent_path()) {
    if (fs::exists(fs::symlink_status(at / project_file_name, error)))
      return at / project_file_name;
    if (at == root) return std::nullopt;
  }
}

Result<std::vector<ConfigFile>> read_config_files(Variables const& environment,
                                                  Workplace const& workplace,
                                                  config::Diagnostics& diagnostics) {
  std::string system = variable(environment, "SLUICE_SYSTEM_CONFIG");
  std::vector<ConfigFile> files{
      project_file(workplace),
      {.kind = Kind::user, .path = user_file(environment)},
      {.kind = Kind::system, .path = system.empty() ? "/etc/sluice/config.yaml" : system}};
  for (auto& file : files) {
    if (file.path.empty()) continue;
    auto text = read_text(file, workplace);
    if (!text) return std::unexpected(text.error());
    if (!*text) continue;
    file.found = true;
    if (says_nothing(**text)) continue;
    auto document = config::parse(file.path.string(), std::move(**text), diagnostics);
    if (document) Reading(file, diagnostics, environment).root(document->root);
  }
  return files;
}

}  // namespace sluice::cli
