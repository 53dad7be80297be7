#include <algorithm>

#include "base/strings.hpp"
#include "net/fields.hpp"
#include "net/http.hpp"

namespace sluice::net {

std::string const& Headers::get(std::string_view name) const {
  static std::string const none;
  for (auto const& [field, value] : fields_)
    if (equal_ignoring_case(field, name)) return value;
  return none;
}

bool Headers::contains(std::string_view name) const {
  return std::ranges::any_of(
      fields_, [&](auto const& field) { return equal_ignoring_case(field.first, name); });
}

void Headers::set(std::string_view name, std::string value) {
  auto same = [&](auto const& field) { return equal_ignoring_case(field.first, name); };
  auto first = std::ranges::find_if(fields_, same);
  if (first == fields_.end()) return add(name, std::move(value));
  first->second = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

void Headers::add(std::string_view name, std::string value) {
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::erase(std::string_view name) {
  std::erase_if(fields_, [&](auto const& field) { return equal_ignoring_case(field.first, name); });
}

bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           marks.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

}  // namespace sluice::net
