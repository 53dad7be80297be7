#include "server/remote_packages.hpp"

#include <set>

#include "base/hash.hpp"

namespace sluice::server {
namespace {

/// What even a slow line carries in a second.
constexpr std::uint64_t least_speed = 64 << 10;

/// "/api/v1/packages/HEX": the hash as files are named, since base64 holds slashes.
Result<std::string> path_of(std::string const& sha256) {
  auto bytes = decode_base64(sha256);
  if (!bytes) return fail(bytes.error(), "name the package");
  return "/api/v1/packages/" + hex(*bytes);
}

/// Counts what is read of another source.
class Counted final : public net::BodySource {
 public:
  Counted(std::shared_ptr<net::BodySource const> source, std::function<void(std::uint64_t)> told)
      : source_(std::move(source)), told_(std::move(told)) {}
  std::uint64_t size() const override { return source_->size(); }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    auto count = source_->read(offset, out);
    if (count && told_) told_(offset + *count);
    return count;
  }

 private:
  std::shared_ptr<net::BodySource const> source_;
  std::function<void(std::uint64_t)> told_;
};

Result<bool> has_package(ApiClient& api, std::string const& path) {
  net::Request request;
  request.method = "HEAD";
  request.url = path;
  auto response = api.exchange(std::move(request));
  if (!response) return std::unexpected(response.error());
  if (response->status == 404) return false;
  // The answer to HEAD has no body that says more.
  if (response->status / 100 != 2) return std::unexpected(api.refusal(*response));
  return true;
}

}  // namespace

Result<std::vector<Missing>> missing_packages(ApiClient& api, plan::Plan const& plan,
                                              store::Packages& packages) {
  std::vector<Missing> out;
  std::set<std::string> seen;
  for (auto const& release : plan.releases) {
    auto const& package = release.package;
    if (package.kind != plan::Package::Kind::stored || !seen.insert(package.sha256).second)
      continue;
    auto path = path_of(package.sha256);
    if (!path) return std::unexpected(path.error());
    auto there = has_package(api, *path);
    if (!there) return std::unexpected(there.error());
    if (*there) continue;
    auto opened = packages.open(package.sha256);
    if (!opened) return fail(opened.error(), "open the package of " + release.function);
    out.push_back({package.sha256, release.function, std::move(*opened)});
  }
  return out;
}

Result<void> send_package(ApiClient& api, Missing const& package,
                          std::function<void(std::uint64_t)> sent, std::stop_token stop) {
  auto path = path_of(package.sha256);
  if (!path) return std::unexpected(path.error());
  net::Request request;
  request.method = "PUT";
  request.url = *path;
  request.headers.set("Content-Type", "application/zip");
  request.stream = std::make_shared<Counted>(package.bytes, std::move(sent));
  Duration time =
      api.options().timeout +
      std::chrono::seconds(static_cast<std::int64_t>(package.bytes->size() / least_speed));
  auto response = api.exchange_for(std::move(request), time, std::move(stop));
  if (!response) return std::unexpected(response.error());
  if (response->status / 100 == 2) return {};
  return fail(api.refusal(*response), "send the package of " + package.function);
}

}  // namespace sluice::server
