#include "releases/plain_client.hpp"

#include "base/hash.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

template <class T>
T answered(std::string_view what, aws::Answer<T> answer) {
  if (!answer) give_up(what, answer.error().error().text());
  if constexpr (!std::is_void_v<T>) return std::move(*answer);
}

}  // namespace

aws::Session open_bench_session(std::string const& url, aws::Ports ports) {
  aws::HeldEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", "bench"},
                           {"AWS_SECRET_ACCESS_KEY", "bench"},
                           {"AWS_REGION", "eu-west-1"},
                           {"AWS_ENDPOINT_URL", url}};
  return must("open a session", aws::open_session({}, environment, ports));
}

PlainClient::PlainClient(std::string const& url, Duration settle_delay)
    : settle_delay_(settle_delay),
      client_(net::make_client()),
      budget_(system_clock(), aws::Budget::unlimited()) {
  session_ = std::make_unique<aws::Session>(
      open_bench_session(url, {*client_, system_clock(), system_random(), budget_}));
  lambda_ = std::make_unique<aws::Lambda>(session_->caller, "eu-west-1");
}

void PlainClient::settle(std::string const& function, std::string const& version) {
  system_clock().sleep(settle_delay_, {});
  for (int look = 0; look < 1000; ++look) {
    auto const found = answered("GetFunction", lambda_->get_function(function, version));
    if (found.record.settled()) return;
    system_clock().sleep(Duration(1), {});
  }
  give_up("wait for " + function, "it does not settle");
}

void PlainClient::create(std::string const& function, Content const& content, bool alias) {
  json::Value const request{{"FunctionName", function},
                            {"Runtime", "nodejs20.x"},
                            {"Handler", "index.handler"},
                            {"Role", "arn:aws:iam::000000000000:role/bench"},
                            {"MemorySize", content.memory},
                            {"Publish", true},
                            {"Code", json::Value{{"ZipFile", base64(content.code)}}}};
  auto const made = answered("CreateFunction", lambda_->create_function(request));
  settle(function, "");
  if (alias) answered("CreateAlias", lambda_->create_alias(function, "live", made.version(), ""));
}

std::string PlainClient::update_code(std::string const& function, Content const& content) {
  json::Value const request{{"ZipFile", base64(content.code)}, {"Publish", true}};
  auto const made =
      answered("UpdateFunctionCode", lambda_->update_function_code(function, request));
  settle(function, made.version());
  return made.version();
}

void PlainClient::write_configuration(std::string const& function, int memory) {
  json::Value const request{{"MemorySize", memory}};
  answered("UpdateFunctionConfiguration",
           lambda_->update_function_configuration(function, request));
  settle(function, "");
}

std::string PlainClient::update_configuration(std::string const& function, int memory) {
  write_configuration(function, memory);
  auto const made =
      answered("PublishVersion", lambda_->publish_version(function, json::Value(json::Object{})));
  return made.version();
}

std::string PlainClient::update_both(std::string const& function, Content const& content) {
  write_configuration(function, content.memory);
  return update_code(function, content);
}

void PlainClient::shift(std::string const& function, std::string const& from, std::string const& to,
                        double share) {
  aws::AliasUpdate update;
  update.function_version = share < 1 ? from : to;
  if (share > 0 && share < 1) update.weights[to] = share;
  answered("UpdateAlias", lambda_->update_alias(function, "live", update));
}

void PlainClient::look(std::string const& function) {
  answered("GetAlias", lambda_->get_alias(function, "live"));
  answered("GetFunction", lambda_->get_function(function, "live"));
}

void PlainClient::choose(std::string const& function) {
  auto const found = lambda_->get_function(function);
  if (found) give_up("create " + function, "it exists already");
}

}  // namespace sluice::bench
