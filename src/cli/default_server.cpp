#include "cli/default_server.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "base/strings.hpp"
#include "cli/credentials_file.hpp"
#include "config/reader.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key = "server:";

/// Whether a reader of the file would find that URL.
bool says(std::string const& text, std::string const& url) {
  config::Diagnostics diagnostics;
  auto document = config::parse("config.yaml", text, diagnostics);
  if (!document || diagnostics.has_errors()) return false;
  config::MapReader reader(document->root, diagnostics, config::Unknown::warning, "a file");
  auto const* value = reader.value("server");
  return value && value->text() == url;
}

}  // namespace

Result<std::string> with_default_server(std::string const& text, std::string const& url) {
  std::string line = std::string(key) + " " + url;
  std::string out;
  bool replaced = false;
  auto lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (auto const& one : lines) {
    bool ours = one.starts_with(key);
    out += (ours ? line : one) + "\n";
    replaced |= ours;
  }
  if (!replaced) out += line + "\n";
  if (says(out, url)) return out;
  return fail(ErrorCode::invalid_input,
              "your configuration file is not written so that a line can be added to it",
              "Write into it yourself: " + line);
}

Result<void> make_default_server(fs::path const& file, std::string const& url) {
  std::error_code error;
  // A link, as people have who keep their settings elsewhere, stays one.
  fs::path place = fs::exists(file, error) ? fs::canonical(file, error) : file;
  if (error) place = file;
  std::ifstream in(place, std::ios::binary);
  std::stringstream text;
  if (in) text << in.rdbuf();
  if (!in && fs::exists(place, error))
    return fail(ErrorCode::unavailable, "'" + place.string() + "' cannot be read");
  auto changed = with_default_server(text.str(), url);
  if (!changed) return std::unexpected(changed.error());
  struct stat status{};
  unsigned mode = ::stat(place.c_str(), &status) == 0 ? status.st_mode & 0777 : 0600;
  return replace_durably(place, *changed, mode);
}

}  // namespace sluice::cli
