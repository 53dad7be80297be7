#include "sim/rehearsal_world.hpp"

#include <algorithm>

#include "aws/environment.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/release/release_state.hpp"
#include "engine/secret_targets.hpp"
#include "local/endpoint.hpp"
#include "plan/steps.hpp"

namespace sluice::sim {
namespace {

constexpr char usual_account[] = "123456789012";
constexpr char key_id[] = "REHEARSAL";
constexpr char role_of_all[] = "arn:aws:iam::123456789012:role/rehearsal";
/// Any day will do: what counts is the time since the start.
constexpr Time start_of_time = Time(std::chrono::hours(24 * 365 * 56));
/// What passes in one go may be a week of pause; no metric looks further back than this.
constexpr Duration longest_stretch = std::chrono::hours(3);

/// An archive with one empty file of that name: code that nobody runs.
std::string archive_with(char name) {
  auto bytes = decode_base64(
      "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAYVBLAQIUAxQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAAAAAAAAA"
      "AACAAQAAAABhUEsFBgAAAAABAAEALwAAAB8AAAAAAA==");
  ENSURE(bytes.has_value());
  std::ranges::replace(*bytes, 'a', name);
  return *bytes;
}

/// Name or ARN → name.
std::string bare_name(std::string const& function) {
  auto parts = split(function, ':');
  return parts.size() >= 7 && parts[0] == "arn" ? parts[6] : parts[0];
}

/// The first account that the plan reaches without a role.
std::string own_account(plan::Plan const& plan) {
  for (auto const& target : plan.targets)
    if (target.role.empty() && target.account.size() == 12) return target.account;
  return usual_account;
}

bool is_image(plan::Release const& release) {
  return release.package.kind == plan::Package::Kind::image ||
         release.configuration["PackageType"].as_string() == "Image";
}

Error refused(aws::CallError const& error, std::string const& name) {
  Error out = error.error();
  out.message = "the rehearsal cannot have " + name + " as the file declares it: " + out.message;
  return out;
}

/// Answers every invocation at once; a candidate's fail as often as its requests do.
class RehearsalRunner final : public local::Runner {
 public:
  using Fails = std::function<bool(local::CodeUnit const& unit)>;
  explicit RehearsalRunner(Fails fails) : fails_(std::move(fails)) {}

  Result<local::InvocationResult> invoke(local::CodeUnit const& unit,
                                         local::Invocation const&) override {
    local::InvocationResult result;
    result.duration = std::chrono::milliseconds(20);
    result.duration_ms = 20;
    result.payload = "null";
    if (!fails_(unit)) return result;
    result.function_error = "Unhandled";
    result.payload = R"({"errorType":"Rehearsed","errorMessage":"the rehearsal lets this fail"})";
    return result;
  }
  void retire(std::string_view) override {}
  void close() override {}
  std::size_t processes() const override { return 0; }

