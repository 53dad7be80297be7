#include "releases/scenario.hpp"

namespace sluice::bench {
namespace {

constexpr char const* guards =
    "GetAlias and GetFunction of the alias tell whether there is anything to do and give the "
    "alias's RevisionId; GetFunction of $LATEST gives the RevisionId that guards the write and "
    "tells which version can be restored";
constexpr char const* republish_guards =
    "GetFunction of $LATEST gives the RevisionId that guards the write, GetFunction of the "
    "recorded "
    "version gives its configuration and a fresh link to its code; the end is read back";

Content code_two(Codes const& codes) { return {codes.two.bytes, 128}; }
Content both_two(Codes const& codes) { return {codes.two.bytes, 256}; }

Scenario first_create() {
  Scenario it{.id = "create",
              .title = "first create, with alias",
              .bound = {"GetFunction", "CreateFunction", "GetFunction", "CreateAlias"},
              .difference =
                  "GetAlias comes first, because it decides what is compared; it is the "
                  "call that a release of an existing function needs most",
              .exists = false};
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.choose(function);
    plain.create(function, codes.before(), true);
  };
  return it;
}

Scenario code_only() {
  Scenario it{.id = "code",
              .title = "code only",
              .bound = {"UpdateFunctionCode", "GetFunction", "UpdateAlias"},
              .difference = guards};
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    auto const version = plain.update_code(function, code_two(codes));
    plain.shift(function, "1", version, 1);
  };
  return it;
}

Scenario configuration_only() {
  Scenario it{
      .id = "configuration",
      .title = "configuration only",
      .bound = {"UpdateFunctionConfiguration", "GetFunction", "PublishVersion", "UpdateAlias"},
      .difference = guards,
      .new_code = false,
      .new_memory = true};
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const&) {
    auto const version = plain.update_configuration(function, 256);
    plain.shift(function, "1", version, 1);
  };
  return it;
}

Scenario both() {
  Scenario it{.id = "both",
              .title = "code and configuration",
              .bound = {"UpdateFunctionConfiguration", "GetFunction", "UpdateFunctionCode",
                        "GetFunction", "UpdateAlias"},
              .difference = guards,
              .new_memory = true};
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    auto const version = plain.update_both(function, both_two(codes));
    plain.shift(function, "1", version, 1);
  };
  return it;
}

Scenario canary() {
  Scenario it{
      .id = "canary",
      .title = "canary of five steps, code only",
      .bound = {"UpdateFunctionCode", "GetFunction", "UpdateAlias", "UpdateAlias", "UpdateAlias",
                "UpdateAlias", "UpdateAlias"},
      .difference = guards,
      .strategy = "strategy: [{shift: 10}, {shift: 25}, {shift: 50}, {shift: 75}, {shift: 100}]\n"};
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    auto const version = plain.update_code(function, code_two(codes));
    for (double share : {0.1, 0.25, 0.5, 0.75, 1.0}) plain.shift(function, "1", version, share);
  };
  return it;
}

Scenario canary_rollback() {
  Scenario it{.id = "rollback_canary",
              .title = "alias rollback during a canary",
              .bound = {"UpdateAlias"},
              .strategy = "strategy:\n  - {shift: 10, pause: 1h}\n",
              .turn_back = "stop"};
  it.before = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.shift(function, "1", plain.update_code(function, code_two(codes)), 0.1);
  };
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const&) {
    plain.shift(function, "1", "2", 0);
  };
  return it;
}

Scenario promoted_rollback() {
  Scenario it{.id = "rollback_promoted",
              .title = "alias rollback after all traffic had moved",
              .bound = {"UpdateAlias"},
              .strategy = "strategy:\n  - shift: 100\n  - approve: keep it?\n",
              .turn_back = "reject"};
  it.before = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.shift(function, "1", plain.update_code(function, code_two(codes)), 1);
  };
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const&) {
    plain.shift(function, "2", "1", 1);
  };
  return it;
}

Scenario republish_code() {
  Scenario it{.id = "republish_code",
              .title = "republish rollback, code only",
              .bound = {"UpdateFunctionCode", "GetFunction"},
              .difference = republish_guards,
              .alias = false,
              .strategy = "strategy:\n  - approve: keep it?\n",
              .turn_back = "reject"};
  it.before = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.update_code(function, code_two(codes));
  };
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.update_code(function, codes.before());
  };
  return it;
}

Scenario republish_both() {
  Scenario it{
      .id = "republish_both",
      .title = "republish rollback, code and configuration",
      .bound = {"UpdateFunctionConfiguration", "GetFunction", "UpdateFunctionCode", "GetFunction"},
      .difference = republish_guards,
      .alias = false,
      .new_memory = true,
      .strategy = "strategy:\n  - approve: keep it?\n",
      .turn_back = "reject"};
  it.before = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.update_both(function, both_two(codes));
  };
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const& codes) {
    plain.update_both(function, codes.before());
  };
  return it;
}

Scenario nothing() {
  Scenario it{.id = "nothing",
              .title = "nothing to do",
              .bound = {"GetAlias", "GetFunction"},
              .new_code = false};
  it.shortest = [](PlainClient& plain, std::string const& function, Codes const&) {
    plain.look(function);
  };
  return it;
}

}  // namespace

std::vector<Scenario> const& scenarios() {
  static std::vector<Scenario> const all{
      first_create(),    code_only(),         configuration_only(), both(),           canary(),
      canary_rollback(), promoted_rollback(), republish_code(),     republish_both(), nothing()};
  return all;
}

std::string release_file(Scenario const& scenario, std::string const& function, bool first) {
  bool const memory = scenario.new_memory && !first;
  return "function: " + function +
         "\nregion: eu-west-1\nruntime: nodejs20.x\nhandler: index.handler\n"
         "role: arn:aws:iam::000000000000:role/bench\npackage: code.zip\n" +
         (scenario.alias ? "alias: live\n" : "") + "memory: " + (memory ? "256\n" : "128\n") +
         (first ? "" : scenario.strategy);
}

}  // namespace sluice::bench
