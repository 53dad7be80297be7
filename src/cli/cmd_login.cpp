#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/credentials_file.hpp"
#include "cli/default_server.hpp"
#include "cli/server_choice.hpp"
#include "cli/server_runs.hpp"
#include "server/remote_login.hpp"

namespace sluice::cli {
namespace {

/// What was typed, piped or stands in a file; an exit code where there is nothing.
std::expected<Secret, int> given_token(Invocation& invocation, std::string const& url) {
  auto read = [&](Result<Secret> token) -> std::expected<Secret, int> {
    if (!token) return std::unexpected(invocation.refuse(token.error()));
    return std::move(*token);
  };
  auto file = invocation.line.maybe("token-file");
  if (file && *file == "-") return read(token_of_text(invocation.terminal.read_all(4096), "stdin"));
  if (file) return read(token_in_file(*file));
  if (!invocation.terminal.traits.may_ask)
    return std::unexpected(
        invocation.refuse_usage("there is no terminal to ask for the token",
                                "Give a file with --token-file FILE, or pipe it: --token-file -."));
  invocation.terminal.err("Token for " + url + ": ");
  auto typed = invocation.terminal.read_hidden_line();
  if (!typed) return std::unexpected(exit_interrupted);
  return read(token_of_text(*typed, "what was typed"));
}

/// A token that the server takes, and whose it is.
Result<server::LoggedIn> try_token(Invocation const& invocation, std::string const& url,
                                   Secret token) {
  auto link = link_to_server(invocation, url);
  if (!link) return std::unexpected(link.error());
  bool setup = server::is_setup_token(token.open());
  if (!setup) link->options.token = token;
  server::ApiClient api(*link->client, link->options);
  if (setup) return server::log_in(api, token, invocation.line.value("name"));
  auto who = server::who_am_i(api);
  if (!who) return std::unexpected(who.error());
  return server::LoggedIn{std::move(token), std::move(*who)};
}

std::string who_in_words(server::Identity const& who) {
  std::string text;
  if (!who.name.empty()) text += " as " + printable(who.name);
  if (!who.roles.empty()) text += " (" + printable(join(who.roles, ", ")) + ")";
  if (who.expires) text += ", until " + local_text(*who.expires);
  return text;
}

void report(Invocation& invocation, std::string const& url, server::Identity const& who) {
  bool usual = invocation.line.has("default");
  if (!invocation.json()) {
    invocation.terminal.out("logged in to " + url + who_in_words(who) + "\n");
    invocation.say("Next:\n  sluice list" + (usual ? "" : " --server " + url));
    return;
  }
  json::Value out{
      {"apiVersion", "sluice/v1"},          {"kind", "Login"}, {"server", url}, {"name", who.name},
      {"roles", json::array_of(who.roles)}, {"default", usual}};
  if (who.expires) out.set("expires", rfc3339(*who.expires));
  invocation.terminal.out(out.pretty() + "\n");
}

}  // namespace

int run_login(Invocation& invocation) {
  auto url = server_url(invocation.line.positional(0));
  if (!url) return invocation.refuse_usage(url.error().message, url.error().hint);
  auto file = CredentialsFile::of(invocation.environment);
  if (!file) return invocation.refuse(file.error());
  // A file that cannot be used is found before a token that works once is.
  if (auto usable = file->find(*url); !usable) return invocation.refuse(usable.error());
  auto token = given_token(invocation, *url);
  if (!token) return token.error();
  auto in = try_token(invocation, *url, std::move(*token));
  if (!in) return invocation.refuse(in.error());
  if (auto kept = file->put(*url, {in->token, in->who.name, in->who.expires}); !kept)
    return invocation.refuse(kept.error());
  if (invocation.line.has("default")) {
    auto config = configuration_folder(invocation.environment) / "config.yaml";
    if (auto made = make_default_server(config, *url); !made)
      return invocation.refuse(made.error());
  }
  report(invocation, *url, in->who);
  return exit_success;
}

int run_logout(Invocation& invocation) {
  auto url = server_url(invocation.line.positional(0));
  if (!url) return invocation.refuse_usage(url.error().message, url.error().hint);
  auto file = CredentialsFile::of(invocation.environment);
  if (!file) return invocation.refuse(file.error());
  auto removed = file->remove(*url);
  if (!removed) return invocation.refuse(removed.error());
  invocation.say(*removed ? "Forgot the token for " + *url + "."
                          : "No token is kept for " + *url + ".");
  return exit_success;
}

}  // namespace sluice::cli
