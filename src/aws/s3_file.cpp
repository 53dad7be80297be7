#include <cerrno>
#include <cstdio>
#include <cstring>

#include "aws/s3.hpp"

namespace sluice::aws {
namespace {

std::unexpected<Error> refuse(std::string const& path, int number) {
  return fail(ErrorCode::unavailable, "cannot write " + path + ": " + std::strerror(number),
              "Check the folder's permissions and its free space.");
}

/// A file that takes its name only when it is complete; otherwise it vanishes.
class FileInTheMaking {
 public:
  explicit FileInTheMaking(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  FileInTheMaking(FileInTheMaking const&) = delete;
  FileInTheMaking& operator=(FileInTheMaking const&) = delete;
  ~FileInTheMaking() {
    if (file_) std::fclose(file_);
    if (!complete_) std::remove(part_.c_str());
  }

  Result<void> restart() {
    if (file_) std::fclose(file_);
    file_ = std::fopen(part_.c_str(), "wbe");
    if (!file_) return refuse(part_, errno);
    return {};
  }

  Result<void> write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      return refuse(part_, errno);
    return {};
  }

  Result<void> finish() {
    int closed = std::fclose(std::exchange(file_, nullptr));
    if (closed != 0) return refuse(part_, errno);
    if (std::rename(part_.c_str(), path_.c_str()) != 0) return refuse(path_, errno);
    complete_ = true;
    return {};
  }

 private:
  std::string const path_, part_;
  std::FILE* file_ = nullptr;
  bool complete_ = false;
};

}  // namespace

Answer<ObjectInfo> S3::get_to_file(ObjectLocation const& object, std::string const& path) {
  FileInTheMaking file(path);
  auto info = get_to(
      object, [&](std::string_view bytes) { return file.write(bytes); },
      [&] { return file.restart(); });
  if (!info) return info;
  auto finished = file.finish();
  if (finished) return info;
  CallError error;
  error.service = traits_of(Service::s3).name;
  error.operation = "GetObject";
  error.resource = "s3://" + object.bucket + "/" + object.key;
  error.message = finished.error().message;
  error.hint = finished.error().hint;
  return std::unexpected(std::move(error));
}

}  // namespace sluice::aws
