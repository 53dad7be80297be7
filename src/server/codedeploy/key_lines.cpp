#include "server/codedeploy/key_lines.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/strings.hpp"
#include "store/file_system.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::size_t most_file_bytes = 256 << 10;
constexpr std::size_t shortest_secret = 16;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (auto& word : split(replace_all(line, "\t", " "), ' '))
    if (!word.empty()) words.push_back(std::move(word));
  return words;
}

Result<DeclaredKey> key_of(std::vector<std::string> const& words) {
  if (words.size() < 3)
    return fail(ErrorCode::invalid_input, "this is not ID SECRET PRINCIPAL",
                "For example: AKIDEXAMPLE123456789 wJalrXUtnFEMI… ci-shop");
  if (!is_access_key_id(words[0]))
    return fail(ErrorCode::invalid_input, "the ID has 16 to 128 letters, digits and '_'");
  if (words[1].size() < shortest_secret)
    return fail(ErrorCode::invalid_input, "the SECRET has 16 letters at least");
  DeclaredKey key{words[0], Secret(words[1]), {words[2], {}}};
  TokenRequest request;
  request.name = words[2];
  for (std::size_t i = 3; i < words.size(); ++i) {
    auto role = role_of(words[i]);
    if (!role) return std::unexpected(role.error());
    request.roles.insert(*role);
  }
  if (request.roles.empty()) request.roles = {Role::maintainer};
  if (auto fine = Tokens::check_request(request); !fine) return std::unexpected(fine.error());
  key.who.roles = request.roles;
  return key;
}

Result<std::string> content_of(std::filesystem::path const& path) {
  store::Descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!in || ::fstat(in.get(), &status) != 0)
    return std::unexpected(store::system_error("read", path, errno));
  bool const ours = status.st_uid == ::geteuid() || status.st_uid == 0;
  if (!ours || (status.st_mode & 077) != 0 || !S_ISREG(status.st_mode))
    return fail(
        ErrorCode::denied,
        "the access keys in " + path.string() + " are not used: others could read or write them",
        "chmod 600 " + path.string() + " closes the file; it belongs to this user.");
  std::string text(most_file_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    auto count = ::read(in.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(store::system_error("read", path, errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > most_file_bytes)
    return fail(ErrorCode::invalid_input, path.string() + " is over 256 KiB", "");
  text.resize(size);
  return text;
}

}  // namespace

Result<std::vector<DeclaredKey>> read_key_lines(std::string_view text, std::string const& file) {
  std::vector<DeclaredKey> keys;
  std::set<std::string> ids;
  auto const lines = split(text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto const line = trim(lines[i]);
    if (line.empty() || line.starts_with('#')) continue;
    auto key = key_of(words_of(line));
    if (key && !ids.insert(key->id).second)
      key = fail(ErrorCode::invalid_input, "this ID stands in a line above already");
    if (!key) {
      Error error = key.error();
      error.message = file + ":" + std::to_string(i + 1) + ": " + error.message;
      return std::unexpected(std::move(error));
    }
    keys.push_back(std::move(*key));
  }
  return keys;
}

Result<std::vector<DeclaredKey>> read_key_lines_of(std::filesystem::path const& file) {
  auto text = content_of(file);
  if (!text) return std::unexpected(text.error());
  return read_key_lines(*text, file.string());
}

}  // namespace sluice::server::codedeploy
