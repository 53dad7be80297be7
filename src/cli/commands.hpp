#pragma once

#include <vector>

#include "cli/command.hpp"

/// One function per file of the table of commands, and one per command.
namespace sluice::cli {

void add_release_commands(std::vector<Command>& all);  ///< deploy, resume, rollback …
void add_look_commands(std::vector<Command>& all);     ///< plan, diff, init, rehearse, doctor
void add_file_commands(std::vector<Command>& all);     ///< validate, convert, explain
void add_run_commands(std::vector<Command>& all);      ///< get, list, watch, logs
void add_signal_commands(std::vector<Command>& all);   ///< approve, reject, skip, promote …
void add_login_commands(std::vector<Command>& all);    ///< login, logout
void add_server_commands(std::vector<Command>& all);   ///< serve, token …
void add_secret_commands(std::vector<Command>& all);   ///< secret …
void add_self_commands(std::vector<Command>& all);     ///< version, completion, help
void add_config_commands(std::vector<Command>& all);   ///< config explain; the last: it takes the
                                                       ///< settings of all others

int run_deploy(Invocation& invocation);
int run_resume(Invocation& invocation);
int run_rollback(Invocation& invocation);
int run_retry(Invocation& invocation);
int run_redeploy(Invocation& invocation);
int run_plan(Invocation& invocation);
int run_rehearse(Invocation& invocation);
int run_diff(Invocation& invocation);
int run_init(Invocation& invocation);
int run_doctor(Invocation& invocation);
int run_validate(Invocation& invocation);
int run_convert(Invocation& invocation);
int run_explain(Invocation& invocation);
int run_get(Invocation& invocation);
int run_list(Invocation& invocation);
int run_watch(Invocation& invocation);
int run_logs(Invocation& invocation);
int run_approve(Invocation& invocation);
int run_reject(Invocation& invocation);
int run_skip(Invocation& invocation);
int run_promote(Invocation& invocation);
int run_pause(Invocation& invocation);
int run_continue(Invocation& invocation);
int run_stop(Invocation& invocation);
int run_login(Invocation& invocation);
int run_logout(Invocation& invocation);
int run_serve(Invocation& invocation);
int run_token_create(Invocation& invocation);
int run_token_list(Invocation& invocation);
int run_token_revoke(Invocation& invocation);
int run_secret_set(Invocation& invocation);
int run_secret_list(Invocation& invocation);
int run_secret_remove(Invocation& invocation);
int run_secret_rotate_key(Invocation& invocation);
int run_version(Invocation& invocation);
int run_completion(Invocation& invocation);
int run_help(Invocation& invocation);
int run_config_explain(Invocation& invocation);

}  // namespace sluice::cli
