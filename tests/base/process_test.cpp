#include "base/process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace sluice {
namespace {

namespace fs = std::filesystem;

ProcessOptions shell(std::string script) {
  return {.program = "/bin/sh", .arguments = {"-c", std::move(script)}, .environment = {}};
}

std::size_t open_files() {
  auto all = fs::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool has_children() { return waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

TEST(Process, CollectsBothOutputsAndTheExitStatus) {
  auto result = run_process(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->output, "out\n");
  EXPECT_EQ(result->errors, "err\n");
  EXPECT_EQ(result->exit.code, 3);
  EXPECT_EQ(result->exit.text(), "exit status 3");
  EXPECT_FALSE(result->exit.success());
}

TEST(Process, MergedOutputKeepsItsOrder) {
  ProcessOptions options = shell("echo 1; echo 2 >&2; echo 3");
  options.merge_errors = true;
  auto result = run_process(options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "1\n2\n3\n");
  EXPECT_TRUE(result->errors.empty());
}

TEST(Process, SeesOnlyTheGivenEnvironmentAndFolder) {
  ProcessOptions options{.program = "/usr/bin/env"};
  options.environment = {{"NAME", "a b=c"}};
  auto result = run_process(options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "NAME=a b=c\n");
  ProcessOptions here = shell("pwd");
  here.folder = "/usr";
  EXPECT_EQ(run_process(here)->output, "/usr\n");
}

TEST(Process, GetsNoFileButTheThreeStandardOnes) {
  FileHandle leaked(dup(0));  // without O_CLOEXEC
  std::string number = std::to_string(leaked.get());
  auto result = run_process(shell("test -e /proc/$$/fd/" + number + " && echo leaked; echo done"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "done\n");
}

TEST(Process, NamesTheSignalThatEndedIt) {
  EXPECT_EQ(run_process(shell("kill -9 $$"))->exit.text(), "signal: killed");
  EXPECT_EQ(run_process(shell("kill -11 $$"))->exit.text(), "signal: segmentation fault");
}

TEST(Process, OutputBeyondTheLimitIsReadAway) {
  ProcessLimits limits{.output_bytes = 10};
  auto exact = run_process(shell("printf 0123456789"), limits);
  EXPECT_EQ(exact->output, "0123456789");
  EXPECT_FALSE(exact->output_cut);
  auto over = run_process(shell("head -c 300000 /dev/zero; echo done >&2"), limits);
  EXPECT_EQ(over->output.size(), 10u);
  EXPECT_TRUE(over->output_cut);
  EXPECT_EQ(over->errors, "done\n");
}

TEST(Process, TimeOutEndsTheWholeGroup) {
  std::size_t before = open_files();
  auto result = run_process(shell("sleep 1000 & echo $!; wait"),
                            {.timeout = Duration(300), .grace = Duration(100)});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->timed_out);
  EXPECT_FALSE(result->stopped);
  EXPECT_EQ(result->exit.signal, SIGTERM);
  EXPECT_EQ(open_files(), before);
}

TEST(Process, OneThatIgnoresTermIsKilled) {
  auto result = run_process(shell("trap '' TERM; while :; do sleep 1000; done"),
                            {.timeout = Duration(200), .grace = Duration(100)});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->exit.signal, SIGKILL);
}

TEST(Process, AGrandchildThatKeepsThePipeDoesNotHoldUpTheEnd) {
  auto result = run_process(shell("sleep 1000 & echo first"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "first\n");
  EXPECT_TRUE(result->exit.success());
}

TEST(Process, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  auto result = run_process(shell("sleep 1000"), {}, stop.get_token());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->stopped);
  EXPECT_FALSE(result->timed_out);
}

TEST(Process, SaysWhyItCannotStart) {
  auto missing = run_process({.program = "/nowhere/program"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_EQ(missing.error().message, "cannot start /nowhere/program: no such file or directory");
  auto not_executable = run_process({.program = "/etc/passwd"});
  ASSERT_FALSE(not_executable);
  EXPECT_EQ(not_executable.error().code, ErrorCode::denied);
}

TEST(Process, DestroyingOneEndsItAndLeavesNothing) {
  std::size_t before = open_files();
  {
    auto process = Process::start(shell("sleep 1000"));
    ASSERT_TRUE(process);
    EXPECT_GT(process->peak_memory(), 0u);
    Process moved = std::move(*process);
    EXPECT_FALSE(moved.reap());
  }
  EXPECT_EQ(open_files(), before);
  EXPECT_FALSE(has_children());
}

TEST(Process, FindsAProgramAlongThePath) {
  EXPECT_EQ(find_program("sh", "/nowhere:/bin"), fs::path("/bin/sh"));
  EXPECT_EQ(find_program("sh", "/nowhere"), std::nullopt);
  EXPECT_EQ(find_program("sh", "bin:"), std::nullopt);
}

}  // namespace
}  // namespace sluice
