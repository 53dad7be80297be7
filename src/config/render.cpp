#include "config/render.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "config/display.hpp"

namespace sluice::config {
namespace {

struct Palette {
  std::string_view grave, light, dim, off;
};

Palette palette(Severity severity, Colour colour) {
  if (colour == Colour::off) return {};
  std::string_view grave = severity == Severity::error     ? "\x1b[1;31m"
                           : severity == Severity::warning ? "\x1b[1;33m"
                                                           : "\x1b[1;36m";
  return {grave, "\x1b[1m", "\x1b[2m", "\x1b[0m"};
}

/// Text of a message: without control characters, later lines indented below the first.
std::string inline_text(std::string_view text, std::size_t indent) {
  return replace_all(printable(text), "\n", "\n" + std::string(indent, ' '));
}

class Block {
 public:
  Block(Diagnostic const& diagnostic, Colour colour)
      : diagnostic_(diagnostic), paint_(palette(diagnostic.severity, colour)) {
    gutter_ = diagnostic.span.source ? std::to_string(diagnostic.span.line).size() : 0;
  }

  std::string text(std::vector<Span> const& also) {
    head();
    source_line();
    for (auto const& related : diagnostic_.advice.related) {
      std::string place = related.span.place();
      property("note", related.message + (place.empty() ? "" : ": " + place));
    }
    if (!also.empty()) {
      std::vector<std::string> places;
      for (auto const& span : also) places.push_back(span.place());
      property("also", join(places, ", "));
    }
    property("cause", diagnostic_.advice.cause);
    property("help", diagnostic_.advice.help);
    property("see", "sluice explain " + diagnostic_.code.id());
    return std::move(out_);
  }

 private:
  void head() {
    out_ += paint_.grave;
    out_ += name_of(diagnostic_.severity);
    out_ += '[' + diagnostic_.code.id() + ']';
    out_ += paint_.off;
    out_ += paint_.light;
    out_ += ": " + inline_text(diagnostic_.message, 2);
    out_ += paint_.off;
    out_ += '\n';
    std::string place = diagnostic_.span.place();
    if (!place.empty()) out_ += " --> " + replace_all(printable(place), "\n", " ") + '\n';
  }

  void source_line() {
    if (!diagnostic_.span.source) return;
    ShownLine shown = show_line(diagnostic_.span);
    if (shown.text.empty()) return;
    out_ += paint_.dim;
    out_ += std::to_string(diagnostic_.span.line) + " |";
    out_ += paint_.off;
    out_ += ' ' + shown.text + '\n';
    out_ += paint_.dim;
    out_ += std::string(gutter_, ' ') + " |";
    out_ += paint_.off;
    out_ += std::string(shown.caret + 1, ' ');
    out_ += paint_.grave;
    out_ += std::string(shown.width, '^');
    out_ += paint_.off;
    out_ += '\n';
  }

  void property(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out_ += std::string(gutter_ + 1, ' ');
    out_ += paint_.dim;
    out_ += "= ";
    out_ += name;
    out_ += ':';
    out_ += paint_.off;
    out_ += ' ' + inline_text(text, gutter_ + 5 + name.size()) + '\n';
  }

  Diagnostic const& diagnostic_;
  Palette paint_;
  std::size_t gutter_ = 0;
  std::string out_;
};

bool same_cause(Diagnostic const& a, Diagnostic const& b) {
  return a.code == b.code && a.severity == b.severity && a.message == b.message &&
         a.advice.cause == b.advice.cause && a.advice.help == b.advice.help &&
         a.advice.related.empty() && b.advice.related.empty() && a.span.source && b.span.source;
}

std::string count_of(std::size_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string summary(Diagnostics const& diagnostics) {
  std::vector<std::string> parts;
  if (auto errors = diagnostics.error_count()) parts.push_back(count_of(errors, "error"));
  if (auto warnings = diagnostics.warning_count()) parts.push_back(count_of(warnings, "warning"));
  if (parts.empty()) return {};
  std::string line = join(parts, ", ");
  if (diagnostics.omitted()) line += "; " + std::to_string(diagnostics.omitted()) + " not shown";
  return line + '\n';
}

}  // namespace

std::string render_one(Diagnostic const& diagnostic, Colour colour) {
  return Block(diagnostic, colour).text({});
}

std::string render_human(Diagnostics const& diagnostics, Colour colour) {
  std::vector<Diagnostic> list = diagnostics.sorted();
  std::vector<bool> shown(list.size());
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (shown[i]) continue;
    std::vector<Span> also;
    for (std::size_t j = i + 1; j < list.size(); ++j) {
      if (shown[j] || !same_cause(list[i], list[j])) continue;
      also.push_back(list[j].span);
      shown[j] = true;
    }
    out += Block(list[i], colour).text(also) + '\n';
  }
  return out + summary(diagnostics);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string shown = printable(text.substr(0, most * 4));
  for (auto [from, to] : {std::pair{"\n", "\\n"}, {"\t", "\\t"}})
    shown = replace_all(shown, from, to);
  std::size_t length = bytes_of_characters(shown, most);
  bool cut = length < shown.size() || text.size() > most * 4;
  return '"' + shown.substr(0, length) + (cut ? "…\"" : "\"");
}

}  // namespace sluice::config
