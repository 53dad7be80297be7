#include "aws/environment.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/limits.hpp"

namespace sluice::aws {
namespace {

class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> get(std::string const& name) const override {
    char const* value = std::getenv(name.c_str());
    if (!value || !*value) return std::nullopt;
    return value;
  }

  Result<std::optional<std::string>> read_file(std::string const& path) const override {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!file) return refuse(path, std::strerror(errno));
    std::string text;
    for (char part[4096]; file.read(part, sizeof part) || file.gcount() > 0;) {
      text.append(part, static_cast<std::size_t>(file.gcount()));
      if (text.size() > limits::document_bytes) return refuse(path, "it is over one megabyte");
    }
    if (file.bad()) return refuse(path, std::strerror(errno));
    return text;
  }

  std::string home() const override { return get("HOME").value_or(""); }

 private:
  static std::unexpected<Error> refuse(std::string const& path, std::string const& why) {
    return fail(ErrorCode::invalid_input, "cannot read " + path + ": " + why,
                "Check that it is a file and that you may read it.");
  }
};

}  // namespace

Environment const& process_environment() {
  static ProcessEnvironment const environment;
  return environment;
}

std::optional<std::string> HeldEnvironment::get(std::string const& name) const {
  auto found = variables.find(name);
  if (found == variables.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Result<std::optional<std::string>> HeldEnvironment::read_file(std::string const& path) const {
  auto found = files.find(path);
  if (found == files.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice::aws
