#include "cli/release_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "cli/config_file.hpp"
#include "cli/package_check.hpp"
#include "config/render.hpp"
#include "dialect/compile.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view usual_names[] = {
    "release.yaml", "release.yml", "release.json", "sluice.yaml", "sluice.yml",
    "deploy.yaml",  "deploy.yml",  "appspec.yaml", "appspec.yml", "appspec.json"};

Result<std::string> read_text(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(ErrorCode::not_found,
                "'" + path.string() + "' cannot be read: " + std::strerror(errno),
                errno == EACCES ? "Give this user the right to read it."
                                : "Give the path of a release file, or of a folder with one.");
  // One byte more than allowed, so that the parser can say that it is too large.
  std::string text(limits::document_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad())
    return fail(ErrorCode::unavailable, "'" + path.string() + "' cannot be read to its end");
  return text;
}

Result<fs::path> file_in_folder(fs::path const& folder) {
  std::error_code error;
  for (auto name : usual_names)
    if (fs::is_regular_file(folder / name, error)) return folder / name;
  std::vector<std::string> found;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    auto extension = at->path().extension();
    bool settings = at->path().filename() == project_file_name;
    if ((extension == ".yaml" || extension == ".yml") && !settings && at->is_regular_file(error))
      found.push_back(at->path().filename().string());
    if (found.size() > 20) break;
  }
  std::ranges::sort(found);
  if (found.size() == 1) return folder / found.front();
  std::string message = "folder '" + folder.string() + "' has no release.yaml";
  if (found.empty())
    return fail(ErrorCode::not_found, message + " and no other YAML file", "Name the file.");
  return fail(ErrorCode::not_found, message + " but several YAML files: " + join(found, ", "),
              "Name the one you mean.");
}

}  // namespace

Result<ReleaseFile> read_release_file(std::string const& given, Terminal& terminal) {
  if (given == "-")
    return ReleaseFile{config::make_source("-", terminal.read_all(limits::document_bytes)),
                       fs::path(".")};
  fs::path path(given);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    auto inside = file_in_folder(path);
    if (!inside) return std::unexpected(inside.error());
    path = *inside;
  }
  auto text = read_text(path);
  if (!text) return std::unexpected(text.error());
  fs::path folder = path.parent_path();
  return ReleaseFile{config::make_source(path.string(), std::move(*text)),
                     folder.empty() ? fs::path(".") : folder};
}

namespace {

Result<std::map<std::string, std::string>> variables_of(Parsed const& line) {
  std::map<std::string, std::string> out;
  for (auto const& pair : line.values("set")) {
    auto equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(ErrorCode::invalid_input, "--set takes KEY=VALUE, not '" + pair + "'",
                  "For example --set build=1842.");
    out[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return out;
}

/// Without a server nothing can receive the report of a hook.
Result<dialect::AppSpecOptions> app_spec_options(Invocation const& invocation) {
  auto const& line = invocation.line;
  dialect::AppSpecOptions out;
  out.configuration = line.maybe("deployment-config");
  auto timeout = duration_option(line, "hook-timeout");
  if (!timeout) return std::unexpected(timeout.error());
  out.hook_timeout = *timeout;
  out.alarms = line.values("alarm");
  out.roll_back = !line.has("no-rollback");
  out.hooks_reported = invocation.server.has_value();
  return out;
}

}  // namespace

Result<Compiled> compile_release(Invocation& invocation, LocalPackages packages) {
  auto const& line = invocation.line;
  dialect::CompileOptions options;
  auto variables = variables_of(line);
  if (!variables) return std::unexpected(variables.error());
  options.set = std::move(*variables);
  auto app_spec = app_spec_options(invocation);
  if (!app_spec) return std::unexpected(app_spec.error());
  options.app_spec = std::move(*app_spec);
  options.targets = line.values("target");
  options.strict = line.has("strict");
  // Who sends a release to a server wants it to happen, also when it has to wait for another one.
  if (invocation.server) options.when_busy = plan::Lock::Busy::queue;
  auto file = read_release_file(line.positional(0), invocation.terminal);
  if (!file) return std::unexpected(file.error());
  using Warnings = config::Diagnostics::Warnings;
  Compiled out{
      *file, config::Diagnostics(options.strict ? Warnings::become_errors : Warnings::stay), {}};
  std::vector<dialect::LocalPackage> local;
  if (packages == LocalPackages::checked)
    options.on_local_package = [&](auto const& package) { local.push_back(package); };
  out.plan = dialect::compile(out.file.source, options, out.diagnostics);
  check_packages(local, out.file.folder, out.diagnostics);
  if (out.diagnostics.has_errors()) out.plan.reset();
  return out;
}

int exit_for_file(Error const& error) {
  return error.message.starts_with("--") ? exit_usage : exit_invalid;
}

std::expected<Compiled, int> plan_or_exit(Invocation& invocation, LocalPackages packages) {
  auto compiled = compile_release(invocation, packages);
  if (!compiled) {
    invocation.refuse(compiled.error());
    return std::unexpected(exit_for_file(compiled.error()));
  }
  auto colour = invocation.terminal.traits.colour_err ? config::Colour::on : config::Colour::off;
  invocation.terminal.err(config::render_human(compiled->diagnostics, colour));
  if (compiled->plan) return std::move(*compiled);
  if (!compiled->diagnostics.has_errors()) invocation.say("error: the file could not be compiled");
  invocation.say("Nothing was touched.");
  return std::unexpected(int(exit_invalid));
}

}  // namespace sluice::cli