 private:
  Fails fails_;
};

}  // namespace

std::expected<net::Response, net::Failure> RehearsalWorld::Http::send(
    net::Request const& request, net::SendOptions const& options, std::stop_token stop) {
  if (request.url.starts_with(url)) return direct.send(request, options, stop);
  sent.push_back(request.method + " " + request.url);
  net::Response response;
  response.status = 200;
  return response;
}

RehearsalWorld::RehearsalWorld(plan::Plan const& plan, store::Packages& packages,
                               Conditions const& conditions)
    : plan_(plan),
      conditions_(conditions),
      packages_(packages),
      clock_(start_of_time),
      random_(conditions.seed),
      budget_(clock_) {}

Result<std::unique_ptr<RehearsalWorld>> RehearsalWorld::make(plan::Plan const& plan,
                                                             store::Packages& packages,
                                                             Conditions const& conditions) {
  std::unique_ptr<RehearsalWorld> world(new RehearsalWorld(plan, packages, conditions));
  if (auto opened = world->open(); !opened) return std::unexpected(opened.error());
  if (auto made = world->furnish(); !made) return std::unexpected(made.error());
  for (auto const& fault : conditions.faults)
    if (auto added = world->endpoint_->faults().add(fault); !added)
      return std::unexpected(added.error());
  world->clock_.passed = [raw = world.get()](Time from, Time to) { raw->serve(from, to); };
  return world;
}

Result<void> RehearsalWorld::open() {
  local::EndpointSettings settings;
  settings.lambda.settle_delay = conditions_.settle_delay;
  settings.metric_lag = conditions_.metric_lag;
  std::string account = own_account(plan_);
  settings.keys = {{key_id,
                    "rehearsal",
                    {account, "arn:aws:iam::" + account + ":user/rehearsal", key_id},
                    "",
                    {}}};
  settings.runner = [this](local::RunnerOptions const&, Clock&) { return runner(); };
  auto endpoint = local::Endpoint::open(std::move(settings), clock_, random_);
  if (!endpoint) return std::unexpected(endpoint.error());
  endpoint_ = std::move(*endpoint);
  if (auto started = endpoint_->start_runner(); !started) return started;
  http_ = std::make_unique<Http>(*endpoint_);
  aws::HeldEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", key_id},
                           {"AWS_SECRET_ACCESS_KEY", "rehearsal"},
                           {"AWS_REGION", conditions_.region},
                           {"AWS_ENDPOINT_URL", endpoint_->url()}};
  auto session = aws::open_session({}, environment, {*http_, clock_, random_, budget_});
  if (!session) return std::unexpected(session.error());
  aws_ = std::make_unique<engine::SecretTargets>(
      std::make_unique<engine::SessionAws>(std::move(*session), conditions_.metric_lag), secrets_);
  services_ = std::make_shared<engine::Services>(
      engine::Services{clock_, random_, *aws_, *http_, packages_, "sluice-rehearsal"});
  services_->secrets = &secrets_;
  return {};
}

Result<void> RehearsalWorld::furnish() {
  for (auto const& release : plan_.releases)
    if (auto made = furnish(release); !made) return made;
  return make_invoked(plan_.root);
}

Result<void> RehearsalWorld::furnish(plan::Release const& release) {
  auto const* target = plan_.target(release.target);
  ENSURE(target != nullptr);
  auto aws = aws_->open(*target, {});
  if (!aws) return std::unexpected(aws.error());
  std::string account = aws->caller->options().account;
  std::string name = bare_name(release.function);
  for (auto const& layer : release.configuration["Layers"].items())
    endpoint_->declare_layer(account, aws->region, layer.as_string());
  if (auto made = make_object(release.package, *aws); !made) return made;
  if (!release.alias.empty())
    served_.push_back({release.id, account, aws->region, name, release.alias});
  bool const given = !release.given_candidate.empty();
  if (conditions_.first_deployment && !given) return {};
  auto lambda = aws->lambda();
  if (made_.insert(aws->region + "/" + account + "/" + name).second) {
    auto made = make_function(lambda, name, release.configuration, is_image(release));
    if (made && given) made = publish_another(lambda, name);
    if (!made) return made;
  }
  if (release.alias.empty()) return {};
  auto alias = lambda.create_alias(name, release.alias, "1", "");
  if (!alias && alias.error().trouble != aws::Trouble::already_exists)
    return std::unexpected(refused(alias.error(), name));
  return {};
}

Result<void> RehearsalWorld::make_function(aws::Lambda& lambda, std::string const& name,
                                           json::Value const& configuration, bool image) {
  json::Value request = configuration.is_object() ? configuration : json::Value(json::Object{});
  auto otherwise = [&](char const* member, json::Value value) {
    if (!request.contains(member)) request.set(member, std::move(value));
  };
  request.set("FunctionName", name);
  request.set("Publish", true);
  otherwise("Role", role_of_all);
  if (image) {
    request.set("PackageType", "Image");
    request.set("Code", json::Value{{"ImageUri", std::string(usual_account) +
                                                     ".dkr.ecr.eu-west-1.amazonaws.com/before:1"}});
  } else {
    otherwise("Runtime", "nodejs22.x");
    otherwise("Handler", "index.handler");
    request.set("Code", json::Value{{"ZipFile", base64(archive_with('b'))}});
  }
  auto made = lambda.create_function(request);
  if (!made) return std::unexpected(refused(made.error(), name));
  clock_.advance(conditions_.settle_delay + Duration(1));
  return {};
}

