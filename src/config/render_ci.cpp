#include <array>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "config/codes.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

/// GitHub shows no more annotations of a kind per step.
constexpr std::size_t github_most = 10;

std::string escape_github(std::string_view text, bool property) {
  std::string out = replace_all(printable(text), "%", "%25");
  out = replace_all(out, "\n", "%0A");
  if (property) out = replace_all(replace_all(out, ":", "%3A"), ",", "%2C");
  return out;
}

std::string title_of(Diagnostic const& diagnostic) {
  Explanation const* explanation = find_explanation(diagnostic.code);
  std::string title = diagnostic.code.id();
  return explanation ? title + " " + std::string(explanation->title) : title;
}

std::string_view github_command(Severity severity) {
  return severity == Severity::note ? "notice" : name_of(severity);
}

std::string github_line(Diagnostic const& diagnostic) {
  Span const& span = diagnostic.span;
  std::string out = "::" + std::string(github_command(diagnostic.severity)) + ' ';
  if (span.source) {
    out += "file=" + escape_github(span.source->name(), true);
    out += ",line=" + std::to_string(span.line) + ",col=" + std::to_string(span.column);
    out += ",endLine=" + std::to_string(span.end_line);
    if (span.end_line == span.line) out += ",endColumn=" + std::to_string(span.end_column);
    out += ',';
  }
  out += "title=" + escape_github(title_of(diagnostic), true) + "::";
  std::string message = diagnostic.message;
  if (!diagnostic.advice.cause.empty()) message += "\ncause: " + diagnostic.advice.cause;
  if (!diagnostic.advice.help.empty()) message += "\nhelp: " + diagnostic.advice.help;
  return out + escape_github(message, false) + '\n';
}

std::string render_github(Diagnostics const& diagnostics) {
  std::string out;
  std::array<std::size_t, 3> shown{};
  std::size_t left_out = diagnostics.omitted();
  for (auto const& diagnostic : diagnostics.sorted()) {
    if (shown[static_cast<std::size_t>(diagnostic.severity)]++ < github_most)
      out += github_line(diagnostic);
    else
      ++left_out;
  }
  if (left_out)
    out += "::notice::" + std::to_string(left_out) + " more problems are not shown here\n";
  return out;
}

std::string_view gitlab_severity(Severity severity) {
  switch (severity) {
    case Severity::error: return "major";
    case Severity::warning: return "minor";
    case Severity::note: return "info";
  }
  std::unreachable();
}

/// The fingerprint leaves out the line, so that a problem stays the same one when text above it
/// changes; a repetition in the same file is numbered.
json::Value gitlab_report(Diagnostics const& diagnostics) {
  json::Array report;
  std::map<std::string, int> seen;
  for (auto const& diagnostic : diagnostics.sorted()) {
    std::string path = diagnostic.span.source ? diagnostic.span.source->name() : "";
    std::string identity = diagnostic.code.id() + '\n' + path + '\n' + diagnostic.message;
    identity += '\n' + std::to_string(seen[identity]++);
    std::string text = diagnostic.message;
    if (!diagnostic.advice.help.empty()) text += " (" + diagnostic.advice.help + ")";
    report.push_back(json::Value{
        {"description", text},
        {"check_name", diagnostic.code.id()},
        {"fingerprint", hex(sha256(identity))},
        {"severity", gitlab_severity(diagnostic.severity)},
        {"location",
         json::Value{{"path", path},
                     {"lines", json::Value{{"begin", std::max(diagnostic.span.line, 1)}}}}}});
  }
  return report;
}

void set_place(json::Value& out, Span const& span) {
  if (!span.source) return;
  out.set("file", span.source->name());
  out.set("line", span.line);
  out.set("column", span.column);
  out.set("end_line", span.end_line);
  out.set("end_column", span.end_column);
}

json::Value to_json(Diagnostic const& diagnostic) {
  json::Value out{{"code", diagnostic.code.id()},
                  {"severity", name_of(diagnostic.severity)},
                  {"message", diagnostic.message}};
  set_place(out, diagnostic.span);
  if (!diagnostic.advice.cause.empty()) out.set("cause", diagnostic.advice.cause);
  if (!diagnostic.advice.help.empty()) out.set("help", diagnostic.advice.help);
  json::Array related;
  for (auto const& place : diagnostic.advice.related) {
    json::Value one{{"message", place.message}};
    set_place(one, place.span);
    related.push_back(std::move(one));
  }
  if (!related.empty()) out.set("related", std::move(related));
  out.set("see", "sluice explain " + diagnostic.code.id());
  return out;
}

}  // namespace

json::Value to_json(Diagnostics const& diagnostics) {
  json::Array list;
  for (auto const& diagnostic : diagnostics.sorted()) list.push_back(to_json(diagnostic));
  return json::Value{{"diagnostics", std::move(list)},
                     {"errors", diagnostics.error_count()},
                     {"warnings", diagnostics.warning_count()},
                     {"omitted", diagnostics.omitted()}};
}

std::optional<Format> format_from(std::string_view name) {
  if (name == "human") return Format::human;
  if (name == "json") return Format::json;
  if (name == "github") return Format::github;
  if (name == "gitlab") return Format::gitlab;
  return std::nullopt;
}

std::string render(Diagnostics const& diagnostics, Format format, Colour colour) {
  switch (format) {
    case Format::human: return render_human(diagnostics, colour);
    case Format::json: return to_json(diagnostics).pretty() + '\n';
    case Format::github: return render_github(diagnostics);
    case Format::gitlab: return gitlab_report(diagnostics).pretty() + '\n';
  }
  std::unreachable();
}

}  // namespace sluice::config
