#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/strings.hpp"
#include "server/token_text.hpp"
#include "server/tokens.hpp"
#include "store/file_system.hpp"

namespace sluice::server {
namespace {

constexpr char pepper_kind[] = "pepper";
constexpr char pepper_id[] = "tokens";
constexpr std::size_t pepper_letters = 64;

Result<std::optional<std::string>> read_pepper(std::filesystem::path const& file) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure) && !failure) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  std::string text(trim(content.str()));
  if (in && text.size() == pepper_letters) return text;
  return fail(ErrorCode::corrupt, file.string() + " cannot be read or is damaged",
              "API tokens cannot be checked without it. Restore it, or delete it: then every token "
              "is void, and sluice token create makes new ones.");
}

/// On the disk when it returns, whole: tokens made with it outlive the machine's next crash.
Result<void> write_pepper(std::filesystem::path const& file, std::string const& text) {
  std::filesystem::path draft = file;
  draft += ".new";
  store::Descriptor out(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out) return std::unexpected(store::system_error("create", draft, errno));
  if (auto written = store::write_all(out.get(), text, draft); !written) return written;
  if (::fsync(out.get()) != 0) return std::unexpected(store::system_error("sync", draft, errno));
  if (::rename(draft.c_str(), file.c_str()) != 0)
    return std::unexpected(store::system_error("rename to", file, errno));
  return store::sync_folder(file.parent_path());
}

}  // namespace

Result<std::string> Tokens::pepper() {
  {
    std::lock_guard lock(mutex_);
    if (!pepper_.empty()) return pepper_;
  }
  auto read = options_.pepper_file.empty() ? pepper_in_store() : pepper_in_file();
  if (!read) return read;
  std::lock_guard lock(mutex_);
  pepper_ = *read;
  return read;
}

Result<std::string> Tokens::pepper_in_file() const {
  static std::mutex one_at_a_time;
  std::lock_guard lock(one_at_a_time);
  auto const& file = options_.pepper_file;
  auto there = read_pepper(file);
  if (!there) return std::unexpected(there.error());
  if (*there) return std::move(**there);
  std::string made = random_hex(random_);
  if (auto written = write_pepper(file, made + "\n"); !written)
    return fail(written.error(), "keep the pepper of the API tokens");
  return made;
}

Result<std::string> Tokens::pepper_in_store() {
  std::string made = random_hex(random_);
  return in_store([&](store::Store& store) -> Result<std::string> {
    auto put =
        store.put_record({pepper_kind, pepper_id, json::Value{{"pepper", made}}, 0, std::nullopt});
    if (put) return made;
    if (put.error().code != ErrorCode::conflict) return std::unexpected(put.error());
    auto record = store.record(pepper_kind, pepper_id);
    if (!record) return std::unexpected(record.error());
    if (!*record) return fail(ErrorCode::corrupt, "the pepper of the API tokens is gone");
    return (*record)->body["pepper"].as_string();
  });
}

}  // namespace sluice::server
