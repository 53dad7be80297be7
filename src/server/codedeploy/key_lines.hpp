#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "server/codedeploy/access_keys.hpp"

namespace sluice::server::codedeploy {

/// Lines "ID SECRET PRINCIPAL", with roles behind the principal where it is to have other ones than
/// `maintainer`; empty lines and those that begin with '#' say nothing. An error names `file` and
/// the line, and never shows what stands there.
Result<std::vector<DeclaredKey>> read_key_lines(std::string_view text, std::string const& file);

/// denied: others than the file's owner, who is this user or root, can read or change it.
Result<std::vector<DeclaredKey>> read_key_lines_of(std::filesystem::path const& file);

}  // namespace sluice::server::codedeploy
