#include <gtest/gtest.h>

#include <atomic>

#include "aws/lambda_spec.hpp"
#include "engine/events.hpp"
#include "engine/rehearsal.hpp"

/// Releases through an alias with provisioned concurrency.
namespace sluice {
namespace {

std::string orders(std::string const& code, std::string const& more = "") {
  return R"(function: orders
region: eu-west-1
alias: live
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/orders
package: )" +
         code + ".zip\n" + more;
}

local::LambdaSettings moves_in(Duration delay) {
  local::LambdaSettings settings;
  settings.provisioning_delay = delay;
  return settings;
}

aws::Answer<net::Response> put_capacity(test::Rehearsal& rehearsal, int count) {
  auto spec = aws::function_spec("PutProvisionedConcurrencyConfig", aws::Kind::write,
                                 aws::Lane::normal, "eu-west-1", "orders", "live");
  spec.method = "PUT";
  spec.path = {"2019-09-30", "functions", "orders", "provisioned-concurrency"};
  aws::add_qualifier(spec, "live");
  aws::set_json_body(spec, json::Value{{"ProvisionedConcurrentExecutions", count}});
  return rehearsal.caller().call(spec);
}

std::string status_of(test::Rehearsal& rehearsal) {
  return (**rehearsal.lambda().get_provisioned_concurrency("orders", "live"))["Status"].as_string();
}

std::vector<std::string> waited_for(test::Rehearsal& rehearsal, std::string const& run) {
  auto events =
      rehearsal.engine().with_store([&](store::Store& store) { return store.events(run); });
  std::vector<std::string> texts;
  for (auto const& event : *events)
    if (event.type == engine::event::node_parked)
      texts.push_back(event.body["waiting_for"].as_string());
  return texts;
}

TEST(Capacity, ARealShiftWaitsUntilItHasMoved) {
  test::Rehearsal rehearsal(moves_in(std::chrono::milliseconds(300)));
  rehearsal.run(orders("one"));
  ASSERT_TRUE(put_capacity(rehearsal, 5));
  while (status_of(rehearsal) != "READY") std::this_thread::yield();
  auto end = rehearsal.run(orders("two"));
  ASSERT_EQ(end.state.end_state, "succeeded");
  EXPECT_EQ(status_of(rehearsal), "READY");
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "2");
  EXPECT_TRUE(alias->weights.empty());
  // The guard of a later write is the one that the alias has now, not that of the answer.
  EXPECT_EQ(end.state.releases.at("default/orders")["alias_revision"].as_string(),
            alias->revision_id);
  auto waited = waited_for(rehearsal, end.state.id);
  ASSERT_FALSE(waited.empty());
  EXPECT_EQ(waited.front(), "AWS to move the provisioned concurrency of orders:live: 0 of 5 ready");
}

TEST(Capacity, EachStepWaits) {
  test::Rehearsal rehearsal(moves_in(std::chrono::milliseconds(50)));
  rehearsal.run(orders("one"));
  ASSERT_TRUE(put_capacity(rehearsal, 5));
  while (status_of(rehearsal) != "READY") std::this_thread::yield();
  auto end = rehearsal.run(orders("two", "strategy: [{shift: 10}, {shift: 50}]\n"));
  ASSERT_EQ(end.state.end_state, "succeeded");
  EXPECT_GE(waited_for(rehearsal, end.state.id).size(), 3u);
}

TEST(Capacity, ThatCannotBeHadFailsTheShiftAndTheAliasGoesBack) {
  test::Rehearsal rehearsal(moves_in(Duration(0)));
  rehearsal.run(orders("one"));
  ASSERT_TRUE(put_capacity(rehearsal, 5));
  int asked = 0;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    bool asks = request.url.contains("provisioned-concurrency") && ++asked > 1;
    if (!asks) return std::nullopt;
    return net::Response{200,
                         {},
                         R"({"Status":"FAILED","StatusReason":"no capacity left",)"
                         R"("RequestedProvisionedConcurrentExecutions":5})",
                         {},
                         {}};
  };
  auto end = rehearsal.run(orders("two"));
  EXPECT_EQ(end.state.end_state, "rolled_back");
  auto const& shift = end.state.node("default/release/shift-100");
  EXPECT_EQ(shift.error, plan::ErrorClass::infrastructure);
  EXPECT_EQ(shift.reason,
            "AWS could not provide the provisioned concurrency of orders:live: no capacity left");
  rehearsal.gate().before = nullptr;
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "1");
}

TEST(Capacity, ARollbackDoesNotTakeAwssWeightsForSomebodyElses) {
  test::Rehearsal rehearsal(moves_in(std::chrono::milliseconds(300)));
  rehearsal.run(orders("one"));
  ASSERT_TRUE(put_capacity(rehearsal, 5));
  while (status_of(rehearsal) != "READY") std::this_thread::yield();
  std::atomic<bool> stopping = false;
  bool lost = false;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    // The first try to go back gets lost: what the alias shows has to tell whether it arrived.
    if (!stopping || lost || request.method != "PUT" || !request.url.ends_with("/aliases/live"))
      return std::nullopt;
    lost = true;
    return std::unexpected(
        net::Failure{Error{ErrorCode::unavailable, "connection reset", ""}, true});
  };
  auto run = rehearsal.start(orders("two"));
  while (rehearsal.lambda().get_alias("orders", "live")->weights.empty()) std::this_thread::yield();
  stopping = true;
  engine::Signal stop{.kind = "stop", .node = "", .by = "tester", .reason = "", .data = {}};
  ASSERT_TRUE(rehearsal.engine().signal(run, stop));
  auto end = rehearsal.wait(run);
  EXPECT_TRUE(lost);
  EXPECT_EQ(end.state.end_state, "stopped");
  EXPECT_EQ(end.state.releases.at("default/orders")["place"].as_string(), "on_baseline");
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_TRUE(alias->weights.empty());
}

}  // namespace
}  // namespace sluice
