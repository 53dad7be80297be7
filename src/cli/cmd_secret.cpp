#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/secret.hpp"
#include "base/strings.hpp"
#include "cli/api_door.hpp"
#include "cli/commands.hpp"
#include "server/secrets.hpp"

namespace sluice::cli {
namespace {

constexpr char root[] = "/api/v1/secrets";
constexpr std::size_t most_bytes = 64 << 10;

std::string path_of(std::string const& name) {
  return std::string(root) + "/" + net::percent_encode(name);
}

/// Without the line end that editors and `echo` put behind it.
Secret without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return Secret(std::move(text));
}

Result<Secret> value_in_file(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(most_bytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    return fail(ErrorCode::invalid_input,
                "--from-file: '" + path + "' cannot be read: " + std::strerror(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return without_line_end(std::move(text));
}

/// What was typed, piped or stands in a file; an exit code where there is nothing.
std::expected<Secret, int> given_value(Invocation& invocation, std::string const& name) {
  auto file = invocation.line.maybe("from-file");
  if (file && *file != "-") {
    auto value = value_in_file(*file);
    if (!value) return std::unexpected(invocation.refuse(value.error()));
    return std::move(*value);
  }
  auto const& traits = invocation.terminal.traits;
  if (file || !traits.tty.in) return without_line_end(invocation.terminal.read_all(most_bytes));
  if (!traits.may_ask)
    return std::unexpected(
        invocation.refuse_usage("--no-input forbids to ask for the value",
                                "Give a file with --from-file FILE, or pipe it."));
  invocation.terminal.err("Value of " + name + ": ");
  auto typed = invocation.terminal.read_hidden_line();
  if (!typed) return std::unexpected(exit_interrupted);
  return Secret(std::move(*typed));
}

std::string list_line(server::SecretEntry const& entry) {
  return entry.name + "  " + entry.fingerprint + "  " + local_text(entry.at) +
         (entry.by.empty() ? "" : "  by " + printable(entry.by));
}

}  // namespace

int run_secret_set(Invocation& invocation) {
  std::string const name = invocation.line.positional(0);
  auto value = given_value(invocation, name);
  if (!value) return value.error();
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  json::Value body{{"value", std::string(value->open())}};
  if (!invocation.server) body.set("by", invocation.requester());
  auto kept = door->ask("PUT", path_of(name), body);
  if (!kept) return invocation.refuse(kept.error());
  if (invocation.json()) print_document(invocation, "Secret", *kept);
  invocation.say("Stored " + name + ", fingerprint " + (*kept)["fingerprint"].as_string() +
                 ". Plans name it ${secret:" + name + "}.");
  return exit_success;
}

int run_secret_list(Invocation& invocation) {
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  auto all = door->ask("GET", root);
  if (!all) return invocation.refuse(all.error());
  if (invocation.json()) {
    print_document(invocation, "Secrets", *all);
    return exit_success;
  }
  for (auto const& value : (*all)["secrets"].items()) {
    auto entry = server::secret_entry(value);
    if (!entry) return invocation.refuse(entry.error());
    invocation.terminal.out(list_line(*entry) + "\n");
  }
  if ((*all)["secrets"].items().empty())
    invocation.say("There are no secrets. " + invocation.hint("secret set NAME") + " stores one.");
  return exit_success;
}

int run_secret_remove(Invocation& invocation) {
  std::string const name = invocation.line.positional(0);
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  auto removed = door->ask("DELETE", path_of(name));
  if (!removed) return invocation.refuse(removed.error());
  if (invocation.json()) print_document(invocation, "SecretRemoved", json::Value{{"secret", name}});
  invocation.say("The secret " + printable(name) + " is gone.");
  return exit_success;
}

int run_secret_rotate_key(Invocation& invocation) {
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  auto done = door->ask("POST", "/api/v1/secret-key/rotate", json::Value(json::Object{}));
  if (!done) return invocation.refuse(done.error());
  if (invocation.json()) print_document(invocation, "SecretKeyRotated", *done);
  auto const count = (*done)["secrets"].as_int();
  invocation.say(std::to_string(count) + (count == 1 ? " secret is" : " secrets are") +
                 " sealed under a new key. The old one opens nothing of this journal any more.");
  return exit_success;
}

}  // namespace sluice::cli
