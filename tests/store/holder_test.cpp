#include "store/holder.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "helpers.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class HolderTest : public testing::Test {
 protected:
  std::variant<Held, HeldBy> acquire(std::string command = "sluice serve") {
    return must(Holder::acquire({folder(), runtime_.path(), std::move(command)}, clock_));
  }
  std::filesystem::path folder() const { return parent_ / "store"; }

  TemporaryFolder parent_;
  TemporaryFolder runtime_;
  TestClock clock_;
};

/// A child that holds the store until it is killed.
class HoldingChild {
 public:
  HoldingChild(std::filesystem::path const& folder, std::filesystem::path const& runtime) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      TestClock clock;
      auto held = Holder::acquire({folder, runtime, "sluice deploy shop.yaml"}, clock);
      char answer = held && std::holds_alternative<Held>(*held) ? 'y' : 'n';
      if (::write(ends[1], &answer, 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    char answer = 0;
    EXPECT_EQ(::read(ends[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(ends[0]);
  }
  HoldingChild(HoldingChild const&) = delete;
  HoldingChild& operator=(HoldingChild const&) = delete;
  ~HoldingChild() { kill(); }
  pid_t pid() const { return pid_; }
  void kill() {
    if (std::exchange(alive_, false)) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

 private:
  pid_t pid_ = -1;
  bool alive_ = true;
};

TEST_F(HolderTest, TheFirstOneHoldsItAndSaysWhoItIs) {
  auto held = acquire();
  ASSERT_TRUE(std::holds_alternative<Held>(held));
  EXPECT_THAT(std::get<Held>(held).socket(), StartsWith(runtime_.path().native() + "/sluice-"));
  auto said = must(json::parse(read_file(folder() / "holder.json")));
  EXPECT_EQ(said["pid"].as_int(), ::getpid());
  EXPECT_EQ(said["command"].as_string(), "sluice serve");
  EXPECT_EQ(said["socket"].as_string(), std::get<Held>(held).socket());
}

TEST_F(HolderTest, AnotherProcessIsToldWhoHoldsIt) {
  HoldingChild child(folder(), runtime_.path());
  auto answer = acquire();
  ASSERT_TRUE(std::holds_alternative<HeldBy>(answer));
  auto const& holder = std::get<HeldBy>(answer);
  EXPECT_EQ(holder.pid, child.pid());
  EXPECT_EQ(holder.command, "sluice deploy shop.yaml");
  EXPECT_EQ(holder.since, clock_.now());
  EXPECT_EQ(holder.socket, socket_path(folder(), runtime_.path()));
  EXPECT_THAT(holder.text(), HasSubstr("process " + std::to_string(child.pid()) + " on "));
}

TEST_F(HolderTest, AKilledHolderLeavesItFree) {
  HoldingChild child(folder(), runtime_.path());
  child.kill();
  auto answer = acquire();
  ASSERT_TRUE(std::holds_alternative<Held>(answer));
  auto said = must(json::parse(read_file(folder() / "holder.json")));
  EXPECT_EQ(said["pid"].as_int(), ::getpid());
}

TEST_F(HolderTest, GivingItUpFreesItAndTakesTheInformationAway) {
  {
    auto held = acquire();
  }
  EXPECT_FALSE(std::filesystem::exists(folder() / "holder.json"));
  EXPECT_TRUE(std::filesystem::exists(folder() / "holder.lock"));
  EXPECT_TRUE(std::holds_alternative<Held>(acquire()));
}

TEST_F(HolderTest, AHolderWhoseInformationIsMissingOrStaleIsUnknownButHasASocket) {
  auto held = acquire();
  auto gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  auto said = must(json::parse(read_file(folder() / "holder.json")));
  said.set("pid", static_cast<std::int64_t>(gone));
  for (std::string content : {std::string(), std::string("{"), said.dump()}) {
    write_file(folder() / "holder.json", content);
    auto answer = acquire();
    ASSERT_TRUE(std::holds_alternative<HeldBy>(answer)) << "the lock decides, not the file";
    EXPECT_EQ(std::get<HeldBy>(answer).pid, 0);
    EXPECT_EQ(std::get<HeldBy>(answer).socket, socket_path(folder(), runtime_.path()));
  }
}

TEST(SocketPath, LiesInTheRuntimeDirectoryWhereThatIsPossible) {
  std::filesystem::path folder = "/nowhere/store";
  auto hash = hex(sha256("/nowhere/store")).substr(0, 16);
  EXPECT_EQ(socket_path(folder, "/run/user/7"), "/run/user/7/sluice-" + hash + ".sock");
  EXPECT_EQ(socket_path("/nowhere/x/../store/", "/run/user/7").size(),
            socket_path(folder, "/run/user/7").size());
  EXPECT_EQ(socket_path(folder, ""), "/nowhere/store/sluice.sock");
  EXPECT_EQ(socket_path(folder, "relative"), "/nowhere/store/sluice.sock");
  EXPECT_EQ(socket_path(folder, "/" + std::string(100, 'r')), "/nowhere/store/sluice.sock");
  EXPECT_EQ(socket_path("/" + std::string(100, 'f'), ""), "");
}

TEST(SocketPath, AtTheLimitAndOneAbove) {
  auto fits = "/" + std::string(107 - 1 - std::string("/sluice.sock").size(), 'f');
  EXPECT_EQ(socket_path(fits, "").size(), 107u);
  EXPECT_EQ(socket_path(fits + "f", ""), "");
}

}  // namespace
}  // namespace sluice::store
