#pragma once

#include <filesystem>
#include <optional>

#include "cli/invocation.hpp"
#include "config/diagnostic.hpp"
#include "plan/plan.hpp"

namespace sluice::cli {

/// A release file as it was found.
struct ReleaseFile {
  config::SourcePtr source;
  std::filesystem::path folder;  ///< what its package paths are relative to
};

/// FILE, '-' for stdin, or a folder with one release file in it. The error says what was looked
/// for.
Result<ReleaseFile> read_release_file(std::string const& given, Terminal& terminal);

/// A file compiled with the line's --set, --target and --strict.
struct Compiled {
  ReleaseFile file;
  config::Diagnostics diagnostics;
  std::optional<plan::Plan> plan;  ///< none where there were errors
};

/// Whether the folders and zips that the file names have to be there and in order. Then what is
/// wrong with them stands among the file's other problems, and no plan comes out.
enum class LocalPackages { checked, left_alone };
Result<Compiled> compile_release(Invocation& invocation, LocalPackages packages);

/// The exit code of what kept a file from being compiled: the line's own fault, or the file's.
int exit_for_file(Error const& error);

/// The same for commands that need a plan: reports problems on stderr; an int is the exit code.
std::expected<Compiled, int> plan_or_exit(Invocation& invocation, LocalPackages packages);

}  // namespace sluice::cli