Result<void> RehearsalWorld::publish_another(aws::Lambda& lambda, std::string const& name) {
  auto made = lambda.update_function_code(
      name, json::Value{{"ZipFile", base64(archive_with('d'))}, {"Publish", true}});
  if (!made) return std::unexpected(refused(made.error(), name));
  clock_.advance(conditions_.settle_delay + Duration(1));
  return {};
}

Result<void> RehearsalWorld::make_object(plan::Package const& package, engine::TargetAws& aws) {
  if (package.kind != plan::Package::Kind::s3 && package.staging.empty()) return {};
  bool object = package.kind == plan::Package::Kind::s3;
  std::string bucket = package.bucket;
  if (!object) bucket = split(package.staging.substr(package.staging.find("//") + 2), '/')[0];
  auto s3 = aws.s3();
  auto made = s3.create_bucket(bucket);
  if (!made && made.error().trouble != aws::Trouble::already_exists)
    return std::unexpected(made.error().error());
  if (!object) return {};
  auto put = s3.put({bucket, package.key, ""}, archive_with('c'));
  if (!put) return std::unexpected(put.error().error());
  return {};
}

/// Functions that steps invoke and nobody releases.
Result<void> RehearsalWorld::make_invoked(plan::Node const& node) {
  for (auto const* children : {&node.children, &node.guards, &node.compensation})
    for (auto const& child : *children)
      if (auto made = make_invoked(child); !made) return made;
  if (!node.step || (node.step->kind != "invoke" && node.step->kind != "hook")) return {};
  std::string target_name = node.step->input["target"].as_string();
  if (auto const* release = plan_.release(node.step->input["release"].as_string()))
    target_name = release->target;
  std::string const& function = node.step->input["function"].as_string();
  auto const* target = plan_.target(target_name);
  if (function.empty() || !target) return {};
  auto aws = aws_->open(*target, {});
  if (!aws) return std::unexpected(aws.error());
  std::string name = bare_name(function);
  std::string key = aws->region + "/" + aws->caller->options().account + "/" + name;
  if (!made_.insert(key).second) return {};
  auto lambda = aws->lambda();
  return make_function(lambda, name, {}, false);
}

void RehearsalWorld::learn(engine::RunState const& state) {
  for (auto const& [id, release] : state.releases)
    candidates_[id] = engine::release_state(release).candidate_version;
}

double RehearsalWorld::errors_of(std::string const& release, std::string const& version) const {
  auto candidate = candidates_.find(release);
  bool fresh = candidate != candidates_.end() && candidate->second == version;
  return fresh ? conditions_.candidate_errors : conditions_.baseline_errors;
}

bool RehearsalWorld::is_candidate(std::string const& function, std::string const& version) const {
  return std::ranges::any_of(plan_.releases, [&](auto const& release) {
    auto candidate = candidates_.find(release.id);
    return bare_name(release.function) == function && candidate != candidates_.end() &&
           candidate->second == version;
  });
}

void RehearsalWorld::serve(Time from, Time to) {
  from = std::max(from, to - longest_stretch);
  for (Time at = from; at < to;) {
    Time next = std::min(
        to, std::chrono::floor<std::chrono::minutes>(at) + Duration(std::chrono::minutes(1)));
    double seconds = static_cast<double>((next - at).count()) / 1000;
    for (auto const& served : served_) serve(served, at, seconds * conditions_.requests_per_second);
    at = next;
  }
}

void RehearsalWorld::serve(Served const& served, Time at, double requests) {
  auto reached = endpoint_->count(
      {served.account, served.region, served.function, served.alias, at, requests,
       [&](std::string const& version) { return errors_of(served.release, version); }});
  auto candidate = candidates_.find(served.release);
  if (candidate == candidates_.end()) return;
  auto got = reached.find(candidate->second);
  if (got == reached.end()) return;
  Met& met = met_[served.release];
  met.version = candidate->second;
  met.requests += got->second.requests;
  met.errors += got->second.errors;
}

std::unique_ptr<local::Runner> RehearsalWorld::runner() {
  return std::make_unique<RehearsalRunner>([this](local::CodeUnit const& unit) {
    return is_candidate(unit.function_name, unit.version) &&
           random_.fraction() < conditions_.candidate_errors;
  });
}

}  // namespace sluice::sim
