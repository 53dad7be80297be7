#include "local/model/world.hpp"

#include <utility>

namespace sluice::local {

World::World(LambdaPorts ports, LambdaSettings settings) : ports_(ports), settings_(settings) {}

LambdaService& World::lambda(std::string const& account, std::string const& region) {
  auto found = lambda_.find({account, region});
  if (found != lambda_.end()) return found->second;
  return lambda_.emplace(Home{account, region}, LambdaService(account, region, ports_, settings_))
      .first->second;
}

void World::set_lambda_settings(LambdaSettings settings) {
  settings_ = settings;
  for (auto& [place, service] : lambda_) service.set_settings(settings);
}

std::vector<World::Place> World::functions(std::string_view name, std::size_t limit) const {
  std::vector<Place> out;
  for (auto const& [home, service] : lambda_) {
    auto const [account, region] = home;
    std::vector<std::string> names;
    if (name.empty())
      names = service.function_names(limit - out.size());
    else if (service.has_function(name) && out.size() < limit)
      names.emplace_back(name);
    for (auto& one : names) out.push_back({std::move(one), account, region});
  }
  return out;
}

json::Value World::to_json() const {
  json::Value services{json::Array{}};
  for (auto const& [place, service] : lambda_)
    services.push(
        {{"account", place.first}, {"region", place.second}, {"state", service.to_json()}});
  return {{"lambda", std::move(services)}};
}

Result<void> World::restore(json::Value const& snapshot) {
  std::map<Home, LambdaService> services;
  for (auto const& entry : snapshot["lambda"].items()) {
    Home place{entry["account"].as_string(), entry["region"].as_string()};
    LambdaService service(place.first, place.second, ports_, settings_);
    if (auto restored = service.restore(entry["state"]); !restored)
      return fail(restored.error(), "Lambda of " + place.first + " in " + place.second);
    services.emplace(std::move(place), std::move(service));
  }
  lambda_ = std::move(services);
  return {};
}

}  // namespace sluice::local
