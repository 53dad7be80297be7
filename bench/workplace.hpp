#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/packages.hpp"

namespace sluice::bench {

/// Ends the program with the error's text: a figure that could not be measured must not be printed.
[[noreturn]] void give_up(std::string_view what, std::string const& why);

template <class T>
T must(std::string_view what, Result<T> result) {
  if (!result) give_up(what, result.error().text());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A new folder, removed with everything in it.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(Workplace const&) = delete;
  Workplace& operator=(Workplace const&) = delete;
  std::filesystem::path const& path() const { return path_; }
  /// A subfolder, made.
  std::filesystem::path folder(std::string_view name) const;

 private:
  std::filesystem::path path_;
};

void write_file(std::filesystem::path const& path, std::string_view content);

/// A zip that holds `index.js` with that text: for people who put it into the store of packages.
struct Code {
  store::StoredPackage stored;
  std::string bytes;
};
Code make_code(Workplace const& workplace, store::Packages& packages, std::string const& index_js);

}  // namespace sluice::bench
