#include "config/diagnostic.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace sluice::config {
namespace {

bool same(Diagnostic const& a, Diagnostic const& b) {
  return a.code == b.code && a.span == b.span && a.message == b.message;
}

/// A file can make a message long, for example by the name of an alias.
void shorten(std::string& text) {
  if (text.size() <= limits::diagnostic_bytes) return;
  std::size_t end = limits::diagnostic_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.replace(end, std::string::npos, "…");
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  std::unreachable();
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (warnings_ == Warnings::become_errors && diagnostic.severity == Severity::warning)
    diagnostic.severity = Severity::error;
  for (std::string* text : {&diagnostic.message, &diagnostic.advice.cause, &diagnostic.advice.help})
    shorten(*text);
  bool known = std::ranges::any_of(kept_, [&](auto const& d) { return same(d, diagnostic); });
  if (known) return;
  if (diagnostic.severity == Severity::error) ++errors_;
  if (diagnostic.severity == Severity::warning) ++all_warnings_;
  if (kept_.size() >= limits::diagnostics) {
    ++omitted_;
    if (!make_room(diagnostic.severity)) return;
  }
  kept_.push_back(std::move(diagnostic));
}

bool Diagnostics::make_room(Severity severity) {
  // Enumerators go from grave to light: the lightest kept one leaves, the latest of its kind.
  auto lightest = kept_.begin();
  for (auto it = kept_.begin(); it != kept_.end(); ++it)
    if (it->severity >= lightest->severity) lightest = it;
  if (lightest->severity <= severity) return false;
  kept_.erase(lightest);
  return true;
}

void Diagnostics::error(Code code, Span span, std::string message, Advice advice) {
  add({code, Severity::error, std::move(message), std::move(span), std::move(advice)});
}

void Diagnostics::warning(Code code, Span span, std::string message, Advice advice) {
  add({code, Severity::warning, std::move(message), std::move(span), std::move(advice)});
}

void Diagnostics::note(Code code, Span span, std::string message, Advice advice) {
  add({code, Severity::note, std::move(message), std::move(span), std::move(advice)});
}

void Diagnostics::add_all(Diagnostics const& other) {
  auto kept = [&](Severity severity) {
    return static_cast<std::size_t>(
        std::ranges::count(other.kept_, severity, &Diagnostic::severity));
  };
  for (auto const& diagnostic : other.kept_) add(diagnostic);
  // What the other one only counted is counted here too.
  omitted_ += other.omitted_;
  errors_ += other.errors_ - kept(Severity::error);
  std::size_t warnings = other.all_warnings_ - kept(Severity::warning);
  (warnings_ == Warnings::become_errors ? errors_ : all_warnings_) += warnings;
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Source const*> sources;
  for (auto const& diagnostic : kept_) {
    Source const* source = diagnostic.span.source.get();
    if (std::ranges::find(sources, source) == sources.end()) sources.push_back(source);
  }
  auto rank = [&](std::size_t index) {
    Diagnostic const& diagnostic = kept_[index];
    auto source = std::ranges::find(sources, diagnostic.span.source.get()) - sources.begin();
    // The index keeps the order of arrival at the same place.
    return std::tuple(source, diagnostic.span.start(), index);
  };
  std::vector<std::size_t> order(kept_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, rank);
  std::vector<Diagnostic> list;
  for (std::size_t index : order) list.push_back(kept_[index]);
  return list;
}

}  // namespace sluice::config
