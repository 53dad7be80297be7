#include <gtest/gtest.h>

#include "engine/events.hpp"
#include "engine/rehearsal.hpp"

/// What is told, and how long it is tried, while AWS cannot be reached; and what is noticed of
/// others who write at the same time.
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

test::Gate::Sent cut(bool may_have_arrived) {
  return std::unexpected(
      net::Failure{Error{ErrorCode::unavailable, "connection refused", ""}, may_have_arrived});
}

bool is_alias_call(net::Request const& request, std::string_view method) {
  return request.method == method && request.url.ends_with("/aliases/live");
}

std::vector<std::string> notes(test::Rehearsal& rehearsal, std::string const& run) {
  auto events =
      rehearsal.engine().with_store([&](store::Store& store) { return store.events(run); });
  std::vector<std::string> texts;
  for (auto const& event : *events)
    if (event.type == engine::event::note) texts.push_back(event.body["text"].as_string());
  return texts;
}

bool has_note(std::vector<std::string> const& all, std::string_view start, std::string_view part) {
  return std::ranges::any_of(
      all, [&](auto const& it) { return it.starts_with(start) && it.contains(part); });
}

TEST(Outage, WhileAnOutcomeCannotBeReadItIsSaid) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  bool lost = false;
  int unread = 0;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (is_alias_call(request, "PUT") && !lost) return lost = true, cut(true);
    // The client repeats a read by itself; one more has to fail for the step to see it.
    if (lost && is_alias_call(request, "GET") && ++unread <= 4) return cut(false);
    return std::nullopt;
  };
  auto end = rehearsal.run(orders("two"));
  EXPECT_EQ(end.state.end_state, "succeeded");
  EXPECT_TRUE(has_note(notes(rehearsal, end.state.id),
                       "waiting: cannot reach Lambda for GetAlias on orders:live in eu-west-1: ",
                       "; trying again until 20"));
}

TEST(Outage, AnOutcomeThatCannotBeReadIsNotTriedForEver) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  plan::Plan plan = rehearsal.plan(orders("two"));
  plan.rollback_patience = std::chrono::milliseconds(1);
  bool lost = false;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (is_alias_call(request, "PUT")) return lost = true, cut(true);
    if (lost) return cut(false);
    return std::nullopt;
  };
  auto started = rehearsal.engine().start({plan, "tester", {}, {}, {}}, rehearsal.services());
  auto end = rehearsal.wait(started->run);
  EXPECT_EQ(end.state.end_state, "needs_person");
  auto const& shift = end.state.node("default/release/shift-100");
  EXPECT_EQ(shift.error, plan::ErrorClass::unknown);
  EXPECT_TRUE(shift.reason.starts_with("whether it took effect could not be read within 1ms: "))
      << shift.reason;
}

/// The first read behind a write of `path` comes after somebody else's edit.
void edit_after(test::Rehearsal& rehearsal, std::string const& path) {
  auto written = std::make_shared<bool>(false);
  auto edited = std::make_shared<bool>(false);
  rehearsal.gate().before =
      [=, &rehearsal](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (request.method == "PUT" && request.url.ends_with(path)) *written = true;
    bool reads = request.method == "GET" && request.url.ends_with("/functions/orders");
    if (!*written || !reads || *edited) return std::nullopt;
    *edited = true;
    json::Value theirs{{"Timeout", 77}};
    EXPECT_TRUE(rehearsal.lambda().update_function_configuration("orders", theirs));
    return std::nullopt;
  };
}

TEST(Outage, AnEditRightBehindOurConfigurationIsNoticed) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  edit_after(rehearsal, "/configuration");
  auto end = rehearsal.run(orders("two", "memory: 256\non_external_change: roll_back\n"));
  auto const& publish = end.state.node("default/release/publish");
  EXPECT_EQ(publish.error, plan::ErrorClass::external_change);
  EXPECT_EQ(publish.reason,
            "somebody else changed $LATEST of orders right after this release had written it");
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "1");
}

TEST(Outage, AnEditBetweenCodeAndItsVersionIsNoticed) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  edit_after(rehearsal, "/code");
  // With a description of its own the version is published by a call of its own.
  auto end =
      rehearsal.run(orders("two", "version_description: second\non_external_change: roll_back\n"));
  EXPECT_EQ(end.state.node("default/release/publish").error, plan::ErrorClass::external_change);
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "1");
}

class Twice : public testing::TestWithParam<std::string> {};

TEST_P(Twice, AWriteThatFoundItselfUnderWayIsNotSomebodyElses) {
  // Given a connection over which one write reaches AWS twice
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  bool twice = false;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (twice || request.method != "PUT" || !request.url.ends_with(GetParam())) return std::nullopt;
    twice = true;
    EXPECT_EQ(rehearsal.gate().send(request, {}, {})->status, 200);
    net::Response busy;
    busy.status = 409;
    busy.headers.set("x-amzn-ErrorType", "ResourceConflictException");
    busy.body = R"({"Type":"User","message":"An update is in progress for resource: orders"})";
    return busy;
  };
  // When code and configuration are released
  auto end = rehearsal.run(orders("two", "memory: 256\non_external_change: roll_back\n"));
  // Then that write counts as this release's own
  ASSERT_TRUE(twice);
  EXPECT_EQ(end.state.end_state, "succeeded") << end.state.node("default/release/publish").reason;
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "2");
}

INSTANTIATE_TEST_SUITE_P(Writes, Twice, testing::Values("/configuration", "/code"));

}  // namespace
}  // namespace sluice
