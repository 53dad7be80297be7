#include "aws/credentials.hpp"

namespace sluice::aws {
namespace {

class StaticProvider final : public Provider {
 public:
  StaticProvider(Credentials credentials, std::string description)
      : credentials_(std::move(credentials)), description_(std::move(description)) {}

  Result<Credentials> get(std::stop_token) override { return credentials_; }
  bool invalidate(Credentials const&) override { return false; }
  std::string description() const override { return description_; }

 private:
  Credentials credentials_;
  std::string description_;
};

}  // namespace

std::shared_ptr<Provider> static_provider(Credentials credentials, std::string description) {
  return std::make_shared<StaticProvider>(std::move(credentials), std::move(description));
}

}  // namespace sluice::aws
