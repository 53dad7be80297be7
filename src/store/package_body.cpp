#include "store/package_body.hpp"

#include <fmt/core.h>

#include <vector>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "store/rules.hpp"

namespace sluice::store {
namespace {

constexpr std::size_t piece_size = 256 << 10;

}  // namespace

Result<void> read_body(net::BodySource const& body,
                       std::function<Result<void>(std::string_view)> const& each) {
  std::vector<char> buffer(piece_size);
  for (std::uint64_t offset = 0;;) {
    auto got = body.read(offset, buffer);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return {};
    if (auto taken = each({buffer.data(), *got}); !taken) return taken;
    offset += *got;
  }
}

Result<void> check_body(net::BodySource const& body, std::string const& sha256) {
  if (body.size() > limits::unzipped_bytes)
    return fail(ErrorCode::invalid_input,
                fmt::format("the package has {} bytes; Lambda takes no more than {} even unzipped",
                            body.size(), limits::unzipped_bytes));
  auto wanted = decode_base64(sha256);
  if (!wanted || wanted->size() != 32) return std::unexpected(invalid_package_hash(sha256));
  Sha256 hash;
  auto read = read_body(body, [&](std::string_view piece) -> Result<void> {
    hash.update(piece);
    return {};
  });
  if (!read) return read;
  if (hash.finish() == *wanted) return {};
  return fail(ErrorCode::invalid_input, "the package has another hash than " + sha256,
              "It changed since it was hashed, or on the way here: send it once more.");
}

}  // namespace sluice::store
