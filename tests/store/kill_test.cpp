#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helpers.hpp"

namespace sluice::store {
namespace {

/// Appends until it is killed; says each sequence number only once it was acknowledged.
[[noreturn]] void append_forever(std::filesystem::path const& folder, int report) {
  TestClock clock;
  auto store = open_sqlite(folder, clock);
  if (!store || !(*store)->create(new_run("d-1"))) ::_exit(2);
  for (std::int64_t seq = 2;; ++seq) {
    auto next = event(seq);
    next.body = json::Value{{"text", std::string(2000, 'x')}};
    if (!(*store)->append("d-1", 0, {next}, {})) ::_exit(3);
    if (::write(report, &seq, sizeof seq) != sizeof seq) ::_exit(4);
  }
}

TEST(Kill, EveryAcknowledgedEventOutlivesAKilledProcess) {
  TemporaryFolder folder;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(ends[0]);
    append_forever(folder.path(), ends[1]);
  }
  ::close(ends[1]);

  // The child is stopped in the middle of its work: somewhere behind its 200th event.
  std::int64_t acknowledged = 0;
  std::int64_t seq = 0;
  while (acknowledged < 200 && ::read(ends[0], &seq, sizeof seq) == sizeof seq) acknowledged = seq;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &seq, sizeof seq) == sizeof seq) acknowledged = seq;
  ::close(ends[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed with " << WEXITSTATUS(status);
  ASSERT_GE(acknowledged, 200);

  // Opening checks the whole file, for the stop was not a clean one.
  TestClock clock;
  auto store = must(open_sqlite(folder.path(), clock));
  auto events = must(store->events("d-1"));
  ASSERT_GE(static_cast<std::int64_t>(events.size()), acknowledged);
  for (std::size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].seq, static_cast<std::int64_t>(i) + 1);
  }
  auto last = must(store->run("d-1")).value().last_seq;
  EXPECT_EQ(last, static_cast<std::int64_t>(events.size()));
  must(store->append("d-1", 0, {event(last + 1)}, {}));
}

}  // namespace
}  // namespace sluice::store
