#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Text that must not be shown: it cannot be streamed, formatted or turned into JSON, and its
/// memory is cleared when it ends. Only what builds an outgoing request calls `open`.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text);
  Secret(Secret const&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret const& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool empty() const { return text_.empty(); }
  std::string_view open() const { return text_; }
  /// In a time that does not depend on where the texts differ.
  bool equals(std::string_view other) const;

 private:
  std::string text_;
};

}  // namespace sluice
