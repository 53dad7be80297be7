#include "cli/package_check.hpp"

#include <set>
#include <system_error>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "store/packages.hpp"
#include "store/zip.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
namespace codes = config::codes;
using Kind = plan::Package::Kind;

/// Neighbours that are looked through for a name that may have been meant.
constexpr std::size_t most_neighbours = 1'000;

/// Like "build/ordres.zip" → "build/orders.zip".
std::optional<std::string> meant(fs::path const& typed, fs::path const& path) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator at(path.parent_path().empty() ? "." : path.parent_path(), error), end;
  for (; !error && at != end && names.size() < most_neighbours; at.increment(error))
    names.push_back(at->path().filename().string());
  auto near = nearest(path.filename().string(), names);
  if (!near) return std::nullopt;
  return (typed.parent_path() / *near).string();
}

class Check {
 public:
  Check(dialect::LocalPackage const& local, fs::path const& folder,
        config::Diagnostics& diagnostics)
      : package_(local.package),
        place_(local.place),
        diagnostics_(diagnostics),
        path_((folder / package_.path).lexically_normal()) {
    // "./src/" has no last part, and nothing is near to that.
    if (!path_.has_filename()) path_ = path_.parent_path();
    name_ = "package " + config::in_quotes(package_.path);
  }

  void run() {
    std::error_code error;
    auto status = fs::status(path_, error);
    if (!fs::exists(status)) return missing(error);
    bool zip = package_.kind == Kind::zip;
    if (zip && fs::is_directory(status))
      return refuse(codes::package_unusable, name_ + " is a folder",
                    "write package: {folder: " + package_.path + "}");
    if (!zip && !fs::is_directory(status))
      return refuse(codes::package_unusable, name_ + " is no folder",
                    "a package is a folder, or a zip: write package: {zip: " + package_.path + "}");
    if (zip)
      check_zip();
    else
      check_folder();
  }

 private:
  void refuse(config::Code code, std::string const& message, std::string const& help) {
    diagnostics_.error(code, place_, printable(message), {.cause = {}, .help = printable(help)});
  }

  void missing(std::error_code const& error) {
    bool absent = !error || error == std::errc::no_such_file_or_directory ||
                  error == std::errc::not_a_directory;
    if (!absent)
      return refuse(codes::package_missing, name_ + " cannot be read: " + error.message(),
                    "give yourself the right to");
    auto guess = meant(package_.path, path_);
    refuse(codes::package_missing, name_ + " is not there",
           guess ? "did you mean " + config::in_quotes(*guess) + "?"
                 : "build it first, or correct the path: it is relative to this file");
  }

  void check_zip() {
    auto checked = store::check_zip(path_, name_);
    if (!checked)
      return refuse(codes::package_unusable, checked.error().message, checked.error().hint);
    std::error_code error;
    check_size(fs::file_size(path_, error));
  }

  void check_folder() {
    auto files = store::list_folder(path_);
    if (!files)
      return refuse(codes::package_unusable, name_ + ": " + files.error().message,
                    files.error().hint);
    std::uint64_t bytes = 0;
    for (auto const& file : *files) bytes += file.size;
    // Only what is larger than that can be too large when zipped, and zipping takes its time.
    if (bytes <= limits::zip_direct_bytes || !package_.staging.empty()) return;
    auto zipped = store::memory_packages()->add_folder(path_);
    if (!zipped)
      return refuse(codes::package_unusable, name_ + ": " + zipped.error().message,
                    zipped.error().hint);
    check_size(static_cast<std::uint64_t>(zipped->size));
  }

  void check_size(std::uint64_t bytes) {
    if (bytes <= limits::zip_direct_bytes || !package_.staging.empty()) return;
    refuse(codes::package_too_large,
           name_ + " has " + std::to_string(bytes) + " bytes as a zip; Lambda takes " +
               std::to_string(limits::zip_direct_bytes) + " directly",
           "name a bucket that it may be uploaded to first: staging: s3://BUCKET/PREFIX");
  }

  plan::Package const& package_;
  config::Span const& place_;
  config::Diagnostics& diagnostics_;
  fs::path path_;
  std::string name_;
};

}  // namespace

void check_packages(std::vector<dialect::LocalPackage> const& packages, fs::path const& folder,
                    config::Diagnostics& diagnostics) {
  // Targets and anchors name the same package at the same place.
  std::set<std::tuple<int, int, std::string, std::string>> seen;
  for (auto const& one : packages)
    if (seen.emplace(one.place.line, one.place.column, one.package.path, one.package.staging)
            .second)
      Check(one, folder, diagnostics).run();
}

}  // namespace sluice::cli
