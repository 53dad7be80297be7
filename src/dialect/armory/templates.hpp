#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/armory/values.hpp"
#include "plan/expression.hpp"

/// Templates: Mustache's variable tags and nothing else of it, without HTML escaping.
///
/// What a deployment file says is filled in when it is compiled. What only a run knows stays behind
/// as an expression of language "armory@1", whose text is a template again with these tags.
/// {{secrets.NAME}} becomes the plan's own reference (plan/secrets.hpp).
///
///     {{armory.deploymentId}}    the run's id; also callbackUri, and for queries the window's
///     {{/releases/…}}            a JSON pointer into the run's scope
///     {{"text"}}                 that text; so that filled-in braces stay braces
namespace sluice::dialect::armory {

/// A stretch of a template: text, or a variable.
struct Piece {
  bool is_variable = false;
  bool is_odd = false;  ///< the text {{ that starts no variable
  std::string text;     ///< as written
  std::string name;     ///< the variable's, without braces and blanks
};
/// `{{x}}`, `{{{x}}}` and `{{&x}}` are variables; blanks and tabs inside the braces are fine.
std::vector<Piece> pieces_of(std::string_view text);

/// Where a template is used decides what it can see.
struct TemplateScope {
  Context known;                  ///< by full name: "armory.accountName", "context.team"
  std::vector<std::string> late;  ///< names that only a run knows: "armory.deploymentId"
  std::string version_pointer;    ///< JSON pointer to the candidate's version; or empty
};

struct Rendered {
  std::string text;                  ///< final, or of language armory@1
  bool late = false;                 ///< holds something that only a run knows
  std::vector<std::string> unknown;  ///< names nothing gives a value to; rendered empty
  bool odd = false;                  ///< had {{ that starts no variable; kept as text
  bool cut = false;                  ///< would be longer than limits::document_bytes
};
Rendered render(std::string_view text, TemplateScope const& scope);

/// The text, or the expression that gives it.
json::Value to_json(Rendered const& rendered);

}  // namespace sluice::dialect::armory
