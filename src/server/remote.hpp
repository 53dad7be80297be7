#pragma once

#include <string>

#include "server/api_client.hpp"
#include "server/runs.hpp"

namespace sluice::server {

/// Runs executed by another process, over its API. ErrorCode::unavailable where it cannot be
/// reached; errors that it answers come back as they were there.
class RemoteRuns final : public Runs {
 public:
  /// `client` must outlive it.
  RemoteRuns(net::Client& client, RemoteOptions options);

  /// Whether it answers, within `timeout`.
  bool answers(Duration timeout, std::stop_token stop = {});
  ApiClient& api() { return api_; }

  Result<engine::Started> start(NewRun run) override;
  Result<void> resume(std::string const& run, AwsSettings const& aws) override;
  Result<void> signal(std::string const& run, engine::Signal const& signal) override;
  Result<store::RunRow> get(std::string const& run) override;
  Result<std::vector<store::RunRow>> list(store::RunFilter const& filter) override;
  Result<plan::Plan> plan(std::string const& run) override;
  Result<std::vector<store::EventRow>> events(std::string const& run, std::int64_t after) override;
  /// Reads what is journalled page by page, then the live stream. A stream that is cut is taken up
  /// behind the last event, a few times or for RemoteOptions::patience without a sign of life; then
  /// ErrorCode::unavailable.
  Result<void> follow(std::string const& run, std::int64_t after,
                      std::function<bool(store::EventRow const&)> each,
                      std::stop_token stop) override;

 private:
  struct Page {
    std::vector<store::EventRow> events;
    bool more = false;
  };
  /// How one stream ended.
  enum class Ended { run_over, told_to, again, cut, silent };

  Result<void> post(std::string const& path, json::Value const& body);
  Result<Page> events_page(std::string const& run, std::int64_t after, std::stop_token stop);
  /// `after` moves on with every event that was passed on. An error that the other side answered
  /// is one; a stream that broke off is not, and `silent` where nothing at all came over it.
  Result<Ended> stream(std::string const& run, std::int64_t& after,
                       std::function<bool(store::EventRow const&)> const& each,
                       std::stop_token stop);

  net::Client& client_;
  ApiClient api_;
};

}  // namespace sluice::server
