#include "local/runtime/runner.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "local/runtime/invocation.hpp"
#include "local/runtime/loops.hpp"
#include "local/runtime/runtime_limits.hpp"

namespace sluice::local {
namespace {

class ProcessRunner final : public Runner {
 public:
  ProcessRunner(RunnerOptions options, Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        code_(options_.folder),
        interpreters_(options_.search_path),
        pool_(options_.max_processes, runtime_limits::waiting) {}

  ~ProcessRunner() override {
    end_all();
    std::unique_lock lock(mutex_);
    nobody_inside_.wait(lock, [&] { return inside_ == 0; });
  }

  Result<void> prepare() {
    if (Result<void> folders = code_.prepare(); !folders) return folders;
    if (Result<void> loops = write_loops(options_.folder / "loops"); !loops) return loops;
    Result<std::unique_ptr<Hub>> hub =
        Hub::start({.settled = [this](Pool::Handle const& environment) { take_back(environment); },
                    .ended = [this](Pool::Handle const& environment) { pool_.forget(environment); },
                    .tick = [this] { end_idle(); }});
    if (!hub) return std::unexpected(hub.error());
    hub_ = std::move(*hub);
    return {};
  }

  Result<InvocationResult> invoke(CodeUnit const& unit, Invocation const& invocation) override {
    Visit visit(*this);
    end_idle();
    Workshop shop{options_, clock_, code_, interpreters_, pool_, *hub_};
    return InvocationRun(shop, unit, invocation).go();
  }

  void retire(std::string_view prefix) override {
    for (auto const& environment : pool_.retire(prefix)) environment->kill();
  }

  void close() override { end_all(); }

  std::size_t processes() const override { return pool_.size(); }

 private:
  /// Counts the callers, so that the end can wait for them.
  class Visit {
   public:
    explicit Visit(ProcessRunner& runner) : runner_(runner) {
      std::lock_guard lock(runner_.mutex_);
      ++runner_.inside_;
    }
    Visit(Visit const&) = delete;
    ~Visit() {
      std::lock_guard lock(runner_.mutex_);
      if (--runner_.inside_ == 0) runner_.nobody_inside_.notify_all();
    }

   private:
    ProcessRunner& runner_;
  };

  void end_all() {
    for (auto const& environment : pool_.close()) environment->kill();
  }

  void take_back(Pool::Handle const& environment) {
    if (!pool_.give_back(environment, clock_.monotonic())) environment->kill();
  }

  void end_idle() {
    for (auto const& environment : pool_.expire(clock_.monotonic() - options_.keep_warm))
      environment->kill();
  }

  RunnerOptions options_;
  Clock& clock_;
  UnpackedCode code_;
  Interpreters interpreters_;
  Pool pool_;
  std::mutex mutex_;
  std::condition_variable nobody_inside_;
  std::size_t inside_ = 0;
  std::unique_ptr<Hub> hub_;  // last: its thread calls into what is above
};

}  // namespace

Result<std::unique_ptr<Runner>> make_runner(RunnerOptions options, Clock& clock) {
  if (options.search_path.empty())
    if (char const* path = std::getenv("PATH")) options.search_path = path;
  std::error_code error;
  options.folder = std::filesystem::absolute(options.folder, error);
  if (error || options.max_processes == 0)
    return fail(ErrorCode::invalid_input, "a runner needs a folder and at least one process");
  auto runner = std::make_unique<ProcessRunner>(std::move(options), clock);
  if (Result<void> prepared = runner->prepare(); !prepared)
    return fail(prepared.error(), "prepare to run functions");
  return runner;
}

}  // namespace sluice::local
