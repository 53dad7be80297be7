#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::cli {

/// The completion script of "bash", "zsh" or "fish"; none for another shell. Made from the table of
/// commands: nothing is asked of the program while completing. Pure.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace sluice::cli
