#include "net/server.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <mutex>
#include <sstream>

#include "base/strings.hpp"
#include "cli/credentials_file.hpp"
#include "cli/default_server.hpp"
#include "cli/program.hpp"
#include "cli/server_choice.hpp"
#include "server/event_stream.hpp"
#include "server/problem.hpp"
#include "server/wire.hpp"
#include "support/folder.hpp"

namespace sluice::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

TEST(server_url, is_https_or_this_machine) {
  struct Case {
    std::string text, url;
  };
  for (auto const& one : {Case{"https://Sluice.Example", "https://sluice.example"},
                          Case{"https://sluice.example/", "https://sluice.example"},
                          Case{"https://sluice.example:8443", "https://sluice.example:8443"},
                          Case{"http://127.0.0.1:80", "http://127.0.0.1:80"},
                          Case{"http://localhost:7070/", "http://localhost:7070"},
                          Case{"http://[::1]:7070", "http://[::1]:7070"}}) {
    auto url = server_url(one.text);
    ASSERT_TRUE(url) << one.text << ": " << url.error().text();
    EXPECT_EQ(*url, one.url);
  }
  for (auto text : {"http://sluice.example", "http://10.0.0.7:8080", "http://127.evil.example",
                    "ftp://sluice.example", "sluice.example", "https://sluice.example/team",
                    "https://sluice.example?x", "https://me:secret@sluice.example", ""})
    EXPECT_FALSE(server_url(text)) << text;
}

/// A line whose usual server, where one is given, comes from the environment.
Result<std::optional<std::string>> chosen(Words const& words, std::string const& usual = {}) {
  auto line = parse(words);
  EXPECT_TRUE(line);
  if (!usual.empty() && !line->has("server")) {
    line->options["server"] = {usual};
    line->origins["server"] = {Origin::Kind::environment, "SLUICE_SERVER"};
  }
  return choose_server(*line);
}

TEST(choose_server, what_is_typed_wins_over_a_usual_server) {
  std::string const usual = "https://usual.example";
  EXPECT_EQ(**chosen({"list"}, usual), usual);
  EXPECT_EQ(**chosen({"list", "--server", "https://other.example"}, usual),
            "https://other.example");
  for (Words const& here :
       {Words{"list", "--server", "none"}, Words{"list", "--state", "/j"},
        Words{"deploy", "f", "--local"}, Words{"deploy", "f", "--local-state", "/x"}})
    EXPECT_FALSE(*chosen(here, usual)) << here.front();
  EXPECT_FALSE(*chosen({"list"}));
}

TEST(choose_server, what_means_nothing_on_a_server_is_refused) {
  for (Words const& more : {Words{"--state", "/j"}, Words{"--local"}, Words{"--local-state", "/x"},
                            Words{"--profile", "p"}, Words{"--region", "eu-west-1"},
                            Words{"--endpoint-url", "http://x"}, Words{"--on-interrupt", "freeze"},
                            Words{"--metric-lag", "1s"}}) {
    Words words{"deploy", "f", "--server", "https://sluice.example"};
    words.insert(words.end(), more.begin(), more.end());
    auto refused = chosen(words);
    ASSERT_FALSE(refused) << more.front();
    EXPECT_THAT(refused.error().message, HasSubstr(more.front() + " has no meaning on the server"));
  }
  EXPECT_FALSE(chosen({"deploy", "f", "--region", "eu-west-1"}, "https://usual.example"));
  EXPECT_FALSE(chosen({"list"}, "http://usual.example"));
}

TEST(default_server, changes_one_line_of_the_file) {
  std::string const url = "https://sluice.example";
  EXPECT_EQ(*with_default_server("", url), "server: https://sluice.example\n");
  EXPECT_EQ(*with_default_server("# mine\nregion: eu-west-1", url),
            "# mine\nregion: eu-west-1\nserver: https://sluice.example\n");
  EXPECT_EQ(*with_default_server("server: https://old.example # was\nascii: true\n", url),
            "server: https://sluice.example\nascii: true\n");
  for (auto text : {"{region: eu-west-1}\n", "- a\n", "a: [\n"})
    EXPECT_FALSE(with_default_server(text, url)) << text;
}

