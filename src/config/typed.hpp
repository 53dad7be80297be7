#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/diagnostic.hpp"
#include "config/document.hpp"

namespace sluice::config {

/// Whether `"10"` and `"true"` count where a number or a boolean is due. Formats that are filled
/// from templates and expressions quote everything; others get the corrected line instead.
enum class Quoted { refused, accepted };
enum class Letters { as_written, any_case };

struct IntegerRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  Quoted quoted = Quoted::refused;
};

struct NumberRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  Quoted quoted = Quoted::refused;
};

/// A bare number has no unit and is refused with the corrected line, unless `bare_unit` is set:
/// then it counts as that many units.
struct DurationRange {
  Duration min = Duration::zero();
  Duration max = Duration::max();
  Duration bare_unit = Duration::zero();
};

/// A name that AWS or Sluice restricts.
struct NameRule {
  std::size_t max_length = 64;
  std::string_view also = "-_";  ///< allowed besides ASCII letters and digits
};

// Each reads one value with a type. A value that does not fit is reported at its own place, with
// what was expected, what was found and a corrected line where one can be guessed; the answer is
// then none. `what` names the value in messages and is usually its key ("weight").

/// Any scalar: its text as typed.
std::optional<std::string> as_string(Node const& node, Diagnostics& diagnostics,
                                     std::string_view what);
std::optional<std::int64_t> as_integer(Node const& node, Diagnostics& diagnostics,
                                       std::string_view what, IntegerRange range = {});
std::optional<double> as_number(Node const& node, Diagnostics& diagnostics, std::string_view what,
                                NumberRange range = {});
std::optional<bool> as_boolean(Node const& node, Diagnostics& diagnostics, std::string_view what,
                               Quoted quoted = Quoted::refused);
/// "90s", "3m20s", "1h30m", "250ms".
std::optional<Duration> as_duration(Node const& node, Diagnostics& diagnostics,
                                    std::string_view what, DurationRange range = {});
/// The index of the word in `words`.
std::optional<std::size_t> as_choice(Node const& node, Diagnostics& diagnostics,
                                     std::string_view what, std::span<std::string const> words,
                                     Letters letters = Letters::as_written);
/// arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; of that service unless it is empty.
std::optional<std::string> as_arn(Node const& node, Diagnostics& diagnostics, std::string_view what,
                                  std::string_view service = {});
std::optional<std::string> as_name(Node const& node, Diagnostics& diagnostics,
                                   std::string_view what, NameRule rule = {});
bool is_mapping(Node const& node, Diagnostics& diagnostics, std::string_view what);
bool is_sequence(Node const& node, Diagnostics& diagnostics, std::string_view what);

/// The YAML 1.2 core schema on plain text; none where the text is not of that type. An integer with
/// a leading zero is none: people mean text by it, or octal, or decimal.
std::optional<bool> core_boolean(std::string_view text);
std::optional<std::int64_t> core_integer(std::string_view text);
std::optional<double> core_number(std::string_view text);
bool is_core_null(std::string_view text);

/// "a list", "the text \"10\"", "nothing": what a message says was found.
std::string description_of(Node const& node);
/// The line the span stands on with the span replaced, without indentation; empty where the span
/// is not on one line or the line is too long to show.
std::string corrected_line(Span const& span, std::string_view replacement);

/// An error at the value, which also names the alias that brought it there. Silent where the value
/// was reported already.
void report(Diagnostics& diagnostics, Node const& node, Code code, std::string message,
            std::string help = {}, std::string cause = {});

}  // namespace sluice::config
