#include "private_postgres.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>

namespace sluice::store {
namespace {

/// Debian keeps them apart by version; elsewhere they are on the path.
std::optional<std::filesystem::path> find_programs() {
  std::optional<std::filesystem::path> best;
  int best_version = 12;
  std::error_code none;
  for (auto const& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    auto name = entry.path().filename().native();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (version <= best_version || !exists(entry.path() / "bin" / "initdb")) continue;
    best_version = version;
    best = entry.path() / "bin";
  }
  if (best) return best;
  auto const* path = ::getenv("PATH");
  auto initdb = find_program("initdb", path != nullptr ? path : "");
  if (initdb) return initdb->parent_path();
  return std::nullopt;
}

/// The user that the server runs as where we are root.
struct passwd const* servers_user() {
  auto const* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

std::filesystem::path must_find(std::string_view program) {
  auto found = find_program(program, "/usr/bin:/bin");
  if (!found) throw std::runtime_error("there is no program " + std::string(program));
  return *found;
}

}  // namespace

PrivatePostgres* PrivatePostgres::shared(Commits commits) {
  static auto const programs = find_programs();
  if (!programs) return nullptr;
  static PrivatePostgres server(*programs, commits);
  return &server;
}

PrivatePostgres::PrivatePostgres(std::filesystem::path programs, Commits commits)
    : programs_(std::move(programs)), commits_(commits) {
  if (::geteuid() == 0) {
    auto const* user = servers_user();
    if (user == nullptr || ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("the folder of the PostgreSQL server has no user to belong to");
    }
  }
  auto made =
      must(run_process(command("initdb", {"-D", folder_ / "data", "-U", "sluice", "-A", "trust",
                                          "-E", "UTF8", "--locale=C", "--no-sync"})));
  if (!made.exit.success()) throw std::runtime_error("initdb: " + made.output + made.errors);
  start();
}

PrivatePostgres::~PrivatePostgres() { stop(); }

ProcessOptions PrivatePostgres::command(std::string const& program,
                                        std::vector<std::string> arguments) const {
  ProcessOptions options;
  options.environment = {{"LC_ALL", "C"}, {"PATH", "/usr/bin:/bin"}, {"TZ", "UTC"}};
  options.folder = folder_.path();
  // setpriv also ends the server with a test program that was killed.
  options.program = must_find("setpriv");
  options.arguments = {"--pdeathsig", "QUIT"};
  if (::geteuid() == 0) {
    auto const* user = servers_user();
    options.arguments.insert(options.arguments.end(),
                             {"--reuid", std::to_string(user->pw_uid), "--regid",
                              std::to_string(user->pw_gid), "--clear-groups"});
  }
  options.arguments.push_back("--");
  options.arguments.push_back(programs_ / program);
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  return options;
}

void PrivatePostgres::start() {
  // Nobody reads its log. A replica that is never there keeps a commit waiting wherever a test asks
  // for `synchronous_commit = on`; all others commit with `local`.
  server_ = must(Process::start(command(
      "postgres", {"-D", folder_ / "data", "-k", folder_.path(), "-c", "listen_addresses=", "-c",
                   commits_ == Commits::durable ? "fsync=on" : "fsync=off", "-c",
                   "log_min_messages=panic", "-c", "shared_buffers=16MB", "-c",
                   "synchronous_standby_names=nobody", "-c", "synchronous_commit=local"})));
  auto address = uri("postgres");
  constexpr int most_tries = 3'000;
  for (int tries = 0; PQping(address.c_str()) != PQPING_OK; ++tries) {
    pollfd ended{server_->exit_signal(), POLLIN, 0};
    if (::poll(&ended, 1, 20) != 0 || tries == most_tries) {
      throw std::runtime_error("the PostgreSQL server did not start");
    }
  }
}

void PrivatePostgres::stop() {
  if (!server_) return;
  ::kill(server_->id(), SIGINT);  // a fast shutdown; the postmaster ends the others
  server_->wait();
  server_.reset();
}

std::string PrivatePostgres::uri(std::string const& database) const {
  return "postgres://sluice@/" + database + "?host=" + folder_.path().native();
}

std::string PrivatePostgres::make_database() {
  auto name = "test_" + std::to_string(++databases_);
  Administrator(uri("postgres")).run("create database " + name);
  return uri(name);
}

Administrator::Administrator(std::string const& uri)
    : connection_(must(PgConnection::open(must(parse_postgres(uri)), std::chrono::seconds(60)))) {}

void Administrator::run(std::string const& sql) { must(connection_.script(sql)); }

std::string Administrator::ask(std::string const& sql) {
  std::string answer;
  must(connection_.query(sql, {}, [&](PgRow const& row) -> Result<void> {
    if (answer.empty()) answer = row.text(0);
    return {};
  }));
  return answer;
}

std::string Administrator::wait_for(std::string const& sql) {
  constexpr int most_tries = 3'000;
  for (int tries = 0; tries < most_tries; ++tries) {
    if (auto answer = ask(sql); !answer.empty()) return answer;
    run("select pg_sleep(0.01)");
  }
  throw std::runtime_error("it never came true: " + sql);
}

}  // namespace sluice::store
