#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/strings.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t most_bytes = 1 << 20;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Result<std::string> read_file(std::string const& path, std::string_view what) {
  std::ifstream in(path, std::ios::binary);
  int const problem = errno;
  std::ostringstream content;
  if (in) content << in.rdbuf();
  std::string text = std::move(content).str();
  if (in && !text.empty() && text.size() <= most_bytes) return text;
  std::string why = in.is_open() ? "it is empty or too large" : lower(std::strerror(problem));
  return fail(ErrorCode::invalid_input,
              "the " + std::string(what) + " " + printable(path) + " cannot be read: " + why,
              "It must be a PEM file that this user can read.");
}

Bio memory(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

/// Encrypted keys are refused: nobody is there to type a password.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

Result<TlsIdentity> load_identity(std::string const& certificate_file,
                                  std::string const& key_file) {
  auto certificate = read_file(certificate_file, "certificate");
  if (!certificate) return std::unexpected(certificate.error());
  auto key = read_file(key_file, "key");
  if (!key) return std::unexpected(key.error());
  Bio const certificate_text = memory(*certificate);
  Certificate const first(PEM_read_bio_X509(certificate_text.get(), nullptr, no_password, nullptr),
                          X509_free);
  Bio const key_text = memory(*key);
  Key const secret(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_password, nullptr),
                   EVP_PKEY_free);
  ERR_clear_error();
  if (!first)
    return fail(ErrorCode::invalid_input,
                printable(certificate_file) + " holds no certificate in PEM form",
                "The server's own certificate comes first, then those that signed it.");
  if (!secret)
    return fail(ErrorCode::invalid_input,
                printable(key_file) + " holds no private key in PEM form without a password",
                "openssl pkey -in OLD -out NEW writes one.");
  bool const belong = X509_check_private_key(first.get(), secret.get()) == 1;
  ERR_clear_error();
  if (!belong)
    return fail(ErrorCode::invalid_input,
                printable(key_file) + " is not the key of the first certificate in " +
                    printable(certificate_file),
                "The server's own certificate comes first, then those that signed it.");
  if (X509_cmp_current_time(X509_get0_notAfter(first.get())) < 0)
    return fail(ErrorCode::invalid_input,
                "the certificate in " + printable(certificate_file) + " has expired", "");
  return TlsIdentity{std::move(*certificate), Secret(std::move(*key))};
}

}  // namespace sluice::net
