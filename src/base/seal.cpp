#include "base/seal.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "base/result.hpp"

namespace sluice {
namespace {

constexpr std::size_t tag_bytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

unsigned char const* bytes_of(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// With key, nonce and what the text is about.
Context begin(bool encrypts, std::string_view key, std::string_view nonce, std::string_view about) {
  ENSURE(key.size() == seal_key_bytes && nonce.size() == seal_nonce_bytes);
  Context context(EVP_CIPHER_CTX_new());
  ENSURE(context != nullptr);
  ENSURE(EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                           bytes_of(nonce), encrypts ? 1 : 0) == 1);
  int ignored = 0;
  ENSURE(EVP_CipherUpdate(context.get(), nullptr, &ignored, bytes_of(about),
                          static_cast<int>(about.size())) == 1);
  return context;
}

}  // namespace

std::string seal(std::string_view key, std::string_view nonce, std::string_view about,
                 std::string_view text) {
  Context context = begin(true, key, nonce, about);
  std::string out(text.size() + tag_bytes, '\0');
  int written = 0;
  int last = 0;
  ENSURE(EVP_CipherUpdate(context.get(), bytes_of(out), &written, bytes_of(text),
                          static_cast<int>(text.size())) == 1);
  ENSURE(EVP_CipherFinal_ex(context.get(), bytes_of(out) + written, &last) == 1);
  ENSURE(static_cast<std::size_t>(written + last) == text.size());
  ENSURE(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                             bytes_of(out) + text.size()) == 1);
  return out;
}

std::optional<Secret> unseal(std::string_view key, std::string_view nonce, std::string_view about,
                             std::string_view sealed) {
  bool shaped = key.size() == seal_key_bytes && nonce.size() == seal_nonce_bytes &&
                sealed.size() >= tag_bytes;
  if (!shaped) return std::nullopt;
  std::size_t const size = sealed.size() - tag_bytes;
  Context context = begin(false, key, nonce, about);
  std::string tag(sealed.substr(size));
  std::string out(size, '\0');
  int written = 0;
  int last = 0;
  bool good =
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, bytes_of(tag)) == 1 &&
      EVP_CipherUpdate(context.get(), bytes_of(out), &written, bytes_of(sealed),
                       static_cast<int>(size)) == 1 &&
      EVP_CipherFinal_ex(context.get(), bytes_of(out) + written, &last) == 1;
  // Text that nobody vouches for is wiped, too.
  Secret text(std::move(out));
  if (!good) return std::nullopt;
  return text;
}

}  // namespace sluice
