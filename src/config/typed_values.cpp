#include <algorithm>

#include "base/strings.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "config/typed.hpp"

namespace sluice::config {
namespace {

std::string write(Node const& node, std::string const& replacement) {
  std::string line = corrected_line(node.span(), replacement);
  return "write `" + (line.empty() ? replacement : line) + "`";
}

std::string list_of(std::span<std::string const> words) {
  constexpr std::size_t most = 12;
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) {
    if (i) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return words.size() > most ? out + ", …" : out;
}

std::string duration_range_text(DurationRange const& range) {
  bool low = range.min > Duration::zero();
  bool high = range.max < Duration::max();
  if (low && high) return " from " + text_of(range.min) + " to " + text_of(range.max);
  if (low) return " of at least " + text_of(range.min);
  return high ? " of at most " + text_of(range.max) : std::string();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Empty where the ARN holds together, else what is wrong with it.
std::string fault_of_arn(std::string_view text, std::string_view service) {
  std::vector<std::string> parts = split(text, ':');
  if (parts[0] != "arn") return "it does not start with 'arn:'";
  if (parts.size() < 6) return "it has fewer than six parts between its colons";
  if (parts[1] != "aws" && !parts[1].starts_with("aws-"))
    return "its partition " + in_quotes(parts[1]) + " is not aws, aws-cn, aws-us-gov, …";
  if (parts[2].empty()) return "it names no service";
  if (!service.empty() && parts[2] != service)
    return "it belongs to " + in_quotes(parts[2]) + ", not to " + std::string(service);
  bool account = parts[4].empty() || parts[4] == "aws" ||
                 (parts[4].size() == 12 && std::ranges::all_of(parts[4], is_digit));
  if (!account) return "its account " + in_quotes(parts[4]) + " is not twelve digits";
  if (parts[5].empty()) return "it names no resource";
  bool blank = text.find_first_of(" \t\r\n") != std::string_view::npos;
  return blank ? "it holds a blank" : std::string();
}

}  // namespace

std::optional<Duration> as_duration(Node const& node, Diagnostics& diagnostics,
                                    std::string_view what, DurationRange range) {
  if (!node.is_scalar()) {
    report(diagnostics, node, codes::wrong_type,
           in_quotes(what) + " must be a duration, found " + description_of(node),
           "write a number with its unit: 30s, 5m, 1h30m");
    return std::nullopt;
  }
  auto value = parse_duration(node.text());
  // Ten years bound a duration elsewhere too; the product below cannot overflow.
  auto bare = core_number(node.text());
  bool bare_counts = range.bare_unit > Duration::zero() && bare && *bare >= 0 &&
                     *bare * static_cast<double>(range.bare_unit.count()) <= 3.2e11;
  if (!value && bare_counts)
    value =
        Duration(static_cast<std::int64_t>(*bare * static_cast<double>(range.bare_unit.count())));
  if (!value) {
    bool unit_missing = core_integer(node.text()).value_or(-1) >= 0;
    report(diagnostics, node, codes::bad_duration,
           in_quotes(what) + " must be a duration, found " + description_of(node),
           unit_missing ? "give it a unit: " + write(node, node.text() + "s")
                        : "write a number with its unit: 30s, 5m, 1h30m");
    return std::nullopt;
  }
  if (*value >= range.min && *value <= range.max) return *value;
  report(diagnostics, node, codes::out_of_range,
         in_quotes(what) + " must be a duration" + duration_range_text(range) + ", found " +
             in_quotes(node.text()));
  return std::nullopt;
}

std::optional<std::size_t> as_choice(Node const& node, Diagnostics& diagnostics,
                                     std::string_view what, std::span<std::string const> words,
                                     Letters letters) {
  if (!node.is_scalar()) {
    report(diagnostics, node, codes::wrong_type,
           in_quotes(what) + " must be " + list_of(words) + ", found " + description_of(node));
    return std::nullopt;
  }
  auto fits = [&](std::string const& word) {
    return letters == Letters::any_case ? equal_ignoring_case(word, node.text())
                                        : word == node.text();
  };
  auto found = std::ranges::find_if(words, fits);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  auto meant = nearest(node.text(), words);
  report(diagnostics, node, codes::unknown_value,
         in_quotes(what) + " must be " + list_of(words) + ", found " + in_quotes(node.text()),
         meant ? "did you mean " + in_quotes(*meant) + "? " + write(node, *meant) : std::string());
  return std::nullopt;
}

std::optional<std::string> as_arn(Node const& node, Diagnostics& diagnostics, std::string_view what,
                                  std::string_view service) {
  auto text = as_string(node, diagnostics, what);
  if (!text) return std::nullopt;
  std::string fault = fault_of_arn(*text, service);
  if (fault.empty()) return text;
  std::string of = service.empty() ? std::string("SERVICE") : std::string(service);
  std::string owner = service == "s3" ? ":" : service == "iam" ? ":ACCOUNT" : "REGION:ACCOUNT";
  report(diagnostics, node, codes::bad_arn,
         in_quotes(what) + " must be an ARN, found " + in_quotes(*text),
         "write arn:aws:" + of + ":" + owner + ":RESOURCE", std::move(fault));
  return std::nullopt;
}

std::optional<std::string> as_name(Node const& node, Diagnostics& diagnostics,
                                   std::string_view what, NameRule rule) {
  auto text = as_string(node, diagnostics, what);
  if (!text) return std::nullopt;
  auto allowed = [&](char c) { return is_letter(c) || is_digit(c) || rule.also.contains(c); };
  std::string fault;
  if (text->empty())
    fault = "it is empty";
  else if (text->size() > rule.max_length)
    fault = "it has " + std::to_string(text->size()) + " characters";
  else if (auto bad = std::ranges::find_if_not(*text, allowed); bad != text->end()) {
    auto at = static_cast<std::size_t>(bad - text->begin());
    std::string_view rest = std::string_view(*text).substr(at);
    std::size_t length = 1;
    while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0) == 0x80)
      ++length;
    fault = "it holds " + in_quotes(rest.substr(0, length));
  }
  if (fault.empty()) return text;
  std::string also = rule.also.empty() ? "" : " and " + in_quotes(rule.also);
  report(diagnostics, node, codes::bad_name,
         in_quotes(what) + " must be a name of 1 to " + std::to_string(rule.max_length) +
             " letters, digits" + also + ", found " + in_quotes(*text),
         {}, std::move(fault));
  return std::nullopt;
}

}  // namespace sluice::config
