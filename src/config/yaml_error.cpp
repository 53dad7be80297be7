#include "config/yaml_error.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t longest_shown = 80;

/// libyaml's words and ours. The first row whose words are part of the problem counts.
struct Rewrite {
  std::string_view problem;
  std::string_view message;
  std::string_view help;
};

constexpr Rewrite rewrites[] = {
    {"mapping values are not allowed", "a ':' is not allowed here",
     "quote the value if the ':' belongs to it, else check the indentation of this line and of the "
     "one above"},
    {"could not find expected ':'", "this line is no 'key: value'",
     "write a ':' and a blank behind the key"},
    {"did not find expected key", "this line does not continue the mapping above",
     "indent it exactly like the other keys of its mapping; quote a value that has text behind its "
     "closing quote"},
    {"did not find expected '-'", "this line does not continue the list above",
     "start it with '- ', at the indentation of the other items"},
    {"block sequence entries are not allowed", "a list item is not allowed here",
     "start the list on its own line below the key"},
    {"did not find expected ',' or", "a ',' or the closing bracket is missing",
     "separate the elements with ',' and close the bracket; quote text that holds brackets"},
    {"did not find expected node content", "a value is missing here",
     "write the value, or quote text that starts with a special character"},
    {"found unexpected end of stream", "a quote is opened and never closed",
     "close it where the text ends"},
    {"found unknown escape character", "unknown escape in a double-quoted text",
     "write '\\\\' for a backslash, or use single quotes"},
    {"did not find expected hexadecimal number", "unfinished escape in a double-quoted text",
     "write '\\\\' for a backslash, or use single quotes"},
    {"did not find expected <document start>", "this does not belong to the document above",
     "indent it below its key, or make the whole document a mapping"},
    {"did not find expected alphabetic or numeric", "an anchor or alias needs a name",
     "quote text that starts with '*' or '&'"},
    {"found undefined tag handle", "unknown tag", "remove it, or quote text that starts with '!'"},
    {"found unexpected document indicator", "the document ends inside a quoted text",
     "close the quote before '---' or '...'"},
    {"found a tab character", "a tab is used for indentation", "indent with blanks"},
    {"found incompatible YAML document", "only YAML 1.1 and 1.2 are read", "remove the %YAML line"},
};

Rewrite const* rewrite_of(std::string_view problem) {
  auto found = std::ranges::find_if(
      rewrites, [&](Rewrite const& row) { return problem.contains(row.problem); });
  return found == std::end(rewrites) ? nullptr : found;
}

std::string_view indentation(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

/// The tab a line is indented with, on the line of the fault or the one before it.
std::optional<Span> tab_near(SourcePtr const& source, int line) {
  for (int number : {line, line - 1}) {
    std::size_t tab = indentation(source->line(number)).find('\t');
    if (tab == std::string_view::npos) continue;
    auto column = static_cast<int>(tab) + 1;
    return Span{number, column, number, column + 1, source};
  }
  return std::nullopt;
}

/// "weight:10" → "weight: 10"; empty where the line does not look like that.
std::string with_blank_behind_colon(std::string_view line) {
  std::string_view text = trim(line);
  if (text.starts_with("- ")) text = trim(text.substr(2));
  std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == text.size()) return {};
  std::string_view key = text.substr(0, colon);
  std::string_view value = text.substr(colon + 1);
  bool plain = key.find_first_of(" \t\"'{}[]#,") == std::string_view::npos;
  if (text.size() > longest_shown) return {};
  if (!plain || value.starts_with(' ') || value.starts_with("//")) return {};
  return std::string(key) + ": " + std::string(value);
}

/// The value of a "key: value" line where it starts with a character YAML keeps for itself.
std::string_view value_with_special_start(std::string_view line) {
  std::string_view text = trim(line);
  if (text.starts_with("- ")) text = trim(text.substr(2));
  std::size_t colon = text.find(": ");
  std::string_view value = colon == std::string_view::npos ? text : trim(text.substr(colon + 2));
  bool special = !value.empty() && std::string_view("@`%*&").contains(value.front());
  return special ? value : std::string_view();
}

Span rest_of_line(SourcePtr const& source, std::size_t at) {
  Position start = source->position(at);
  std::size_t line_end = source->byte_at({start.line, 1}) + source->line(start.line).size();
  return make_span(source, at, std::max(std::min(at + 1, line_end), at));
}

/// Hints that read the line itself; each knows a slip people often make.
void guess(Diagnostic& found, SourcePtr const& source, YamlFault const& fault) {
  int line = found.span.line;
  std::string_view here = source->line(line);
  if (auto tab = tab_near(source, line)) {
    found.code = codes::tab_indentation;
    found.span = *tab;
    found.message = "a tab is used for indentation";
    found.advice = {.cause = "YAML allows only blanks there", .help = "replace it by blanks"};
    return;
  }
  if (here.contains("{{") || here.contains("{%")) {
    found.advice.cause = "an unquoted '{' starts a mapping";
    found.advice.help = "quote the whole value: \"{{ … }}\"";
    return;
  }
  int context_line = fault.context_at ? source->position(*fault.context_at).line : line;
  for (int number : {context_line, line, line - 1}) {
    std::string better = with_blank_behind_colon(source->line(number));
    if (better.empty() || !fault.problem.contains("expected ':'")) continue;
    found.span = {number, 1, number, 1, source};
    std::size_t start = source->byte_at({number, 1});
    std::string_view text = source->line(number);
    std::size_t indent = indentation(text).size();
    found.span = make_span(source, start + indent, start + text.size());
    found.advice.help = "write a blank behind the colon: `" + better + "`";
    return;
  }
  if (trim(here).starts_with("- ") && fault.problem.contains("expected key")) {
    found.message = "this list item does not line up with the lines above";
    found.advice.help = "indent it like the other items; a list stands alone below its key";
    return;
  }
  std::string_view special = value_with_special_start(here);
  if (special.empty() || fault.problem.contains("expected ':'")) return;
  found.message = std::string("text cannot start with '") + special.front() + "' here";
  bool brief = special.size() <= longest_shown && !special.contains('"');
  found.advice.help = brief ? "quote it: `\"" + std::string(special) + "\"`" : "quote the text";
}

}  // namespace

Diagnostic explain_yaml_error(YamlFault const& fault, SourcePtr const& source) {
  Diagnostic found;
  found.code = codes::not_yaml;
  found.span = rest_of_line(source, fault.at);
  if (fault.control_character) {
    found.code = codes::control_character;
    found.message = "the text holds a control character";
    found.advice.help = "remove it, or write it as an escape inside double quotes";
    return found;
  }
  if (Rewrite const* row = rewrite_of(fault.problem)) {
    found.message = row->message;
    found.advice.help = row->help;
  } else {
    found.message = "not valid YAML: " + fault.problem;
  }
  bool open_quote = fault.problem.contains("end of stream") && fault.context_at;
  if (open_quote) found.span = rest_of_line(source, *fault.context_at);
  guess(found, source, fault);
  if (fault.context_at && found.code == codes::not_yaml) {
    Span context = make_span(source, *fault.context_at, *fault.context_at);
    if (context.line != found.span.line)
      found.advice.related.push_back({context, "inside what starts here"});
  }
  return found;
}

}  // namespace sluice::config
