#include <algorithm>

#include "base/strings.hpp"
#include "net/http.hpp"
#include "server/secrets.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t most_names = 1000;
constexpr std::size_t most_forms = 24;    // of one secret: its last few values
constexpr std::size_t shortest_form = 4;  // what is shorter stands in other text by chance
constexpr std::size_t shortest_line = 8;  // of a value with several
constexpr char mask[] = "***";

/// How texts show it: as it is, as a URL, JSON and a terminal write it, and line by line.
std::vector<std::string> forms_of(std::string_view value) {
  std::string const json = json::Value(std::string(value)).dump();
  std::vector<std::string> forms = {std::string(value), net::percent_encode(value),
                                    json.substr(1, json.size() - 2), printable(value)};
  auto lines = split(value, '\n');
  for (auto const& line : lines)
    if (lines.size() > 1 && trim(line).size() >= shortest_line) forms.emplace_back(trim(line));
  std::erase_if(forms, [](std::string const& form) { return form.size() < shortest_form; });
  return forms;
}

}  // namespace

void Secrets::remember(std::string const& name, Secret const& value) {
  std::lock_guard lock(mutex_);
  if (seen_.size() >= most_names && !seen_.contains(name)) seen_.erase(seen_.begin());
  auto& known = seen_[name];
  for (auto& form : forms_of(value.open())) {
    if (std::ranges::any_of(known, [&](Secret const& one) { return one.open() == form; })) continue;
    if (known.size() >= most_forms) known.erase(known.begin());
    known.emplace_back(std::move(form));
  }
  // A part of a longer form must not be taken out of it first.
  std::ranges::sort(known, std::greater<>(), [](Secret const& one) { return one.open().size(); });
}

std::string Secrets::hide(std::string text) const {
  std::lock_guard lock(mutex_);
  for (auto const& [name, forms] : seen_)
    for (auto const& form : forms)
      if (text.contains(form.open())) text = replace_all(text, form.open(), mask);
  return text;
}

}  // namespace sluice::server
