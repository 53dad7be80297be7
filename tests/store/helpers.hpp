#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "store/store.hpp"
#include "temporary_folder.hpp"

namespace sluice::store {

/// Moves only when a test says so.
class TestClock final : public Clock {
 public:
  Time now() override { return now_; }
  Duration monotonic() override { return now_.time_since_epoch(); }
  void sleep(Duration time, std::stop_token) override { now_ += time; }

 private:
  Time now_ = from_millis(1'700'000'000'000);
};

inline std::string read_file(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

inline void write_file(std::filesystem::path const& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << content;
  EXPECT_TRUE(out.flush()) << path;
}

template <class T>
ErrorCode code_of(Result<T> const& result) {
  if (result) throw std::runtime_error("it succeeded");
  return result.error().code;
}

inline EventRow event(std::int64_t seq, std::string type = "noted") {
  EventRow row;
  row.seq = seq;
  row.at = from_millis(1'700'000'000'000 + seq);
  row.type = std::move(type);
  row.body = json::Value{{"n", seq}};
  return row;
}

inline json::Value summary_of(std::string_view function) {
  return json::Value{{"releases", json::array({json::Value{{"function", function}}})}};
}

/// A run that nobody owns, at epoch 0, with one event.
inline NewRun new_run(std::string id, std::vector<std::string> locks = {}) {
  NewRun run;
  run.row.id = std::move(id);
  run.row.name = "shop";
  run.row.plan_digest = "digest-1";
  run.row.dialect = "native";
  run.row.state = "running";
  run.row.requester = "ann";
  run.row.world = json::Value{{"account", "000000000000"}};
  run.row.summary = summary_of("cart");
  run.row.created = from_millis(1'700'000'000'000);
  run.plan = json::Value{{"name", "shop"}};
  run.locks = std::move(locks);
  run.events = {event(1, "created")};
  return run;
}

}  // namespace sluice::store
