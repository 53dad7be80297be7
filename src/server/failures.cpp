#include "server/failures.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/hash.hpp"

namespace sluice::server {
namespace {

constexpr int free_failures = 5;
constexpr int most_failures = 1'000'000;
constexpr Duration longest_wait = std::chrono::minutes(1);
constexpr Duration forgiven_after = std::chrono::minutes(15);
constexpr Duration sweep_interval = std::chrono::seconds(10);
constexpr std::size_t most_sources = 4096;
constexpr char all_others[] = "others";

/// The network that one machine may choose its addresses from.
std::string network_of(std::string const& source) {
  std::array<char, 16> address{};
  if (inet_pton(AF_INET6, source.c_str(), address.data()) != 1) return source;
  return hex(std::string_view(address.data(), 8)) + "::/64";
}

Duration wait_after(int failures) {
  if (failures < free_failures) return Duration::zero();
  int doublings = std::min(failures - free_failures, 6);
  return std::min<Duration>(std::chrono::seconds(1LL << doublings), longest_wait);
}

}  // namespace

std::string Failures::key_of(std::string const& source, Duration now) {
  std::string key = network_of(source);
  if (sources_.contains(key) || sources_.size() < most_sources) return key;
  if (now - swept_ > sweep_interval) {
    swept_ = now;
    std::erase_if(sources_,
                  [&](auto const& entry) { return now - entry.second.last > forgiven_after; });
  }
  return sources_.size() < most_sources ? key : all_others;
}

std::optional<Duration> Failures::wait_of(std::string const& source) {
  Duration const now = clock_.monotonic();
  std::lock_guard lock(mutex_);
  auto found = sources_.find(key_of(source, now));
  if (found == sources_.end() || found->second.until <= now) return std::nullopt;
  return found->second.until - now;
}

int Failures::count(std::string const& source) {
  Duration const now = clock_.monotonic();
  std::lock_guard lock(mutex_);
  Source& entry = sources_[key_of(source, now)];
  if (now - entry.last > forgiven_after) entry.failures = 0;
  entry.failures = std::min(entry.failures + 1, most_failures);
  entry.last = now;
  entry.until = now + wait_after(entry.failures);
  return entry.failures;
}

std::size_t Failures::sources() {
  std::lock_guard lock(mutex_);
  return sources_.size();
}

}  // namespace sluice::server