/// What a test's server was asked, and what it answers.
class FakeServer {
 public:
  FakeServer() {
    server_ = *net::listen({}, [this](net::Incoming const& request) { return handle(request); });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<std::string> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  std::string authorization() {
    std::lock_guard lock(mutex_);
    return authorization_;
  }
  json::Value run() {
    std::lock_guard lock(mutex_);
    return run_;
  }

 private:
  /// A run that ended at once.
  static net::Response events(net::Incoming const& request) {
    std::vector<store::EventRow> const journal = {
        {1, Time{}, "run_created", {{"requester", "ada"}, {"options", json::Object{}}}, 1},
        {2, Time{}, "run_ended", {{"state", "succeeded"}}, 1}};
    net::Response response;
    if (request.headers.get("Accept") == "text/event-stream") {
      response.headers = {{"Content-Type", "text/event-stream"}};
      response.body = server::stream_mark(server::stream_end);
      return response;
    }
    json::Value page = json::Array{};
    for (auto const& event : journal) page.push(server::to_json(event));
    response.headers = {{"Content-Type", "application/json"}};
    response.body = json::Value{{"events", page}, {"more", false}}.dump();
    return response;
  }

  net::Response handle(net::Incoming const& request) {
    std::lock_guard lock(mutex_);
    asked_.push_back(request.method + " " + request.path);
    authorization_ = request.headers.get("Authorization");
    auto json = [](int status, json::Value const& body) {
      net::Response response;
      response.status = status;
      response.headers = {{"Content-Type", "application/json"}};
      response.body = body.dump();
      return response;
    };
    if (request.path == "/api/v1/login")
      return json(201, json::Value{{"token", "sluice_api_first"},
                                   {"name", "admin"},
                                   {"roles", json::array({"admin"})},
                                   {"expires", "2027-01-02T03:04:05.000Z"}});
    if (authorization_ != "Bearer sluice_api_good" && authorization_ != "Bearer sluice_api_first") {
      auto refused = server::problem({ErrorCode::denied, "no such token", ""});
      refused.status = 401;
      return refused;
    }
    if (request.path.starts_with("/api/v1/packages/")) {
      if (request.method == "HEAD" && packages_.contains(request.path)) return json(200, {});
      if (request.method == "HEAD") return json(404, {});
      packages_[request.path] = request.body;
      return json(201, json::Object{});
    }
    if (request.method == "POST") {
      run_ = *json::parse(request.body);
      return json(201, json::Value{{"run", "d-7QK2M9XTA"}});
    }
    if (request.path.ends_with("/plan")) return json(200, run_["plan"]);
    if (request.path.ends_with("/events")) return events(request);
    if (request.path == "/api/v1/whoami")
      return json(200, json::Value{{"name", "ada"}, {"roles", json::array({"operator"})}});
    return json(200, json::Value{{"runs", json::Array{}}, {"a_later_member", 1}});
  }

  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::string authorization_;
  std::map<std::string, std::string> packages_;
  json::Value run_;
  std::unique_ptr<net::Server> server_;
};

/// Logging in, with a home folder of its own.
class Login : public testing::Test {
 protected:
  int run(Words const& words, Variables more = {}, Streams tty = {}) {
    terminal.written_out.clear();
    terminal.written_err.clear();
    more.insert({{"HOME", folder.path().string()},
                 {"SLUICE_SYSTEM_CONFIG", (folder.path() / "none.yaml").string()}});
    return run_program(words, terminal, tty, more, attach_runs);
  }
  std::string text_of(fs::path const& path) const {
    std::ifstream in(folder.path() / path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  int log_in(std::string const& token, Words more = {}) {
    terminal.input = token + "\n";
    Words words{"login", server.url(), "--token-file", "-"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  test::TemporaryFolder folder;
  fs::path const kept = folder.path() / ".config/sluice/credentials";
  HeldTerminal terminal;
  FakeServer server;
};

TEST_F(Login, a_token_that_the_server_takes_is_kept_for_it_alone) {
  ASSERT_EQ(log_in("sluice_api_good"), 0) << terminal.written_err;
  EXPECT_EQ(terminal.written_out, "logged in to " + server.url() + " as ada (operator)\n");
  struct stat status{};
  ASSERT_EQ(::stat(kept.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  CredentialsFile file(kept);
  EXPECT_EQ((*file.find(server.url()))->token.open(), "sluice_api_good");
  EXPECT_FALSE(*file.find("https://elsewhere.example"));
  EXPECT_EQ(run({"list", "--server", server.url()}), 0) << terminal.written_err;
  EXPECT_EQ(server.authorization(), "Bearer sluice_api_good");
  EXPECT_EQ(run({"logout", server.url()}), 0);
  EXPECT_FALSE(*file.find(server.url()));
  EXPECT_EQ(run({"list", "--server", server.url()}), 4);
  EXPECT_THAT(terminal.written_err, HasSubstr("sluice login " + server.url()));
}

TEST_F(Login, a_set_up_token_is_exchanged) {
  ASSERT_EQ(log_in("sluice_setup_once", {"-o", "json"}), 0) << terminal.written_err;
  auto out = json::parse(terminal.written_out);
  ASSERT_TRUE(out);
  EXPECT_EQ((*out)["kind"].as_string(), "Login");
  EXPECT_EQ((*out)["expires"].as_string(), "2027-01-02T03:04:05.000Z");
  EXPECT_THAT(terminal.written_out, Not(HasSubstr("sluice_api_first")));
  EXPECT_THAT(server.asked(), ElementsAre("POST /api/v1/login"));
  EXPECT_EQ((*CredentialsFile(kept).find(server.url()))->token.open(), "sluice_api_first");
}

TEST_F(Login, what_the_server_does_not_take_is_not_kept) {
  EXPECT_EQ(log_in("sluice_api_bad"), 4);
  EXPECT_THAT(terminal.written_err, HasSubstr("no such token"));
  EXPECT_FALSE(fs::exists(kept));
  EXPECT_EQ(log_in("two words"), 3);
  EXPECT_EQ(run({"login", server.url()}), 64);
  EXPECT_EQ(run({"login", "http://sluice.example"}), 64);
  EXPECT_THAT(terminal.written_err, HasSubstr("over an open line"));
}

TEST_F(Login, a_terminal_is_asked_without_showing_what_is_typed) {
  terminal.input = "sluice_api_good\n";
  EXPECT_EQ(run({"login", server.url()}, {}, {true, true, true}), 0) << terminal.written_err;
  EXPECT_THAT(terminal.written_err, HasSubstr("Token for " + server.url() + ": "));
  EXPECT_THAT(terminal.written_err + terminal.written_out, Not(HasSubstr("sluice_api_good")));
}

TEST_F(Login, default_makes_it_the_usual_server) {
  ASSERT_EQ(log_in("sluice_api_good", {"--default"}), 0) << terminal.written_err;
  EXPECT_EQ(text_of(".config/sluice/config.yaml"), "server: " + server.url() + "\n");
  EXPECT_EQ(run({"list", "-o", "json"}), 0) << terminal.written_err;
  EXPECT_THAT(server.asked(), ElementsAre("GET /api/v1/whoami", "GET /api/v1/runs"));
}

TEST_F(Login, tokens_come_from_a_file_then_from_login_then_from_the_environment) {
  Variables const environment{{"SLUICE_TOKEN", "sluice_api_env"}, {"SLUICE_SERVER", server.url()}};
  EXPECT_EQ(run({"list"}, environment), 4);
  EXPECT_EQ(server.authorization(), "Bearer sluice_api_env");
  ASSERT_EQ(log_in("sluice_api_good"), 0);
  EXPECT_EQ(run({"list"}, environment), 0);
  EXPECT_EQ(server.authorization(), "Bearer sluice_api_good");
  std::string other = folder.write("token", "sluice_api_file\n").string();
  EXPECT_EQ(run({"list", "--token-file", other}, environment), 4);
  EXPECT_EQ(server.authorization(), "Bearer sluice_api_file");
}

TEST_F(Login, tokens_that_others_can_read_are_not_used) {
  ASSERT_EQ(log_in("sluice_api_good"), 0);
  fs::permissions(kept, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(run({"list", "--server", server.url()}), 4);
  EXPECT_THAT(terminal.written_err, HasSubstr("chmod 600"));
}

TEST_F(Login, a_project_does_not_say_which_server_sees_a_token) {
  fs::create_directory(folder.path() / "shop");
  folder.write("shop/.sluice.yaml", "server: " + server.url() + "\n");
  auto release = folder.write("shop/release.yaml", "function: orders\n");
  EXPECT_EQ(run({"deploy", release.string()}, {{"SLUICE_TOKEN", "sluice_api_good"}}), 3);
  EXPECT_THAT(terminal.written_err, HasSubstr("\"server\" cannot be set by a project's file"));
  EXPECT_TRUE(server.asked().empty());
}

constexpr char orders_file[] = R"(function: orders
region: eu-west-1
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::111122223333:role/orders
package: ./src
alias: live
)";

TEST_F(Login, deploy_sends_the_packages_that_are_missing_then_the_plan) {
  fs::create_directory(folder.path() / "src");
  folder.write("src/index.js", "exports.handler = async () => 1;\n");
  std::string file = folder.write("release.yaml", orders_file).string();
  Variables const environment{{"SLUICE_SERVER", server.url()},
                              {"SLUICE_TOKEN", "sluice_api_good"},
                              {"AWS_ACCESS_KEY_ID", "mine"},
                              {"AWS_REGION", "us-east-1"}};
  EXPECT_EQ(run({"deploy", file, "--dry-run"}, environment), 0) << terminal.written_err;
  EXPECT_THAT(terminal.written_out, HasSubstr("would send the package of orders"));
  EXPECT_EQ(run({"deploy", file}, environment), 0) << terminal.written_err;
  EXPECT_THAT(terminal.written_err, HasSubstr("Sending the package of orders"));
  EXPECT_THAT(terminal.written_out, HasSubstr("d-7QK2M9XTA (orders) succeeded"));
  auto posted = server.run();
  EXPECT_EQ(posted["plan"]["name"].as_string(), "orders");
  EXPECT_TRUE(posted["aws"]["environment"].members().empty()) << posted["aws"].dump();
  EXPECT_EQ(run({"deploy", file, "--detach", "-o", "name"}, environment), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA\n");
  EXPECT_THAT(terminal.written_err, Not(HasSubstr("Sending")));
  std::size_t sent = 0;
  for (auto const& one : server.asked()) sent += one.starts_with("PUT ") ? 1 : 0;
  EXPECT_EQ(sent, 1u);
}

TEST_F(Login, what_only_this_machine_does_is_refused_with_a_server) {
  Variables const environment{{"SLUICE_TOKEN", "sluice_api_good"}, {"SLUICE_SERVER", server.url()}};
  for (Words const& words :
       {Words{"resume"}, Words{"get", "orders:live"}, Words{"rollback", "orders:live"},
        Words{"deploy", "f.yaml", "--region", "eu-west-1"}})
    EXPECT_EQ(run(words, environment), 64) << words.front();
  EXPECT_TRUE(server.asked().empty());
}

}  // namespace
}  // namespace sluice::cli
