#include <cmath>

#include "local/endpoint_parts.hpp"
#include "local/model/cloudwatch_lambda.hpp"

namespace sluice::local {
namespace {

/// What a handler of a small function takes.
constexpr double usual_duration_ms = 20;

/// A whole number; what is behind the point is the chance of one more.
double whole(double number, Random& random) { return std::floor(number + random.fraction()); }

}  // namespace

std::map<std::string, CountedRequests> Endpoint::count(CountedTraffic const& traffic) {
  return parts_->model.with([&](auto& model) {
    std::map<std::string, CountedRequests> reached;
    auto& service = model->lambda.lambda(traffic.account, traffic.region);
    auto shares = service.shares(traffic.function, traffic.alias, parts_->clock.now());
    double left = whole(traffic.requests, model->random);
    for (auto const& [version, share] : shares) {
      bool last = version == shares.rbegin()->first;
      double part = last ? left : std::min(left, whole(traffic.requests * share, model->random));
      left -= part;
      if (part <= 0) continue;
      InvocationMetrics run;
      run.account = traffic.account;
      run.region = traffic.region;
      run.function_name = traffic.function;
      run.qualifier = traffic.alias;
      run.through_alias = true;
      run.executed_version = version;
      run.started = traffic.at;
      run.duration_ms = usual_duration_ms;
      double errors = std::min(part, whole(part * traffic.failing(version), model->random));
      record_invocations(model->metrics, run, part, errors, parts_->clock.now());
      reached[version] = {part, errors};
    }
    return reached;
  });
}

void Endpoint::declare_layer(std::string const& account, std::string const& region,
                             std::string const& arn) {
  parts_->model.with(
      [&](auto& model) { model->lambda.lambda(account, region).declare_layer(arn, 1); });
}

}  // namespace sluice::local
