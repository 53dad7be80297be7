#include "server/key_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <sstream>

#include "base/strings.hpp"
#include "server/token_text.hpp"
#include "store/file_system.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t key_letters = 64;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

Result<std::optional<std::string>> read_key_file(std::filesystem::path const& file,
                                                 std::string const& hint) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure) && !failure) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  std::string text(trim(content.str()));
  if (in && text.size() == key_letters && is_hex(text)) return text;
  return fail(ErrorCode::corrupt, file.string() + " cannot be read or is damaged", hint);
}

Result<void> write_key_file(std::filesystem::path const& file, std::string const& key) {
  std::filesystem::path draft = file;
  draft += ".new";
  store::Descriptor out(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out) return std::unexpected(store::system_error("create", draft, errno));
  if (auto written = store::write_all(out.get(), key + "\n", draft); !written) return written;
  if (::fsync(out.get()) != 0) return std::unexpected(store::system_error("sync", draft, errno));
  if (::rename(draft.c_str(), file.c_str()) != 0)
    return std::unexpected(store::system_error("rename to", file, errno));
  return store::sync_folder(file.parent_path());
}

Result<std::string> key_file(std::filesystem::path const& file, Random& random,
                             std::string const& hint) {
  static std::mutex one_at_a_time;
  std::lock_guard lock(one_at_a_time);
  auto there = read_key_file(file, hint);
  if (!there) return std::unexpected(there.error());
  if (*there) return std::move(**there);
  std::string made = random_hex(random);
  if (auto written = write_key_file(file, made); !written) return std::unexpected(written.error());
  return made;
}

}  // namespace sluice::server
