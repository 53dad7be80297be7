#include "server/query.hpp"

#include <charconv>
#include <map>

#include "base/strings.hpp"
#include "net/http.hpp"
#include "server/cursor.hpp"
#include "server/unknown_name.hpp"

namespace sluice::server {
namespace {

constexpr std::int64_t longest_wait = 30;  // seconds; idle connections end after 60

using Parameters = std::map<std::string, std::string>;

Result<Parameters> parameters_of(std::string const& query, std::vector<std::string> const& known) {
  auto pairs = net::parse_query(query, true);
  if (!pairs) return std::unexpected(pairs.error());
  Parameters found;
  for (auto& [name, value] : *pairs) {
    if (std::ranges::find(known, name) == known.end())
      return std::unexpected(unknown_name("parameter", name, known));
    if (!found.emplace(name, std::move(value)).second)
      return fail(ErrorCode::invalid_input, "the parameter '" + name + "' is given twice");
  }
  return found;
}

std::optional<std::string> text_of(Parameters const& parameters, char const* name) {
  auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  return found->second;
}

struct Range {
  std::int64_t least, most, otherwise;
};

Result<std::int64_t> number_of(Parameters const& parameters, char const* name, Range range) {
  auto text = text_of(parameters, name);
  if (!text) return range.otherwise;
  std::int64_t number = 0;
  auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), number);
  bool whole = wrong == std::errc() && end == text->data() + text->size() && !text->empty();
  if (whole && number >= range.least && number <= range.most) return number;
  return fail(ErrorCode::invalid_input,
              "'" + std::string(name) + "' must be a number from " + std::to_string(range.least) +
                  " to " + std::to_string(range.most) + ", not '" + printable(*text) + "'");
}

std::string runs_list(store::RunFilter const& filter) {
  net::Pairs pairs = {{"state", filter.state.value_or("")},
                      {"name", filter.name.value_or("")},
                      {"function", filter.function.value_or("")}};
  return "runs?" + net::format_query(pairs);
}

std::string events_list(std::string const& run) { return "events of " + run; }

std::unexpected<Error> exclude(std::string_view one) {
  return fail(ErrorCode::invalid_input,
              "'cursor' and '" + std::string(one) + "' exclude each other",
              "A cursor says where the page begins.");
}

}  // namespace

Result<store::RunFilter> run_filter(std::string const& query) {
  auto given = parameters_of(query, {"state", "name", "function", "before", "cursor", "limit"});
  if (!given) return std::unexpected(given.error());
  store::RunFilter filter;
  filter.state = text_of(*given, "state");
  filter.name = text_of(*given, "name");
  filter.function = text_of(*given, "function");
  filter.before = text_of(*given, "before");
  auto limit = number_of(*given, "limit", {1, most_listed, 50});
  if (!limit) return std::unexpected(limit.error());
  filter.limit = static_cast<std::size_t>(*limit);
  auto cursor = text_of(*given, "cursor");
  if (!cursor) return filter;
  if (filter.before) return exclude("before");
  auto place = place_of(runs_list(filter), *cursor);
  if (!place) return std::unexpected(place.error());
  filter.before = std::move(*place);
  return filter;
}

std::string next_runs(store::RunFilter const& filter, std::string const& last) {
  return cursor_to(runs_list(filter), last);
}

Result<EventsQuery> events_query(std::string const& run, std::string const& query) {
  auto given = parameters_of(query, {"after", "cursor", "limit", "wait"});
  if (!given) return std::unexpected(given.error());
  Parameters where = *given;
  if (auto cursor = text_of(*given, "cursor")) {
    if (given->contains("after")) return exclude("after");
    auto place = place_of(events_list(run), *cursor);
    if (!place) return std::unexpected(place.error());
    where["after"] = *place;
  }
  auto after = number_of(where, "after", {0, std::numeric_limits<std::int64_t>::max(), 0});
  if (!after) return std::unexpected(after.error());
  auto limit = number_of(*given, "limit", {1, most_listed, most_listed});
  if (!limit) return std::unexpected(limit.error());
  auto wait = number_of(*given, "wait", {0, longest_wait, 0});
  if (!wait) return std::unexpected(wait.error());
  return EventsQuery{*after, static_cast<std::size_t>(*limit), std::chrono::seconds(*wait)};
}

std::string next_events(std::string const& run, std::int64_t last) {
  return cursor_to(events_list(run), std::to_string(last));
}

}  // namespace sluice::server
