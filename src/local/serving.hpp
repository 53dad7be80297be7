#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace sluice::local {

/// Where functions are when nothing names a Region.
inline constexpr char default_region[] = "eu-west-1";

/// Who serves a state folder: what other processes need to find the endpoint. It lies in the folder
/// as endpoint.json while the endpoint listens. It is a hint only: what decides is the folder's
/// lock.
struct Serving {
  std::string url;  ///< "http://127.0.0.1:4566"
  std::uint16_t port = 0;
  std::int64_t pid = 0;
};

Result<void> write_serving(std::filesystem::path const& folder, Serving const& serving);
/// None where there is no such file, it cannot be read, or its process has ended.
std::optional<Serving> read_serving(std::filesystem::path const& folder);
/// Where it is still this process's own.
void remove_serving(std::filesystem::path const& folder);

}  // namespace sluice::local
