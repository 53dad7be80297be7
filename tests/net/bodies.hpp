#pragma once

#include <algorithm>
#include <atomic>

#include "net/http.hpp"

namespace sluice::net {

/// Bytes that depend on their place and take no memory.
class PatternBody final : public BodySource {
 public:
  explicit PatternBody(std::uint64_t size) : size_(size) {}
  static char at(std::uint64_t offset) { return static_cast<char>((offset * 131) >> 7); }

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    auto count = std::min<std::uint64_t>(out.size(), size_ - std::min(size_, offset));
    for (std::size_t i = 0; i < count; ++i) out[i] = at(offset + i);
    std::size_t seen = largest_.load();
    while (seen < count && !largest_.compare_exchange_weak(seen, count)) {
    }
    return static_cast<std::size_t>(count);
  }
  /// The most that was asked for in one piece.
  std::size_t largest_read() const { return largest_; }

 private:
  std::uint64_t size_;
  mutable std::atomic<std::size_t> largest_ = 0;
};

/// Checks pieces of a PatternBody as they come.
class PatternCheck {
 public:
  void take(std::string_view piece) {
    for (char c : piece) matches_ &= c == PatternBody::at(size_++);
  }
  std::uint64_t size() const { return size_; }
  bool matches() const { return matches_; }

 private:
  std::uint64_t size_ = 0;
  bool matches_ = true;
};

}  // namespace sluice::net
