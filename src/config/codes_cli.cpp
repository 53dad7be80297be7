#include "config/codes_cli.hpp"

namespace sluice::config {
namespace {

constexpr Explanation table[] = {
    {codes::not_for_this_file, "setting that this file may not make",
     "Configuration files give options their usual values. Some options belong to one command line "
     "only, such as a confirmation. Others choose credentials, say who sees the requests, or can "
     "weaken a safety: they are taken from your own configuration file, from the machine's, from "
     "the environment or from the line, but not from a file that came with a project.",
     "# .sluice.yaml\nprofile: prod", "# ~/.config/sluice/config.yaml\nprofile: prod"},
    {codes::secret_in_file, "secret in a configuration file",
     "Credentials are found as every AWS SDK finds them: in the environment, the shared files of "
     "the AWS CLI, or from a role. Configuration files hold none, and what looks like one is not "
     "shown. Treat it as known to others if the file was ever shared.",
     "aws-secret-access-key: wJalr…", "profile: prod"},
};

}  // namespace

std::span<Explanation const> cli_explanations() { return table; }

}  // namespace sluice::config
