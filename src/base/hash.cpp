#include "base/hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace sluice {
namespace {

std::string digest(EVP_MD const* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  ENSURE(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) == 1);
  return std::string(reinterpret_cast<char const*>(out.data()), size);
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }
std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  ENSURE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), out.data(),
              &size));
  return std::string(reinterpret_cast<char const*>(out.data()), size);
}

std::uint32_t crc32(std::string_view bytes) {
  static auto const table = [] {
    std::array<std::uint32_t, 256> all{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0xEDB88320u : 0u);
      all[i] = value;
    }
    return all;
  }();
  std::uint32_t value = 0xFFFFFFFFu;
  for (char c : bytes) value = (value >> 8) ^ table[(value ^ static_cast<unsigned char>(c)) & 0xFF];
  return value ^ 0xFFFFFFFFu;
}

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                             reinterpret_cast<unsigned char const*>(bytes.data()),
                             static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string_view body = text;
  std::size_t padding = 0;
  while (padding < 2 && body.ends_with('=')) body.remove_suffix(1), ++padding;
  bool shaped = text.size() % 4 == 0 && body.find_first_not_of(alphabet) == std::string_view::npos;
  if (!shaped) return fail(ErrorCode::invalid_input, "not valid base64");
  std::string out(text.size() / 4 * 3, '\0');
  int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                             reinterpret_cast<unsigned char const*>(text.data()),
                             static_cast<int>(text.size()));
  if (size < 0) return fail(ErrorCode::invalid_input, "not valid base64");
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

struct Sha256::Context {
  EVP_MD_CTX* raw = EVP_MD_CTX_new();
  Context() { ENSURE(raw && EVP_DigestInit_ex(raw, EVP_sha256(), nullptr) == 1); }
  Context(Context const&) = delete;
  Context& operator=(Context const&) = delete;
  ~Context() { EVP_MD_CTX_free(raw); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  ENSURE(EVP_DigestUpdate(context_->raw, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  ENSURE(EVP_DigestFinal_ex(context_->raw, out.data(), &size) == 1);
  return std::string(reinterpret_cast<char const*>(out.data()), size);
}

}  // namespace sluice
