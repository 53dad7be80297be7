#include "cli/local_packages.hpp"

#include <set>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "engine/release/code.hpp"

namespace sluice::cli {
namespace {

using plan::Package;

std::string megabytes(std::int64_t bytes) {
  auto tenths = (bytes * 10 + (1 << 19)) >> 20;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB (" +
         std::to_string(bytes) + " bytes)";
}

Result<void> store_one(plan::Release& release, std::filesystem::path const& folder,
                       store::Packages& packages) {
  Package& package = release.package;
  if (package.kind != Package::Kind::folder && package.kind != Package::Kind::zip) return {};
  auto path = (folder / package.path).lexically_normal();
  auto stored =
      package.kind == Package::Kind::folder ? packages.add_folder(path) : packages.add_zip(path);
  std::string what = "package '" + package.path + "' of " + release.function;
  if (!stored) return fail(stored.error(), what);
  bool large = stored->size > static_cast<std::int64_t>(limits::zip_direct_bytes);
  if (large && package.staging.empty())
    return fail(ErrorCode::invalid_input,
                what + " is " + megabytes(stored->size) + "; Lambda takes " +
                    megabytes(limits::zip_direct_bytes) + " directly",
                "Name a bucket that it may be uploaded to first: staging: s3://BUCKET/PREFIX");
  package.kind = Package::Kind::stored;
  package.sha256 = stored->sha256;
  package.size = stored->size;
  return {};
}

Error together(std::vector<Error> const& errors) {
  if (errors.size() == 1) return errors.front();
  std::string message = std::to_string(errors.size()) + " packages cannot be used:";
  for (auto const& error : errors) message += "\n  " + error.text();
  return {ErrorCode::invalid_input, message, ""};
}

Result<void> put_one(GivenObject const& object, engine::TargetAws& aws) {
  auto s3 = aws.s3();
  auto put = [&] { return s3.put_file({object.bucket, object.key, ""}, object.path); };
  auto answer = put();
  if (!answer && answer.error().trouble == aws::Trouble::not_found) {
    auto made = s3.create_bucket(object.bucket);
    if (!made && made.error().trouble != aws::Trouble::already_exists)
      return std::unexpected(made.error().error());
    answer = put();
  }
  if (!answer) return fail(answer.error().error(), "put " + object.path + " at " + object.url());
  return {};
}

}  // namespace

Result<void> store_packages(plan::Plan& plan, std::filesystem::path const& folder,
                            store::Packages& packages) {
  std::vector<Error> errors;
  std::set<std::string> reported;
  for (auto& release : plan.releases) {
    auto stored = store_one(release, folder, packages);
    if (!stored && reported.insert(stored.error().message).second) errors.push_back(stored.error());
  }
  if (errors.empty()) return {};
  bool outside = errors.size() == 1 && errors.front().code == ErrorCode::unavailable;
  Error error = together(errors);
  if (!outside) error.code = ErrorCode::invalid_input;
  return std::unexpected(std::move(error));
}

Result<std::vector<GivenObject>> given_objects(std::vector<std::string> const& values) {
  std::vector<GivenObject> out;
  for (auto const& value : values) {
    auto equals = value.rfind('=');
    std::string url = value.substr(0, equals);
    auto slash = url.find('/', 5);
    bool whole = equals != std::string::npos && equals + 1 < value.size() &&
                 url.starts_with("s3://") && slash != std::string::npos && slash > 5 &&
                 slash + 1 < url.size();
    if (!whole)
      return fail(ErrorCode::invalid_input,
                  "--package takes s3://BUCKET/KEY=PATH, not '" + value + "'",
                  "For example --package s3://shop/orders.zip=build/orders.zip.");
    out.push_back({url.substr(5, slash - 5), url.substr(slash + 1), value.substr(equals + 1)});
  }
  for (auto const& object : out) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(object.path, error))
      return fail(ErrorCode::invalid_input,
                  "'" + object.path + "', given for " + object.url() + ", is no file");
  }
  return out;
}

Result<void> put_objects(std::vector<GivenObject> const& objects, plan::Plan const& plan,
                         engine::Services& services) {
  std::set<std::string> named;
  for (auto const& release : plan.releases)
    if (release.package.kind == Package::Kind::s3)
      named.insert("s3://" + release.package.bucket + "/" + release.package.key);
  for (auto const& object : objects) {
    if (!named.contains(object.url())) {
      std::vector<std::string> known(named.begin(), named.end());
      return fail(
          ErrorCode::invalid_input, "the release file names no object " + object.url(),
          known.empty() ? "It names no objects in S3 at all." : "It names: " + join(known, ", "));
    }
    // Every account reads it from there: the local endpoint has no bucket policies.
    auto aws = services.aws.open(*plan.target(plan.releases.front().target), {});
    if (!aws) return std::unexpected(aws.error());
    if (auto put = put_one(object, *aws); !put) return put;
  }
  return {};
}

Result<std::vector<std::string>> make_staging_buckets(plan::Plan const& plan,
                                                      engine::Services& services) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (auto const& release : plan.releases) {
    std::string const bucket = engine::staging_of(release.package.staging).bucket;
    if (bucket.empty() || !seen.insert(bucket).second) continue;
    auto aws = services.aws.open(*plan.target(release.target), {});
    if (!aws) return std::unexpected(aws.error());
    auto s3 = aws->s3();
    if (auto listed = s3.list(bucket, "", 1); listed) continue;
    auto made = s3.create_bucket(bucket);
    if (!made) return fail(made.error().error(), "make the staging bucket " + bucket);
    out.push_back(bucket);
  }
  return out;
}

Result<void> check_objects(plan::Plan const& plan, engine::Services& services) {
  std::vector<std::string> missing;
  for (auto const& release : plan.releases) {
    auto const& package = release.package;
    if (package.kind != Package::Kind::s3) continue;
    auto const* target = plan.target(release.target);
    auto aws = services.aws.open(*target, {});
    if (!aws) return std::unexpected(aws.error());
    auto s3 = aws->s3();
    auto found = s3.head({package.bucket, package.key, package.object_version});
    if (found) continue;
    std::string url = "s3://" + package.bucket + "/" + package.key;
    bool absent = found.error().trouble == aws::Trouble::not_found ||
                  found.error().trouble == aws::Trouble::denied;
    if (!absent) return std::unexpected(found.error().error());
    if (std::ranges::find(missing, url) == missing.end()) missing.push_back(url);
  }
  if (missing.empty()) return {};
  std::string options;
  for (auto const& url : missing) options += " --package " + url + "=PATH";
  return fail(ErrorCode::invalid_input,
              "the local S3 does not hold what the file names: " + join(missing, ", "),
              "Give the file with" + options + ", or put it there first with 'sluice local put'.");
}

}  // namespace sluice::cli
