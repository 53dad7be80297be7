#include "local/runtime/launch.hpp"

#include <unistd.h>

#include "base/strings.hpp"

namespace sluice::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view system_path = "/usr/local/bin:/usr/bin:/bin";

/// "nodejs20.x" → "20", "python3.12" → "3.12".
std::string version_of(std::string_view runtime) {
  std::size_t digit = std::min(runtime.find_first_of("0123456789"), runtime.size());
  std::string_view version = runtime.substr(digit);
  return std::string(version.substr(0, version.find(".x")));
}

std::string search(std::initializer_list<fs::path> folders) {
  std::string path;
  for (auto const& folder : folders)
    if (!folder.empty()) path += (path.empty() ? "" : ":") + folder.string();
  return path;
}

struct Tool {
  std::string_view program, product;
  std::vector<std::string> question;
};

Tool tool_of(Language language) {
  if (language == Language::node) return {"node", "Node.js", {"-p", "process.execPath"}};
  return {"python3", "Python", {"-c", "import sys; print(sys.executable)"}};
}

fs::path real_program(fs::path const& found, Tool const& tool, std::string const& search_path) {
  ProcessOptions ask{.program = found, .arguments = tool.question};
  ask.environment = {{"PATH", search_path}};
  Result<ProcessResult> answer = run_process(ask, {.timeout = std::chrono::seconds(20)});
  if (!answer || !answer->exit.success()) return found;
  fs::path real = std::string(trim(answer->output));
  return real.is_absolute() && access(real.c_str(), X_OK) == 0 ? real : found;
}

void add_search_paths(std::map<std::string, std::string>& out, CodeUnit const& unit,
                      Place const& place) {
  auto layer = [&](std::string_view below) {
    return place.layers.empty() ? fs::path() : place.layers / below;
  };
  fs::path interpreter = place.interpreter.parent_path();
  out["PATH"] = search({layer("bin"), interpreter, fs::path(system_path)});
  out["LD_LIBRARY_PATH"] = search({place.code, place.code / "lib", layer("lib")});
  std::string version = version_of(unit.runtime);
  if (unit.runtime.starts_with("nodejs")) {
    out["NODE_PATH"] =
        search({layer("nodejs/node" + version + "/node_modules"), layer("nodejs/node_modules")});
  } else if (unit.runtime.starts_with("python")) {
    out["PYTHONPATH"] =
        search({layer("python"), layer("python/lib/python" + version + "/site-packages")});
    out["PYTHONDONTWRITEBYTECODE"] = "1";  // the code is shared, and read-only on Lambda
  }
  for (auto const* name : {"NODE_PATH", "PYTHONPATH"})
    if (out.contains(name) && out[name].empty()) out.erase(name);
}

}  // namespace

Result<Language> language_of(CodeUnit const& unit) {
  if (unit.runtime.starts_with("nodejs")) return Language::node;
  if (unit.runtime.starts_with("python")) return Language::python;
  if (unit.runtime.starts_with("provided")) return Language::bootstrap;
  std::string hint =
      "Functions on nodejs*, python3.* and provided.* run here. Everything but invoking works for "
      "the others; to run this one, deploy to AWS.";
  if (unit.runtime.empty())
    return fail(ErrorCode::invalid_input,
                "the function '" + unit.function_name +
                    "' is a container image, and images are not run by the local endpoint",
                hint);
  return fail(ErrorCode::invalid_input,
              "the function '" + unit.function_name + "' needs the runtime '" + unit.runtime +
                  "', which the local endpoint does not run",
              hint);
}

Result<fs::path> Interpreters::find(Language language, std::string const& runtime) {
  fs::path known = found_.with([&](auto& found) {
    auto place = found.find(language);
    return place == found.end() ? fs::path() : place->second;
  });
  if (!known.empty()) return known;
  Tool tool = tool_of(language);
  std::optional<fs::path> program = find_program(tool.program, search_path_);
  if (!program)
    return fail(ErrorCode::not_found,
                "the runtime '" + runtime + "' needs '" + std::string(tool.program) +
                    "', which is not on the PATH",
                "Install " + std::string(tool.product) + " " + version_of(runtime) +
                    ", or add its folder to PATH, and start again.");
  fs::path real = real_program(*program, tool, search_path_);
  found_.with([&](auto& found) { found[language] = real; });
  return real;
}

std::map<std::string, std::string> environment_of(CodeUnit const& unit, Place const& place) {
  std::map<std::string, std::string> out{{"TZ", ":UTC"}, {"LANG", "en_US.UTF-8"}};
  if (!place.endpoint_url.empty()) out["AWS_ENDPOINT_URL"] = place.endpoint_url;
  add_search_paths(out, unit, place);
  for (auto const& [name, value] : unit.environment) out[name] = value;
  std::map<std::string, std::string> const reserved{
      {"_HANDLER", unit.handler},
      {"AWS_LAMBDA_RUNTIME_API", place.runtime_api},
      {"LAMBDA_TASK_ROOT", place.code.string()},
      {"LAMBDA_RUNTIME_DIR", place.loops.string()},
      {"AWS_LAMBDA_FUNCTION_NAME", unit.function_name},
      {"AWS_LAMBDA_FUNCTION_VERSION", unit.version},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(unit.memory_mb)},
      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + unit.function_name},
      {"AWS_LAMBDA_LOG_STREAM_NAME", place.log_stream},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_EXECUTION_ENV", "AWS_Lambda_" + unit.runtime},
      {"AWS_REGION", unit.region},
      {"AWS_DEFAULT_REGION", unit.region},
      {"AWS_ACCESS_KEY_ID", place.credentials[0]},
      {"AWS_SECRET_ACCESS_KEY", place.credentials[1]},
      {"AWS_SESSION_TOKEN", place.credentials[2]}};
  for (auto const& [name, value] : reserved) out[name] = value;
  out.erase("_X_AMZN_TRACE_ID");  // set by the runtime, for each request
  return out;
}

ProcessOptions launch_of(CodeUnit const& unit, Language language, Place const& place) {
  ProcessOptions options;
  options.environment = environment_of(unit, place);
  options.folder = place.code;
  options.merge_errors = true;
  if (language == Language::bootstrap) {
    fs::path own = place.code / "bootstrap";
    std::error_code ignored;
    bool in_layer = !fs::exists(own, ignored) && !place.layers.empty();
    options.program = in_layer ? place.layers / "bootstrap" : own;
  } else {
    options.program = place.interpreter;
    auto const* loop = language == Language::node ? "node.mjs" : "python.py";
    options.arguments = {(place.loops / loop).string()};
  }
  return options;
}

std::string log_stream_name(Time now, std::string const& version, std::string const& id) {
  return replace_all(rfc3339(now).substr(0, 10), "-", "/") + "/[" + version + "]" + id;
}

}  // namespace sluice::local
