#include "cli/credentials_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/strings.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_token_bytes = 4096;

std::unexpected<Error> trouble(std::string const& what, fs::path const& path) {
  return fail(ErrorCode::unavailable, what + " " + path.string() + ": " + std::strerror(errno));
}

/// A descriptor that is closed.
class Opened {
 public:
  explicit Opened(int number) : number_(number) {}
  ~Opened() {
    if (number_ >= 0) ::close(number_);
  }
  Opened(Opened const&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

Result<void> write_whole(int descriptor, std::string_view text, fs::path const& path) {
  while (!text.empty()) {
    auto count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return trouble("write", path);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(descriptor) != 0) return trouble("sync", path);
  return {};
}

Result<void> make_folder(fs::path const& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  fs::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return trouble("create", folder);
  return {};
}

Result<std::string> read_whole(int descriptor, fs::path const& path) {
  std::string text(limits::document_bytes, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    auto count = ::read(descriptor, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return trouble("read", path);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

/// {"apiVersion", "kind", "servers": {URL: {"token", "name", "expires"}}}; null: there is no file.
Result<json::Value> read_document(fs::path const& path) {
  Opened opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) return json::Value();
  struct stat status{};
  if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0) return trouble("read", path);
  if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0 || !S_ISREG(status.st_mode))
    return fail(
        ErrorCode::denied,
        "the tokens in " + path.string() + " are not used: others could read or write them",
        "chmod 600 " + path.string() + " closes the file. If others had access, log in anew.");
  auto text = read_whole(opened.get(), path);
  if (!text) return std::unexpected(text.error());
  auto document = json::parse(*text);
  if (!document || !document->is_object())
    return fail(ErrorCode::corrupt, path.string() + " is not what 'sluice login' wrote",
                "Remove it and log in again.");
  return document;
}

/// Holds off other writers of the file while it lives.
Result<std::unique_ptr<Opened>> lock(fs::path const& path) {
  if (auto made = make_folder(path.parent_path()); !made) return std::unexpected(made.error());
  fs::path folder = path.parent_path();
  auto opened =
      std::make_unique<Opened>(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened->get() < 0) return trouble("open", folder);
  while (::flock(opened->get(), LOCK_EX) != 0)
    if (errno != EINTR) return trouble("lock", folder);
  return opened;
}

Result<void> write_document(fs::path const& path, json::Value document, json::Value servers) {
  if (document.is_null()) document = json::Value{{"apiVersion", "sluice/v1"}, {"kind", "Tokens"}};
  document.set("servers", std::move(servers));
  return replace_durably(path, document.pretty() + "\n", 0600);
}

}  // namespace

fs::path configuration_folder(Variables const& environment) {
  auto variable = [&](char const* name) {
    auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  // XDG base directories: a relative path is invalid and to be ignored.
  if (auto xdg = variable("XDG_CONFIG_HOME"); xdg.starts_with('/')) return fs::path(xdg) / "sluice";
  auto home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".config/sluice";
}

Result<void> replace_durably(fs::path const& file, std::string_view content, unsigned mode) {
  if (auto made = make_folder(file.parent_path()); !made) return made;
  std::string fresh = file.string() + ".XXXXXX";
  {
    Opened opened(::mkostemp(fresh.data(), O_CLOEXEC));
    if (opened.get() < 0) return trouble("create a file beside", file);
    auto written = write_whole(opened.get(), content, fresh);
    if (written && ::fchmod(opened.get(), mode) != 0) written = trouble("change", fresh);
    if (!written) {
      ::unlink(fresh.c_str());
      return written;
    }
  }
  if (::rename(fresh.c_str(), file.c_str()) == 0) return {};
  auto failed = trouble("replace", file);
  ::unlink(fresh.c_str());
  return failed;
}

Result<Secret> token_of_text(std::string_view text, std::string const& place) {
  auto token = trim(text);
  bool visible = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (token.empty() || !visible || token.size() > most_token_bytes)
    return fail(ErrorCode::invalid_input, place + " holds no token",
                "A token is one word that begins with sluice_.");
  return Secret(std::string(token));
}

Result<CredentialsFile> CredentialsFile::of(Variables const& environment) {
  auto folder = configuration_folder(environment);
  if (folder.empty())
    return fail(ErrorCode::invalid_input,
                "it is not known where tokens are kept: neither XDG_CONFIG_HOME nor HOME is set",
                "Give a token with --token-file FILE.");
  return CredentialsFile(folder / "credentials");
}

Result<std::optional<Credential>> CredentialsFile::find(std::string const& url) const {
  auto document = read_document(path_);
  if (!document) return std::unexpected(document.error());
  auto const& entry = (*document)["servers"][url];
  if (!entry.is_object()) return std::nullopt;
  Credential found;
  auto token = token_of_text(entry["token"].as_string(), path_.string());
  if (!token) return std::unexpected(token.error());
  found.token = std::move(*token);
  found.name = entry["name"].as_string();
  if (auto expires = parse_rfc3339(entry["expires"].as_string())) found.expires = *expires;
  return found;
}

Result<void> CredentialsFile::put(std::string const& url, Credential const& credential) const {
  auto locked = lock(path_);
  if (!locked) return std::unexpected(locked.error());
  auto document = read_document(path_);
  if (!document) return std::unexpected(document.error());
  json::Value servers = (*document)["servers"];
  if (!servers.is_object()) servers = json::Object{};
  json::Value entry{{"token", std::string(credential.token.open())}};
  if (!credential.name.empty()) entry.set("name", credential.name);
  if (credential.expires) entry.set("expires", rfc3339(*credential.expires));
  servers.set(url, std::move(entry));
  return write_document(path_, std::move(*document), std::move(servers));
}

Result<bool> CredentialsFile::remove(std::string const& url) const {
  auto locked = lock(path_);
  if (!locked) return std::unexpected(locked.error());
  auto document = read_document(path_);
  if (!document) return std::unexpected(document.error());
  json::Value servers = (*document)["servers"];
  if (!servers.contains(url)) return false;
  servers.erase(url);
  auto written = write_document(path_, std::move(*document), std::move(servers));
  if (!written) return std::unexpected(written.error());
  return true;
}

}  // namespace sluice::cli
