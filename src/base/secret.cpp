#include "base/secret.hpp"

#include <openssl/crypto.h>

namespace sluice {
namespace {

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace

Secret::Secret(std::string text) : text_(std::move(text)) {}
/// Copied and wiped: what a move leaves behind in the other's buffer could not be.
Secret::Secret(Secret&& other) noexcept : text_(other.text_.data(), other.text_.size()) {
  wipe(other.text_);
}
Secret& Secret::operator=(Secret const& other) {
  if (this == &other) return *this;
  wipe(text_);
  text_ = other.text_;
  return *this;
}
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(text_);
  text_ = other.text_;
  wipe(other.text_);
  return *this;
}
Secret::~Secret() { wipe(text_); }

bool Secret::equals(std::string_view other) const {
  return text_.size() == other.size() &&
         CRYPTO_memcmp(text_.data(), other.data(), other.size()) == 0;
}

}  // namespace sluice
