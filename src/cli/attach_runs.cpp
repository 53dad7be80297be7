#include "base/log.hpp"
#include "base/strings.hpp"
#include "cli/program.hpp"
#include "cli/server_runs.hpp"
#include "dialect/armory/armory.hpp"
#include "server/attach.hpp"

namespace sluice::cli {
namespace {

/// -v: a line per attempt of an AWS call.
void log_attempt(aws::Attempt const& attempt) {
  if (!log::enabled(log::Level::debug)) return;
  log::debug("aws_call", {{"call", attempt.operation},
                          {"on", attempt.resource},
                          {"region", attempt.region},
                          {"attempt", attempt.number},
                          {"status", attempt.status},
                          {"code", attempt.code},
                          {"message", attempt.message},
                          {"request_id", attempt.request_id},
                          {"ms", attempt.duration.count()}});
}

/// How this process names itself to those who wait for the store.
std::string command_text(Parsed const& line) {
  std::string text = "sluice " + std::string(line.command->name);
  for (auto const& word : line.positionals) text += " " + word;
  return text;
}

}  // namespace

server::FactoryOptions factory_options() {
  return {.observer = log_attempt, .user_agent = "sluice/" SLUICE_VERSION};
}

plan::Evaluators evaluators() {
  plan::Evaluators all;
  all.add("pointer@1", plan::evaluate_pointer);
  all.add(dialect::armory_language, dialect::evaluate_armory);
  return all;
}

Result<server::HostOptions> host_options(Invocation const& invocation) {
  auto folder = invocation.state_folder();
  if (!folder) return std::unexpected(folder.error());
  server::HostOptions options;
  options.state_folder = *folder;
  options.runtime_dir = invocation.variable("XDG_RUNTIME_DIR");
  options.command = command_text(invocation.line);
  options.evaluators = evaluators();
  options.services = factory_options();
  options.secret_key_file = invocation.line.value("secret-key-file");
  return options;
}

Result<RunsHere> attach_runs(Invocation& invocation) {
  if (invocation.server) return open_server_runs(invocation);
  auto host = host_options(invocation);
  if (!host) return std::unexpected(host.error());
  server::AttachOptions options;
  options.host = std::move(*host);
  options.tell = [&terminal = invocation.terminal](std::string const& text) {
    terminal.err("note: " + printable(text) + "\n");
  };
  auto opened = server::Attached::open(std::move(options));
  if (!opened) {
    Error error = opened.error();
    if (error.hint.empty()) error.hint = "Name another folder with --state DIR or SLUICE_STATE.";
    return std::unexpected(std::move(error));
  }
  server::Attached* attached = opened->get();
  RunsHere here;
  here.runs = std::move(*opened);
  here.executes = [attached] { return attached->hosting(); };
  here.linger = [attached](std::stop_token stop) { return attached->linger(stop); };
  here.services = &attached->services();
  return here;
}

}  // namespace sluice::cli
