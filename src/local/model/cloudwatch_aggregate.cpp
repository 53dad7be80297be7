#include <algorithm>
#include <charconv>
#include <cmath>

#include "local/model/cloudwatch.hpp"

namespace sluice::local {
namespace {

double rounded(double value, int digits) {
  if (digits == 0 || value == 0 || !std::isfinite(value)) return value;
  double const magnitude = std::floor(std::log10(std::abs(value))) + 1;
  double const scale = std::pow(10.0, digits - magnitude);
  if (!std::isfinite(scale) || scale == 0) return value;
  return std::round(value * scale) / scale;
}

}  // namespace

void Aggregate::add_set(double count, double sum, double minimum, double maximum) {
  if (count <= 0) return;
  minimum_ = count_ == 0 ? minimum : std::min(minimum_, minimum);
  maximum_ = count_ == 0 ? maximum : std::max(maximum_, maximum);
  count_ += count;
  sum_ += sum;
}

void Aggregate::add(double value, double count) {
  if (count <= 0) return;
  add_set(count, value * count, value, value);
  values_[rounded(value, digits_)] += count;
  if (values_.size() > max_values) coarsen();
}

void Aggregate::merge(Aggregate const& other) {
  add_set(other.count_, other.sum_, other.minimum_, other.maximum_);
  for (auto const& [value, count] : other.values_) values_[rounded(value, digits_)] += count;
  if (values_.size() > max_values) coarsen();
}

void Aggregate::coarsen() {
  // Three digits keep a percentile within 0.5 % and leave at most 900 values per power of ten.
  while (values_.size() > max_values && digits_ != 1) {
    digits_ = digits_ == 0 ? 3 : digits_ - 1;
    std::map<double, double> fewer;
    for (auto const& [value, count] : values_) fewer[rounded(value, digits_)] += count;
    values_ = std::move(fewer);
  }
}

double Aggregate::percentile(double percent) const {
  double total = 0;
  for (auto const& [value, count] : values_) total += count;
  double const rank = total * percent / 100.0;
  double seen = 0;
  for (auto const& [value, count] : values_) {
    seen += count;
    // A tiny slack keeps 0.95 * 20 from becoming the twentieth value.
    if (seen + 1e-9 >= rank) return std::clamp(value, minimum_, maximum_);
  }
  return maximum_;
}

json::Value Aggregate::save() const {
  json::Value values = json::array({});
  for (auto const& [value, count] : values_) values.push(json::array({value, count}));
  return json::array({count_, sum_, minimum_, maximum_, digits_, std::move(values)});
}

void Aggregate::load(json::Value const& saved) {
  auto const& items = saved.items();
  if (items.size() != 6) return;
  count_ = items[0].as_double();
  sum_ = items[1].as_double();
  minimum_ = items[2].as_double();
  maximum_ = items[3].as_double();
  digits_ = static_cast<int>(items[4].as_int());
  for (auto const& pair : items[5].items())
    if (pair.items().size() == 2)
      values_[pair.items()[0].as_double()] += pair.items()[1].as_double();
}

Outcome<Statistic> parse_statistic(std::string_view text) {
  using Kind = Statistic::Kind;
  static constexpr std::pair<std::string_view, Kind> names[] = {
      {"Sum", Kind::sum},
      {"Average", Kind::average},
      {"Minimum", Kind::minimum},
      {"Maximum", Kind::maximum},
      {"SampleCount", Kind::sample_count}};
  for (auto const& [name, kind] : names)
    if (text == name) return Statistic{kind, 0};
  if (text.size() > 1 && text.front() == 'p') {
    double percent = 0;
    auto const* end = text.data() + text.size();
    auto const read = std::from_chars(text.data() + 1, end, percent, std::chars_format::fixed);
    if (read.ec == std::errc() && read.ptr == end && percent >= 0 && percent <= 100)
      return Statistic{Kind::percentile, percent};
  }
  return refuse(400, "ValidationError",
                "The local endpoint knows the statistics Sum, Average, Minimum, Maximum, "
                "SampleCount and percentiles such as p99 or p99.9, not '" +
                    std::string(text) + "'.");
}

}  // namespace sluice::local
