#include "local/model/paging.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace sluice::local {
namespace {

constexpr std::int64_t max_items = 10'000;

std::unexpected<Fault> bad_max_items(std::string const& shown, std::string_view constraint) {
  Fault fault{400, "ValidationException",
              "1 validation error detected: Value '" + shown +
                  "' at 'maxItems' failed to satisfy constraint: Member must have value " +
                  std::string(constraint)};
  fault.type.clear();
  return std::unexpected(std::move(fault));
}

}  // namespace

Outcome<Page> Page::of(json::Value const& request, std::size_t most) {
  Page page;
  page.size_ = most;
  auto const& asked = request["MaxItems"];
  if (!asked.is_null()) {
    auto shown = asked.is_string() ? asked.as_string() : asked.dump();
    if (asked.as_int() < 1) return bad_max_items(shown, "greater than or equal to 1");
    if (asked.as_int() > max_items)
      return bad_max_items(shown, "less than or equal to " + std::to_string(max_items));
    page.size_ = std::min(most, static_cast<std::size_t>(asked.as_int()));
  }
  auto const& marker = request["Marker"].as_string();
  if (marker.empty()) return page;
  auto after = decode_base64(marker);
  if (!after || after->empty())
    return refuse(400, "InvalidParameterValueException", "The Marker is not valid.");
  page.after_ = std::move(*after);
  return page;
}

bool Page::offer(std::string_view key, std::function<json::Value()> const& make) {
  if (!after_.empty() && key <= after_) return true;
  if (items_.size() == size_) {
    more_ = true;
    return false;
  }
  items_.push_back(make());
  last_ = key;
  return true;
}

json::Value Page::answer(std::string_view member) && {
  json::Value answer;
  answer.set(member, json::Value(std::move(items_)));
  if (more_) answer.set("NextMarker", base64(last_));
  return answer;
}

std::string sortable(std::int64_t number) {
  auto digits = std::to_string(number);
  return std::string(20 - std::min<std::size_t>(20, digits.size()), '0') + digits;
}

}  // namespace sluice::local
