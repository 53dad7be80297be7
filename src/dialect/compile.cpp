#include "dialect/compile.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "dialect/armory/armory.hpp"
#include "dialect/codedeploy/codedeploy.hpp"
#include "dialect/native/native.hpp"

namespace sluice::dialect {
namespace {

using config::Diagnostics;

std::vector<std::string> telling_keys() {
  std::vector<std::string> keys;
  for (Dialect const* dialect : all_dialects())
    for (auto& key : dialect->keys()) keys.push_back(std::move(key));
  return keys;
}

/// "function or functions (native)".
std::string what_is_recognised() {
  std::vector<std::string> forms;
  for (Dialect const* dialect : all_dialects())
    forms.push_back(join(dialect->keys(), " or ") + " (" + std::string(dialect->name()) + ")");
  return join(forms, "; ");
}

void report_unknown(config::Document const& document, Diagnostics& diagnostics) {
  auto keys = telling_keys();
  config::Advice advice{
      .cause = "a release file is recognised by its keys at the top: " + what_is_recognised(),
      .help = "start with 'function: NAME', or see 'sluice init'"};
  config::Span place = document.root.span();
  if (!document.root.entries().empty()) place = document.root.entries().front().key_span;
  for (auto const& entry : document.root.entries()) {
    auto guess = nearest(entry.key, keys);
    if (!guess || *guess == entry.key) continue;
    place = entry.key_span;
    advice.help = "did you mean '" + *guess + "'?";
    break;
  }
  diagnostics.error(config::codes::unknown_dialect, place,
                    "this is not a release file that Sluice knows", std::move(advice));
}

}  // namespace

std::vector<Dialect const*> all_dialects() {
  return {&native_dialect(), &armory_dialect(), &codedeploy_dialect()};
}

std::optional<plan::Plan> compile(std::shared_ptr<config::Source const> source,
                                  CompileOptions const& options, Diagnostics& diagnostics) {
  auto document = config::parse(source, diagnostics);
  if (!document) return std::nullopt;
  auto dialects = all_dialects();
  auto dialect = std::ranges::find_if(
      dialects, [&](Dialect const* one) { return one->recognises(*document); });
  if (dialect == dialects.end()) {
    report_unknown(*document, diagnostics);
    return std::nullopt;
  }
  if (*dialect != &codedeploy_dialect()) refuse_app_spec_options(options.app_spec, diagnostics);
  auto plan = (*dialect)->compile(*document, options, diagnostics);
  if (!plan || diagnostics.has_errors()) return std::nullopt;
  for (auto const& problem : plan::problems_of(*plan))
    diagnostics.error(config::codes::broken_plan, document->root.span(), problem);
  if (diagnostics.has_errors()) return std::nullopt;
  return plan;
}

}  // namespace sluice::dialect
