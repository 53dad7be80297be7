#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "store/file_system.hpp"
#include "store/ignore.hpp"
#include "store/zip.hpp"

namespace sluice::store {
namespace {

std::unexpected<Error> refuse(std::string message, std::string hint = {}) {
  return fail(ErrorCode::invalid_input, std::move(message), std::move(hint));
}

/// Messages are UTF-8 themselves.
std::string ascii_only(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

constexpr char const* how_to_leave_out = "move it away, or name it in .sluiceignore";

Result<IgnoreRules> rules_of(std::filesystem::path const& folder) {
  auto file = folder / ".sluiceignore";
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno == ENOENT) return IgnoreRules::parse("");
    return std::unexpected(system_error("look at", file, errno));
  }
  if (!S_ISREG(status.st_mode)) return refuse(fmt::format("{} is not a file", file.native()));
  if (static_cast<std::size_t>(status.st_size) > limits::document_bytes) {
    return refuse(fmt::format("{} is larger than {} bytes", file.native(), limits::document_bytes));
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return refuse(fmt::format("{} cannot be read", file.native()));
  auto rules = IgnoreRules::parse(text.str());
  if (!rules) return fail(rules.error(), file.native());
  return rules;
}

/// Walks one folder. Entries are looked at once, by name, and never followed.
class Lister {
 public:
  Lister(std::filesystem::path folder, IgnoreRules rules, ZipLimits const& limits)
      : folder_(std::move(folder)), rules_(std::move(rules)), limits_(limits) {}

  Result<std::vector<FolderEntry>> run() {
    std::vector<std::string> waiting = {""};
    while (!waiting.empty()) {
      auto next = std::move(waiting.back());
      waiting.pop_back();
      if (auto done = visit_folder(next, waiting); !done) return std::unexpected(done.error());
    }
    bool has_files = std::ranges::any_of(
        entries_, [](auto const& entry) { return entry.kind == FolderEntry::Kind::file; });
    if (!has_files) {
      return refuse(fmt::format("there is nothing to package in {}", folder_.native()),
                    "build the function first, or look into its .sluiceignore");
    }
    std::ranges::sort(entries_, {}, &FolderEntry::name);
    return std::move(entries_);
  }

 private:
  Result<void> visit_folder(std::string const& name, std::vector<std::string>& waiting) {
    auto path = folder_ / name;
    std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(path.c_str()), ::closedir);
    if (!opened) return std::unexpected(system_error("read folder", path, errno));
    bool is_empty = true;
    for (;;) {
      errno = 0;
      auto const* found = ::readdir(opened.get());
      if (found == nullptr && errno != 0) {
        return std::unexpected(system_error("read folder", path, errno));
      }
      if (found == nullptr) break;
      std::string_view own = found->d_name;
      if (own == "." || own == "..") continue;
      auto kept = visit(name + std::string(own), waiting);
      if (!kept) return std::unexpected(kept.error());
      is_empty = is_empty && !*kept;
    }
    if (!is_empty || name.empty()) return {};
    return add({.name = name, .kind = FolderEntry::Kind::empty_folder});
  }

  /// False where the entry was left out.
  Result<bool> visit(std::string const& name, std::vector<std::string>& waiting) {
    auto path = folder_ / name;
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
      return std::unexpected(system_error("look at", path, errno));
    }
    bool is_folder = S_ISDIR(status.st_mode);
    if (rules_.leaves_out(name, is_folder)) return false;
    if (!is_valid_utf8(name)) {
      return refuse(fmt::format("the name of {} is not UTF-8", ascii_only(path.native())),
                    "rename it, or leave it out by .sluiceignore");
    }
    if (is_folder) {
      waiting.push_back(name + "/");
      return true;
    }
    if (auto done = add_one(name, path, status); !done) return std::unexpected(done.error());
    return true;
  }

  Result<void> add_one(std::string const& name, std::filesystem::path const& path,
                       struct stat const& status) {
    if (S_ISLNK(status.st_mode)) return add_link(name, path);
    if (!S_ISREG(status.st_mode)) {
      return refuse(fmt::format("{} is neither a file nor a folder nor a link", path.native()),
                    how_to_leave_out);
    }
    if (::access(path.c_str(), R_OK) != 0) {
      return refuse(fmt::format("{} cannot be read", path.native()),
                    "give yourself the right to, or name it in .sluiceignore");
    }
    return add({.name = name,
                .executable = (status.st_mode & S_IXUSR) != 0,
                .size = static_cast<std::uint64_t>(status.st_size)});
  }

  Result<void> add_link(std::string const& name, std::filesystem::path const& path) {
    std::error_code failure;
    auto target = std::filesystem::read_symlink(path, failure);
    if (failure) return std::unexpected(system_error("read link", path, failure.value()));
    // By the names alone "x/../y" may mean something else than where the kernel goes when x is
    // itself a link: both must stay inside.
    auto place = std::filesystem::weakly_canonical(path.parent_path() / target, failure);
    auto relative = place.lexically_relative(folder_);
    bool inside = !failure && !relative.empty() && *relative.begin() != "..";
    if (!inside || !link_stays_inside(name, target.native())) {
      return refuse(fmt::format("link {} points to {}, outside of the package's folder",
                                path.native(), target.native()),
                    "copy what it points to into the folder, or name the link in .sluiceignore");
    }
    return add({.name = name,
                .kind = FolderEntry::Kind::link,
                .size = target.native().size(),
                .link_target = target.native()});
  }

  Result<void> add(FolderEntry entry) {
    total_ += entry.size;
    if (total_ > limits_.unzipped_bytes) {
      return refuse(fmt::format("{} holds more than Lambda takes: {} bytes up to {}, the limit is "
                                "{} unzipped",
                                folder_.native(), total_, entry.name, limits_.unzipped_bytes),
                    "leave out what the function does not need by .sluiceignore, use layers or an "
                    "image");
    }
    if (entries_.size() == limits_.entries) {
      return refuse(fmt::format("{} holds more than {} files", folder_.native(), limits_.entries),
                    "leave out what the function does not need by .sluiceignore");
    }
    entries_.push_back(std::move(entry));
    return {};
  }

  std::filesystem::path folder_;
  IgnoreRules rules_;
  ZipLimits limits_;
  std::vector<FolderEntry> entries_;
  std::uint64_t total_ = 0;
};

}  // namespace

ZipLimits lambda_limits() { return {limits::archive_entries, limits::unzipped_bytes}; }

bool link_stays_inside(std::string_view name, std::string_view target) {
  if (target.empty() || target.starts_with('/')) return false;
  auto depth = std::ranges::count(name, '/');
  for (auto const& part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}

Result<std::vector<FolderEntry>> list_folder(std::filesystem::path const& folder,
                                             ZipLimits const& limits) {
  std::error_code failure;
  auto place = std::filesystem::canonical(folder, failure);
  if (failure) return std::unexpected(system_error("package", folder, failure.value()));
  if (!std::filesystem::is_directory(place, failure)) {
    return refuse(fmt::format("{} is not a folder", folder.native()));
  }
  auto rules = rules_of(place);
  if (!rules) return std::unexpected(rules.error());
  return Lister(std::move(place), std::move(*rules), limits).run();
}

}  // namespace sluice::store
