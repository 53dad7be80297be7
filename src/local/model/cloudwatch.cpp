#include "local/model/cloudwatch.hpp"

#include <algorithm>

namespace sluice::local {
namespace {

std::int64_t minute_of(Time time) {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

Time start_of(std::int64_t minute) { return Time(std::chrono::minutes(minute)); }

double value_of(Aggregate const& data, Statistic const& statistic) {
  switch (statistic.kind) {
    case Statistic::Kind::sum: return data.sum();
    case Statistic::Kind::average: return data.sum() / data.count();
    case Statistic::Kind::minimum: return data.minimum();
    case Statistic::Kind::maximum: return data.maximum();
    case Statistic::Kind::sample_count: return data.count();
    case Statistic::Kind::percentile: return data.percentile(statistic.percent);
  }
  return 0;
}

}  // namespace

void CloudWatch::add(MetricKey const& key, Time timestamp, double value, double count, Time now) {
  Aggregate one;
  one.add(value, count);
  add_set(key, timestamp, one, now);
}

void CloudWatch::add_set(MetricKey const& key, Time timestamp, Aggregate const& set, Time now) {
  take_due(now);
  forget(now);
  if (timestamp + retention_ < now) return;
  if (lag_ <= Duration::zero()) {
    store(key, minute_of(timestamp), set);
    return;
  }
  if (waiting_.size() >= max_waiting) {
    store(waiting_.front().key, waiting_.front().minute, waiting_.front().data);
    waiting_.pop_front();
  }
  // The lag may have been changed meanwhile: keep the queue in the order of due times.
  auto const due = now + lag_;
  auto const at = std::upper_bound(waiting_.begin(), waiting_.end(), due,
                                   [](Time time, Waiting const& w) { return time < w.due; });
  waiting_.insert(at, Waiting{due, key, minute_of(timestamp), set});
}

void CloudWatch::store(MetricKey const& key, std::int64_t minute, Aggregate const& data) {
  auto at = metrics_.find(key);
  if (at == metrics_.end()) {
    if (metrics_.size() >= max_metrics) return;
    at = metrics_.emplace(key, Minutes{}).first;
  }
  at->second[minute].merge(data);
}

void CloudWatch::take_due(Time now) {
  while (!waiting_.empty() && waiting_.front().due <= now) {
    store(waiting_.front().key, waiting_.front().minute, waiting_.front().data);
    waiting_.pop_front();
  }
}

void CloudWatch::forget(Time now) {
  auto const oldest = minute_of(now - retention_);
  if (oldest <= forgotten_until_) return;  // Once a minute is enough.
  forgotten_until_ = oldest;
  for (auto at = metrics_.begin(); at != metrics_.end();) {
    auto& minutes = at->second;
    minutes.erase(minutes.begin(), minutes.lower_bound(oldest));
    at = minutes.empty() ? metrics_.erase(at) : std::next(at);
  }
}

Series CloudWatch::series(MetricKey const& key, Time start, Time end, std::chrono::seconds period,
                          Statistic const& statistic, Time now) {
  take_due(now);
  Series series;
  auto const at = metrics_.find(key);
  auto const length = std::chrono::duration_cast<std::chrono::minutes>(period).count();
  if (at == metrics_.end() || length <= 0) return series;
  auto const floor_to_period = [&](std::int64_t minute) { return minute - minute % length; };
  auto const first = floor_to_period(std::max<std::int64_t>(0, minute_of(start)));
  auto const& minutes = at->second;
  auto next = minutes.lower_bound(first);
  while (next != minutes.end() && start_of(next->first) < end) {
    auto const bucket = floor_to_period(next->first);
    if (start_of(bucket) >= end) break;
    Aggregate data;
    for (; next != minutes.end() && next->first < bucket + length; ++next) data.merge(next->second);
    bool const answers = statistic.kind != Statistic::Kind::percentile || data.has_values();
    if (!answers || data.count() <= 0) continue;
    series.timestamps.push_back(start_of(bucket));
    series.values.push_back(value_of(data, statistic));
  }
  return series;
}

std::vector<MetricKey> CloudWatch::metrics(std::string_view account, std::string_view region,
                                           std::string_view name_space, Time now) {
  take_due(now);
  std::vector<MetricKey> found;
  for (auto const& [key, minutes] : metrics_)
    if (key.account == account && key.region == region &&
        (name_space.empty() || key.name_space == name_space))
      found.push_back(key);
  return found;
}

json::Value CloudWatch::save() const {
  json::Value saved = json::array({});
  auto write = [&](MetricKey const& key, json::Value minutes, std::int64_t due) {
    json::Value item{{"account", key.account},
                     {"region", key.region},
                     {"namespace", key.name_space},
                     {"name", key.name},
                     {"dimensions", json::object_of(key.dimensions)},
                     {"minutes", std::move(minutes)}};
    if (due != 0) item.set("due", due);
    saved.push(std::move(item));
  };
  for (auto const& [key, minutes] : metrics_) {
    json::Value list = json::array({});
    for (auto const& [minute, data] : minutes) list.push(json::array({minute, data.save()}));
    write(key, std::move(list), 0);
  }
  for (auto const& waiting : waiting_)
    write(waiting.key, json::array({json::array({waiting.minute, waiting.data.save()})}),
          to_millis(waiting.due));
  return saved;
}

void CloudWatch::load(json::Value const& saved) {
  metrics_.clear();
  waiting_.clear();
  for (auto const& item : saved.items()) {
    MetricKey key{item["account"].as_string(),
                  item["region"].as_string(),
                  item["namespace"].as_string(),
                  item["name"].as_string(),
                  {}};
    for (auto const& [name, value] : item["dimensions"].members())
      key.dimensions.emplace(name, value.as_string());
    for (auto const& pair : item["minutes"].items()) {
      if (pair.items().size() != 2) continue;
      Aggregate data;
      data.load(pair.items()[1]);
      auto const minute = pair.items()[0].as_int();
      if (item.contains("due"))
        waiting_.push_back({from_millis(item["due"].as_int()), key, minute, std::move(data)});
      else
        store(key, minute, data);
    }
  }
}

}  // namespace sluice::local
