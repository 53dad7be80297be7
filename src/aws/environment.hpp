#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace sluice::aws {

/// The port to environment variables and the user's files. Thread-safe.
class Environment {
 public:
  virtual ~Environment() = default;
  /// None where it is not set. A variable that is set to nothing counts as not set, as in the SDKs.
  virtual std::optional<std::string> get(std::string const& name) const = 0;
  /// The whole file; none where there is no such file. At most one megabyte.
  virtual Result<std::optional<std::string>> read_file(std::string const& path) const = 0;
  /// The user's home folder; empty where it is not known.
  virtual std::string home() const = 0;
};

/// The process's own environment.
Environment const& process_environment();

/// An environment held in memory: for tests, the simulator, and settings handed over by another
/// process.
class HeldEnvironment final : public Environment {
 public:
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;
  std::string home_folder = "/home/user";

  std::optional<std::string> get(std::string const& name) const override;
  Result<std::optional<std::string>> read_file(std::string const& path) const override;
  std::string home() const override { return home_folder; }
};

}  // namespace sluice::aws
