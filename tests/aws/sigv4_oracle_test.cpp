#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <fstream>

#include "aws/sigv4.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/process.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr int cases = 300;

/// Letters, everything that has a meaning in a URL, and text outside ASCII.
std::string random_text(Random& random, std::size_t longest) {
  static std::string const pieces[] = {"a", "Z", "0", "-", "_", ".x", "~", ":",
                                       "/", "%", "+", " ", "=", "&",  "?", "#",
                                       "$", "@", "(", "'", "*", "ä",  "€", "%41"};
  std::string out;
  for (std::uint64_t left = random.below(longest) + 1; left > 0; --left)
    out += pieces[random.below(std::size(pieces))];
  return out;
}

struct Case {
  Unsigned request;
  std::string service, body, token, secret;
  bool unsigned_body = false;
};

Case random_case(Random& random) {
  static std::string const services[] = {"lambda", "s3", "sts", "monitoring"};
  static std::string const methods[] = {"GET", "PUT", "POST", "DELETE"};
  Case out;
  out.service = services[random.below(4)];
  out.request.method = methods[random.below(4)];
  out.request.authority = out.service + ".eu-west-1.amazonaws.com";
  for (std::uint64_t left = random.below(4); left > 0; --left)
    out.request.path.push_back("s" + random_text(random, 12));
  for (std::uint64_t left = random.below(4); left > 0; --left)
    out.request.query.emplace_back("q" + random_text(random, 5), random_text(random, 8));
  if (random.below(2)) out.request.headers.set("Content-Type", "application/json");
  if (random.below(2))
    out.request.headers.set("X-Amz-Meta-Thing", "a  b " + hex(random_text(random, 3)));
  if (random.below(2)) out.token = "token/" + hex(random_text(random, 9));
  if (random.below(2)) out.body = random_text(random, 40);
  out.secret = "secret" + hex(random_text(random, 9));
  out.unsigned_body = out.service == "s3" && random.below(2);
  out.request.payload_hash =
      out.unsigned_body ? std::string(unsigned_payload) : hex(sha256(out.body));
  return out;
}

std::string line_of(Case const& each, Signed const& sent) {
  json::Value headers(json::Object{});
  for (auto const& [name, value] : each.request.headers.all()) headers.set(name, value);
  json::Value line{{"service", each.service},
                   {"method", each.request.method},
                   {"url", "https://" + each.request.authority + sent.path +
                               (sent.query.empty() ? "" : "?" + sent.query)},
                   {"headers", headers},
                   {"body", each.body},
                   {"token", each.token},
                   {"secret", each.secret},
                   {"unsigned", each.unsigned_body}};
  return line.dump() + "\n";
}

/// Deletes itself.
struct TemporaryFile {
  char path[32] = "/tmp/sluice-sigv4-XXXXXX";
  TemporaryFile() { close(mkstemp(path)); }
  ~TemporaryFile() { std::remove(path); }
};

std::string variable(char const* name) {
  char const* value = std::getenv(name);
  return value ? value : "";
}

TEST(SigV4Oracle, EqualsBotocoreOnRandomRequests) {
  SeededRandom random(20260102);
  SigningScope scope{parse_rfc3339("2026-01-02T03:04:05Z").value(), "eu-west-1", ""};
  TemporaryFile file;
  std::vector<std::string> expected, lines;
  for (int i = 0; i < cases; ++i) {
    Case each = random_case(random);
    scope.service = each.service;
    Signed sent = sign(each.request, scope, {"AKIDEXAMPLE", each.secret, each.token});
    expected.push_back(sent.signature);
    lines.push_back(line_of(each, sent));
  }
  std::ofstream(file.path) << join(lines, "");
  auto python = find_program("python3", variable("PATH"));
  if (!python) GTEST_SKIP() << "python3 is not installed";
  auto oracle =
      run_process({.program = *python,
                   .arguments = {SLUICE_SOURCE "/tests/aws/sigv4_oracle.py", file.path},
                   .environment = {{"PATH", variable("PATH")}, {"HOME", variable("HOME")}},
                   .merge_errors = true});
  ASSERT_TRUE(oracle.has_value()) << oracle.error().message;
  if (oracle->exit.code == 77) GTEST_SKIP() << "botocore is not installed for python3";
  ASSERT_TRUE(oracle->exit.success()) << oracle->exit.text() << "\n" << oracle->output;
  std::vector<std::string> printed;
  for (auto const& line : split(trim(oracle->output), '\n')) printed.emplace_back(trim(line));
  ASSERT_EQ(printed.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(expected[i], printed[i]) << lines[i];
}

}  // namespace
}  // namespace sluice::aws
