#include "dialect/native/package.hpp"

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"

namespace sluice::dialect::native {
namespace {

using config::Node;
using plan::Package;

constexpr std::string_view s3_scheme = "s3://";
constexpr std::string_view version_mark = "?versionId=";

void refuse(Node const& node, config::Diagnostics& diagnostics, std::string message,
            std::string help) {
  config::report(diagnostics, node, config::codes::bad_package, std::move(message),
                 std::move(help));
}

/// General purpose buckets: 3 to 63 of lower-case letters, digits, '.' and '-' (S3 naming rules).
bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

std::optional<Package> s3_package(Node const& node, std::string_view uri,
                                  config::Diagnostics& diagnostics) {
  std::string_view rest = uri.substr(std::min(s3_scheme.size(), uri.size()));
  std::size_t slash = std::min(rest.find('/'), rest.size());
  std::size_t mark = std::min(rest.rfind(version_mark), rest.size());
  Package package{.kind = Package::Kind::s3, .bucket = std::string(rest.substr(0, slash))};
  if (mark < rest.size()) package.object_version = rest.substr(mark + version_mark.size());
  if (slash < mark) package.key = rest.substr(slash + 1, mark - slash - 1);
  if (uri.starts_with(s3_scheme) && is_bucket(package.bucket) && !package.key.empty())
    return package;
  refuse(node, diagnostics, config::in_quotes(uri) + " does not name an object in S3",
         "write s3://BUCKET/KEY, or s3://BUCKET/KEY?versionId=VERSION");
  return std::nullopt;
}

std::optional<Package> image_package(Node const& node, std::string const& image,
                                     config::Diagnostics& diagnostics) {
  bool has_repository = image.find('/') != std::string::npos;
  bool has_blanks = image.find_first_of(" \t\n") != std::string::npos;
  if (has_repository && !has_blanks && image.find("://") == std::string::npos)
    return Package{.kind = Package::Kind::image, .image = image};
  refuse(node, diagnostics, config::in_quotes(image) + " does not name an image",
         "write ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, or @sha256:… for the tag");
  return std::nullopt;
}

std::optional<Package> path_package(Node const& node, Package::Kind kind, std::string const& path,
                                    config::Diagnostics& diagnostics) {
  if (!path.empty() && path.find("://") == std::string::npos)
    return Package{.kind = kind, .path = path};
  refuse(node, diagnostics, config::in_quotes(path) + " does not name a file or folder",
         "write a path relative to this file, or s3://BUCKET/KEY");
  return std::nullopt;
}

std::optional<Package> from_text(Node const& node, std::string const& text,
                                 config::Diagnostics& diagnostics) {
  if (text.starts_with(s3_scheme)) return s3_package(node, text, diagnostics);
  if (text.find(".dkr.ecr.") != std::string::npos) {
    refuse(node, diagnostics, "this package is an image", "write package: {image: " + text + "}");
    return std::nullopt;
  }
  auto kind = lower(text).ends_with(".zip") ? Package::Kind::zip : Package::Kind::folder;
  return path_package(node, kind, text, diagnostics);
}

std::optional<Package> from_mapping(Node const& node, config::Diagnostics& diagnostics) {
  config::MapReader reader(node, diagnostics, config::Unknown::error, "package");
  std::optional<Package> package;
  int sources = 0;
  auto take = [&](char const* key, auto read) {
    Node const* value = reader.value(key);
    auto text = reader.string(key);
    if (!text) return;
    ++sources;
    package = read(*value, *text);
  };
  take("folder", [&](Node const& at, std::string const& text) {
    return path_package(at, Package::Kind::folder, text, diagnostics);
  });
  take("zip", [&](Node const& at, std::string const& text) {
    return path_package(at, Package::Kind::zip, text, diagnostics);
  });
  take("s3",
       [&](Node const& at, std::string const& text) { return s3_package(at, text, diagnostics); });
  take("image", [&](Node const& at, std::string const& text) {
    return image_package(at, text, diagnostics);
  });
  if (auto version = reader.string("version")) {
    bool possible =
        package && package->kind == Package::Kind::s3 && package->object_version.empty();
    if (possible)
      package->object_version = *version;
    else
      reader.error("version", config::codes::bad_package, "only an object in S3 has one version");
  }
  reader.done();
  if (sources != 1)
    refuse(node, diagnostics, "a package comes from exactly one place",
           "write one of folder, zip, s3, image");
  return sources == 1 ? package : std::nullopt;
}

}  // namespace

std::optional<Package> read_package(Node const& node, config::Diagnostics& diagnostics) {
  if (node.is_mapping()) return from_mapping(node, diagnostics);
  auto text = config::as_string(node, diagnostics, "package");
  return text ? from_text(node, *text, diagnostics) : std::nullopt;
}

std::optional<std::string> read_staging(Node const& node, config::Diagnostics& diagnostics) {
  auto text = config::as_string(node, diagnostics, "staging");
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  if (rest.starts_with(s3_scheme)) {
    rest.remove_prefix(s3_scheme.size());
    while (rest.ends_with('/')) rest.remove_suffix(1);
    if (is_bucket(rest.substr(0, rest.find('/')))) return std::string(rest);
  }
  refuse(node, diagnostics, config::in_quotes(*text) + " does not name a bucket",
         "write s3://BUCKET, or s3://BUCKET/PREFIX");
  return std::nullopt;
}

json::Value package_text(Package const& package) {
  bool zip_name = lower(package.path).ends_with(".zip");
  switch (package.kind) {
    case Package::Kind::folder:
      if (zip_name || package.path.starts_with(s3_scheme))
        return json::Value{{"folder", package.path}};
      return package.path;
    case Package::Kind::zip:
      return zip_name ? json::Value(package.path) : json::Value{{"zip", package.path}};
    case Package::Kind::image: return json::Value{{"image", package.image}};
    case Package::Kind::s3: {
      std::string uri = std::string(s3_scheme) + package.bucket + "/" + package.key;
      if (package.object_version.empty()) return uri;
      return uri + std::string(version_mark) + package.object_version;
    }
    case Package::Kind::none:
    case Package::Kind::stored: break;
  }
  return {};
}

}  // namespace sluice::dialect::native
