#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/strings.hpp"
#include "server/answers.hpp"
#include "server/api.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

constexpr std::string_view prefix = "/api/v1/packages/";

/// The hash as Lambda and plans write it (base64); the path may hold it in hex as well, which needs
/// no escapes.
Result<std::string> hash_of(Call const& call) {
  std::string const& text = call.parameters.at("sha256");
  if (text.size() == 64) {
    std::string raw;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      auto high = std::string_view("0123456789abcdef").find(text[i]);
      auto low = std::string_view("0123456789abcdef").find(text[i + 1]);
      if (high == std::string_view::npos || low == std::string_view::npos) break;
      raw += static_cast<char>(high << 4 | low);
    }
    if (raw.size() == 32) return base64(raw);
  }
  auto raw = decode_base64(text);
  if (raw && raw->size() == 32) return text;
  return fail(ErrorCode::invalid_input, "'" + printable(text) + "' is no SHA-256",
              "It has 64 lower-case hexadecimal digits.");
}

json::Value package_json(std::string const& sha256, std::int64_t size) {
  return json::Value{{"sha256", sha256}, {"size", size}};
}

}  // namespace

net::UploadOptions Api::uploads(std::filesystem::path folder) {
  net::UploadOptions options;
  options.folder = std::move(folder);
  options.max_body = limits::unzipped_bytes;
  options.is_upload = [](net::Incoming const& request) {
    return request.method == "PUT" && request.path.starts_with(prefix);
  };
  options.refusal = [this](net::Incoming const& head) { return router_.refusal(head); };
  return options;
}

net::Response Api::has_package(Call const& call) {
  auto hash = hash_of(call);
  if (!hash) return problem(hash.error());
  auto package = parts_.packages.open(*hash);
  if (!package) return problem(package.error());
  return answer(200, package_json(*hash, static_cast<std::int64_t>((*package)->size())));
}

net::Response Api::put_package(Call const& call) {
  auto hash = hash_of(call);
  if (!hash) return problem(hash.error());
  if (auto known = parts_.packages.open(*hash))
    return answer(200, package_json(*hash, static_cast<std::int64_t>((*known)->size())));
  if (!call.request.upload)
    return problem({ErrorCode::unavailable, "packages are not taken here", ""});
  auto stored = parts_.packages.add_body(*call.request.upload, *hash);
  if (stored) return answer(201, package_json(stored->sha256, stored->size));
  bool wrong = stored.error().code == ErrorCode::invalid_input;
  return wrong ? restated(problem(stored.error()), 422) : problem(stored.error());
}

}  // namespace sluice::server
