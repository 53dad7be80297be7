#include "cli/local_tally.hpp"

#include <fmt/core.h>

#include <cmath>

#include "base/strings.hpp"

namespace sluice::cli {
namespace {

/// More can only end between two looks where nobody looks any longer.
constexpr std::size_t max_waiting = 100'000;
constexpr std::size_t max_message = 200;

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// 10 and 12.5, without digits that say nothing.
std::string short_number(double value) {
  auto const rounded = std::round(value * 10) / 10;
  return rounded == std::floor(rounded) ? fmt::format("{:.0f}", rounded)
                                        : fmt::format("{:.1f}", rounded);
}

json::Value json_of(Tally::Counts const& counts, std::int64_t whole) {
  json::Value messages = json::array({});
  for (auto const& [message, count] : counts.messages)
    messages.push({{"message", message}, {"count", count}});
  return {{"requests", counts.requests},
          {"errors", counts.errors},
          {"share", percent(counts.requests, whole)},
          {"messages", messages}};
}

json::Value json_of(Tally::Stretch const& stretch) {
  json::Value asked{json::Object{}}, versions{json::Object{}};
  for (auto const& [version, share] : stretch.asked) asked.set(version, share);
  for (auto const& [version, counts] : stretch.versions)
    versions.set(version, json_of(counts, stretch.requests()));
  return {{"asked", asked}, {"requests", stretch.requests()}, {"versions", versions}};
}

}  // namespace

std::int64_t Tally::Stretch::requests() const {
  std::int64_t sum = 0;
  for (auto const& [version, counts] : versions) sum += counts.requests;
  return sum;
}

void Tally::count(Counts& counts, std::string const& error) {
  ++counts.requests;
  if (error.empty()) return;
  ++counts.errors;
  bool const known = counts.messages.contains(error);
  ++counts.messages[known || counts.messages.size() < max_messages ? error : "(other messages)"];
}

void Tally::add(Answered answered) {
  ++requests_;
  if (answered.version.empty()) return count(refused_, answered.error);
  count(versions_[answered.version], answered.error);
  if (waiting_.size() < max_waiting) waiting_.push_back(std::move(answered));
}

void Tally::look(Duration began, Duration ended, Shares const& asked) {
  bool const same = !stretches_.empty() && stretches_.back().asked == asked;
  if (same) {
    auto& stretch = stretches_.back();
    stretch.until = began;
    std::erase_if(waiting_, [&](Answered const& one) {
      if (one.ended > began) return false;
      if (one.started >= stretch.since) count(stretch.versions[one.version], one.error);
      return true;
    });
    return;
  }
  // What ended since the last look may have run under the old weights or the new ones.
  waiting_.clear();
  if (stretches_.size() >= max_stretches) stretches_.erase(stretches_.begin());
  stretches_.push_back({.asked = asked, .since = ended, .until = ended, .versions = {}});
}

std::int64_t Tally::errors() const {
  std::int64_t sum = 0;
  for (auto const& [version, counts] : versions_) sum += counts.errors;
  return sum;
}

std::vector<Tally::Stretch> Tally::stretches() const {
  std::vector<Stretch> out;
  for (auto const& stretch : stretches_)
    if (stretch.requests() > 0) out.push_back(stretch);
  return out;
}

json::Value Tally::to_json() const {
  json::Value versions{json::Object{}}, steps = json::array({});
  auto const answered = requests_ - refused_.requests;
  for (auto const& [version, counts] : versions_) versions.set(version, json_of(counts, answered));
  for (auto const& stretch : stretches()) steps.push(json_of(stretch));
  return {{"requests", requests_},
          {"errors", errors()},
          {"refused", json_of(refused_, requests_)},
          {"versions", versions},
          {"steps", steps}};
}

std::string Tally::text(Style const& style) const {
  std::string out = "  version     share  requests  errors\n";
  auto const answered = requests_ - refused_.requests;
  auto messages = [&](Counts const& counts) {
    for (auto const& [message, count] : counts.messages)
      out += style.red("    " + std::to_string(count) + " times " + printable(message)) + "\n";
  };
  for (auto const& [version, counts] : versions_) {
    out += fmt::format("  {:<9}{:>6.1f} %{:>10}{:>8}\n", version,
                       percent(counts.requests, answered), counts.requests, counts.errors);
    messages(counts);
  }
  if (refused_.requests > 0) out += fmt::format("  not run{:>21}\n", refused_.requests);
  messages(refused_);
  return out;
}

std::string Tally::live() const {
  if (stretches_.empty() || stretches_.back().requests() == 0)
    return std::to_string(requests_) + " requests";
  return std::to_string(requests_) + " requests, now " + stretch_line(stretches_.back());
}

std::string stretch_line(Tally::Stretch const& stretch) {
  std::string asked, measured;
  for (auto const& [version, share] : stretch.asked)
    asked += " v" + version + " " + short_number(share) + " %";
  for (auto const& [version, counts] : stretch.versions) {
    measured += " v" + version + " " +
                fmt::format("{:.1f} %", percent(counts.requests, stretch.requests()));
    if (counts.errors > 0)
      measured +=
          " (" + std::to_string(counts.errors) + (counts.errors == 1 ? " error)" : " errors)");
  }
  return (asked.empty() ? "" : "asked" + asked + ", ") + "measured" + measured + " of " +
         std::to_string(stretch.requests());
}

std::string error_text(std::string const& payload, std::string const& function_error) {
  auto const document = json::parse(payload);
  std::string type, message;
  if (document) {
    type = (*document)["errorType"].as_string();
    message = (*document)["errorMessage"].as_string();
  }
  std::string text = type.empty() || message.empty() ? type + message : type + ": " + message;
  if (text.empty()) text = function_error;
  if (text.size() > max_message) {
    text.resize(max_message);
    while (!text.empty() && !is_valid_utf8(text)) text.pop_back();
  }
  return text;
}

Duration due_after(std::uint64_t index, double rate, Duration ramp) {
  auto const number = static_cast<double>(index);
  auto const ramp_seconds = static_cast<double>(ramp.count()) / 1000;
  auto const in_ramp = rate * ramp_seconds / 2;
  double const seconds = number < in_ramp ? std::sqrt(2 * ramp_seconds * number / rate)
                                          : ramp_seconds + (number - in_ramp) / rate;
  return Duration(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace sluice::cli
