#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/host.hpp"
#include "server/remote.hpp"

namespace sluice::server {

/// Settings that mean the same in another process's folder: what a run records of its world.
AwsSettings anywhere(AwsSettings settings);

struct AttachOptions {
  HostOptions host;
  /// How long a holder may take to answer before it is reported (design E10).
  Duration patience = std::chrono::seconds(5);
  /// Told, in a sentence for the user, when this process goes on with a run whose process went away
  /// before the run had ended. May be empty; called on the thread that follows the run.
  std::function<void(std::string const&)> tell;
};

/// Runs in whichever process holds the store: here where nobody has it, else in the other process,
/// over its socket. Where that one ends or dies this process takes the store, or joins whoever was
/// faster, and goes on with the runs that it started or resumed, with its own settings (design
/// E10).
///
/// ErrorCode::unavailable: somebody holds the store and does not answer; the message says who.
class Attached final : public Runs {
 public:
  static Result<std::unique_ptr<Attached>> open(AttachOptions options);
  /// Hands over where this process holds the store; `linger` before it where others may depend on
  /// it.
  ~Attached() override;

  Result<engine::Started> start(NewRun run) override;
  Result<void> resume(std::string const& run, AwsSettings const& aws) override;
  Result<void> signal(std::string const& run, engine::Signal const& signal) override;
  Result<store::RunRow> get(std::string const& run) override;
  Result<std::vector<store::RunRow>> list(store::RunFilter const& filter) override;
  Result<plan::Plan> plan(std::string const& run) override;
  Result<std::vector<store::EventRow>> events(std::string const& run, std::int64_t after) override;
  /// A run that this object started or resumed is taken over when its executor goes away; another
  /// one is waited for a while, then ErrorCode::unavailable.
  Result<void> follow(std::string const& run, std::int64_t after,
                      std::function<bool(store::EventRow const&)> each,
                      std::stop_token stop) override;

  /// The packages that plans of this store name. Local to this process, in the shared folder.
  store::Packages& packages() { return *packages_; }
  /// Where whoever holds the store serves its API now.
  std::string socket() const;
  /// Whether this process executes the runs now.
  bool hosting() const;
  /// Host::linger where this process is the host; else nothing.
  std::vector<std::string> linger(std::stop_token stop);
  /// For reads of AWS by this process itself: the host's factory where it is the host.
  ServicesFactory& services();

 private:
  struct Place {
    std::unique_ptr<Host> host;  ///< one of the two
    std::unique_ptr<RemoteRuns> remote;
    std::string socket;
    Runs& runs() const { return host ? host->runs() : *remote; }
  };

  explicit Attached(AttachOptions options);
  std::shared_ptr<Place> place() const;
  Result<std::shared_ptr<Place>> attach(Duration patience, std::stop_token stop);
  Result<std::shared_ptr<Place>> replace(std::shared_ptr<Place> const& gone, std::stop_token stop);
  Result<std::shared_ptr<Place>> answering();
  template <class Ask>
  auto read(Ask ask);
  void take_linked_run(std::string const& run, store::EventRow const& event);
  Result<void> go_on(std::string const& run, std::stop_token stop);

  AttachOptions options_;
  std::unique_ptr<store::Packages> packages_;
  std::unique_ptr<net::Client> client_;
  std::mutex attaching_;  ///< one attempt at a time; taken before `mutex_`
  mutable std::mutex mutex_;
  std::shared_ptr<Place> place_;              ///< under mutex_
  std::map<std::string, AwsSettings> mine_;   ///< under mutex_
  std::unique_ptr<ServicesFactory> factory_;  ///< under mutex_; for a process that is no host
};

}  // namespace sluice::server
