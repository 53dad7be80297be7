#pragma once

#include "engine/secrets.hpp"

namespace sluice::sim {

/// Every secret there is, with a value that is none: a rehearsal needs no real ones.
class StandInSecrets final : public engine::SecretValues {
 public:
  Result<Secret> open(std::string const& name) override { return Secret("secret-" + name); }
  Result<std::string> keyed_hash(std::string_view text) override {
    return "rehearsal:" + std::to_string(std::hash<std::string_view>{}(text));
  }
  std::string hide(std::string text) const override { return text; }
};

}  // namespace sluice::sim
