#include "local/serving.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "base/json.hpp"
#include "local/endpoint_files.hpp"

namespace sluice::local {
namespace {

constexpr std::string_view file_name = "endpoint.json";
constexpr std::size_t max_bytes = 4096;

/// A process of another user counts as alive too: it may not be signalled, but it is there.
bool is_alive(std::int64_t pid) {
  return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

}  // namespace

Result<void> write_serving(std::filesystem::path const& folder, Serving const& serving) {
  json::Value const document{
      {"url", serving.url}, {"port", static_cast<int>(serving.port)}, {"pid", serving.pid}};
  return write_file(folder / file_name, document.pretty() + "\n");
}

std::optional<Serving> read_serving(std::filesystem::path const& folder) {
  auto const text = read_file(folder / file_name, max_bytes);
  if (!text) return std::nullopt;
  auto const document = json::parse(*text);
  if (!document) return std::nullopt;
  Serving serving;
  serving.url = (*document)["url"].as_string();
  serving.port = static_cast<std::uint16_t>((*document)["port"].as_int());
  serving.pid = (*document)["pid"].as_int();
  if (serving.url.empty() || !is_alive(serving.pid)) return std::nullopt;
  return serving;
}

void remove_serving(std::filesystem::path const& folder) {
  auto const serving = read_serving(folder);
  if (!serving || serving->pid != ::getpid()) return;
  std::error_code ignored;
  std::filesystem::remove(folder / file_name, ignored);
}

}  // namespace sluice::local
