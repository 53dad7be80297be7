#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "config/codes.hpp"
#include "config/source.hpp"

namespace sluice::config {

enum class Severity { error, warning, note };
std::string_view name_of(Severity severity);

/// Another place that belongs to a problem: "first given here", "used through this alias".
struct Related {
  Span span;
  std::string message;
};

/// What may stand below a message. Sentences or short clauses, without a final full stop.
struct Advice {
  std::string cause;  ///< why it is a problem
  std::string help;   ///< what to do now; the corrected line where one can be guessed
  std::vector<Related> related = {};
};

/// One problem in what a person wrote.
struct Diagnostic {
  Code code;
  Severity severity = Severity::error;
  std::string message;
  Span span;
  Advice advice = {};
};

/// Collects the problems of one command, so that all are reported together. Not thread-safe.
///
/// Holds `limits::diagnostics` and counts the rest; an error displaces a kept warning, so warnings
/// never hide errors, and cuts each text behind limits::diagnostic_bytes. The same problem at the
/// same place (an anchor used twice) is kept once.
class Diagnostics {
 public:
  enum class Warnings { stay, become_errors };  ///< the second for --strict

  explicit Diagnostics(Warnings warnings = Warnings::stay) : warnings_(warnings) {}

  void add(Diagnostic diagnostic);
  void error(Code code, Span span, std::string message, Advice advice = {});
  void warning(Code code, Span span, std::string message, Advice advice = {});
  void note(Code code, Span span, std::string message, Advice advice = {});
  /// Takes over everything another collector holds.
  void add_all(Diagnostics const& other);

  /// True as soon as one error came in, also one that was only counted.
  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  std::size_t warning_count() const { return all_warnings_; }
  /// How many came in beyond the limit.
  std::size_t omitted() const { return omitted_; }
  bool empty() const { return kept_.empty(); }

  /// In the order they came in.
  std::vector<Diagnostic> const& list() const { return kept_; }
  /// By source in order of appearance, then by place: the order of every rendering.
  std::vector<Diagnostic> sorted() const;

 private:
  bool make_room(Severity severity);

  Warnings warnings_;
  std::vector<Diagnostic> kept_;
  std::size_t errors_ = 0;
  std::size_t all_warnings_ = 0;
  std::size_t omitted_ = 0;
};

}  // namespace sluice::config
