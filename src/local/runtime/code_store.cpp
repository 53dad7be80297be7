#include "local/runtime/code_store.hpp"

#include <array>
#include <fstream>

#include "base/hash.hpp"
#include "local/runtime/runtime_limits.hpp"
#include "local/runtime/unpack.hpp"

namespace sluice::local {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> io_error(std::string_view what, fs::path const& path,
                                std::error_code const& error) {
  return fail(ErrorCode::unavailable,
              std::string(what) + " " + path.string() + ": " + error.message());
}

Result<std::string> hash_of(fs::path const& file) {
  std::ifstream input(file, std::ios::binary);
  if (!input) return fail(ErrorCode::not_found, "cannot read the archive " + file.string());
  Sha256 hash;
  std::array<char, 65536> piece;
  while (input.read(piece.data(), piece.size()) || input.gcount() > 0)
    hash.update({piece.data(), static_cast<std::size_t>(input.gcount())});
  return hash.finish();
}

/// Lambda's hashes are base64, which is no file name.
std::string name_of_hash(std::string const& code_sha256) {
  Result<std::string> raw = decode_base64(code_sha256);
  return hex(raw && raw->size() == 32 ? *raw : sha256(code_sha256));
}

}  // namespace

UnpackedCode::UnpackedCode(fs::path folder) : folder_(std::move(folder)) {}

Result<void> UnpackedCode::prepare() {
  std::error_code error;
  fs::remove_all(folder_ / "unfinished", error);
  if (error) return io_error("cannot clear", folder_ / "unfinished", error);
  for (auto const* part : {"code", "layers", "unfinished"}) {
    fs::create_directories(folder_ / part, error);
    if (error) return io_error("cannot make the folder", folder_ / part, error);
  }
  return {};
}

Result<fs::path> UnpackedCode::code(fs::path const& zip, std::string const& code_sha256) {
  return make_once(folder_ / "code" / name_of_hash(code_sha256), {zip});
}

Result<fs::path> UnpackedCode::layers(std::vector<fs::path> const& zips) {
  if (zips.empty()) return fs::path();
  if (zips.size() > runtime_limits::layers)
    return fail(ErrorCode::invalid_input, "a function can have at most 5 layers");
  Sha256 all;
  for (auto const& zip : zips) {
    Result<std::string> hash = hash_of(zip);
    if (!hash) return std::unexpected(hash.error());
    all.update(*hash);
  }
  return make_once(folder_ / "layers" / hex(all.finish()), zips);
}

Result<fs::path> UnpackedCode::make_once(fs::path const& target,
                                         std::vector<fs::path> const& zips) {
  std::error_code ignored;
  if (fs::is_directory(target, ignored)) return target;
  std::promise<Made> promise;
  std::shared_future<Made> other = pending_.with([&](Pending& pending) {
    auto [place, is_new] = pending.try_emplace(target.string());
    if (is_new) place->second = promise.get_future().share();
    return is_new ? std::shared_future<Made>() : place->second;
  });
  if (other.valid()) return other.get();
  Made made = make(target, zips);
  pending_.with([&](Pending& pending) { pending.erase(target.string()); });
  promise.set_value(made);
  return made;
}

Result<fs::path> UnpackedCode::make(fs::path const& target, std::vector<fs::path> const& zips) {
  std::error_code error;
  // Somebody may have finished it between the caller's look and ours.
  if (fs::is_directory(target, error)) return target;
  fs::path unfinished = folder_ / "unfinished" / std::to_string(next_++);
  fs::create_directories(unfinished, error);
  if (error) return io_error("cannot make the folder", unfinished, error);
  UnpackLimits limits;
  for (auto const& zip : zips) {
    Result<std::size_t> bytes = unpack_zip(zip, unfinished, limits);
    if (!bytes) {
      fs::remove_all(unfinished, error);
      return std::unexpected(bytes.error());
    }
    limits.bytes -= *bytes;
  }
  fs::rename(unfinished, target, error);
  if (error) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    return io_error("cannot make the folder", target, error);
  }
  return target;
}

}  // namespace sluice::local
