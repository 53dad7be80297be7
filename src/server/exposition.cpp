#include "server/exposition.hpp"

#include <array>
#include <charconv>

#include "base/strings.hpp"

namespace sluice::server {
namespace {

constexpr std::array bounds = {0.001, 0.005, 0.01,  0.05,  0.1,    0.5,      1.0,     5.0,
                               15.0,  60.0,  300.0, 900.0, 3600.0, 14'400.0, 86'400.0};

std::string number(double value) {
  std::array<char, 32> text{};
  auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::string escaped(std::string_view value) {
  return replace_all(replace_all(replace_all(value, "\\", "\\\\"), "\"", "\\\""), "\n", "\\n");
}

void head(std::string& out, FamilyInfo const& info, char const* type) {
  out += "# HELP " + info.name + ' ' + info.help + "\n# TYPE " + info.name + ' ' + type + '\n';
}

void sample(std::string& out, std::string const& name, std::vector<std::string> const& labels,
            LabelValues const& values, double value) {
  out += name;
  for (std::size_t i = 0; i < labels.size(); ++i)
    out += (i ? "," : "{") + labels[i] + "=\"" + escaped(values[i]) + '"';
  if (!labels.empty()) out += '}';
  out += ' ' + number(value) + '\n';
}

/// The series of these values; that of "other" where there are too many.
template <class Series>
Series& series_of(std::map<LabelValues, Series>& all, LabelValues values) {
  bool full = all.size() >= most_series && !all.contains(values);
  if (full) values.assign(values.size(), "other");
  return all[std::move(values)];
}

}  // namespace

void Counter::add(LabelValues values, double amount) {
  std::lock_guard lock(mutex_);
  series_of(series_, std::move(values)) += amount;
}

void Counter::write(std::string& out) const {
  head(out, info_, "counter");
  std::lock_guard lock(mutex_);
  if (series_.empty() && info_.labels.empty()) sample(out, info_.name, {}, {}, 0);
  for (auto const& [values, value] : series_) sample(out, info_.name, info_.labels, values, value);
}

void Histogram::observe(LabelValues values, double seconds) {
  std::lock_guard lock(mutex_);
  Series& series = series_of(series_, std::move(values));
  series.below.resize(bounds.size());
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (seconds <= bounds[i]) ++series.below[i];
  ++series.count;
  series.sum += seconds;
}

void Histogram::write(std::string& out) const {
  head(out, info_, "histogram");
  auto labels = info_.labels;
  labels.emplace_back("le");
  std::lock_guard lock(mutex_);
  for (auto const& [values, series] : series_) {
    auto bucket = values;
    bucket.emplace_back();
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      bucket.back() = number(bounds[i]);
      sample(out, info_.name + "_bucket", labels, bucket, static_cast<double>(series.below[i]));
    }
    bucket.back() = "+Inf";
    sample(out, info_.name + "_bucket", labels, bucket, static_cast<double>(series.count));
    sample(out, info_.name + "_sum", info_.labels, values, series.sum);
    sample(out, info_.name + "_count", info_.labels, values, static_cast<double>(series.count));
  }
}

void write_gauge(std::string& out, FamilyInfo const& info, LabelValues const& values,
                 double value) {
  head(out, info, "gauge");
  sample(out, info.name, info.labels, values, value);
}

}  // namespace sluice::server
