#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/json.hpp"

namespace sluice::plan {

/// A value that is known only when its step starts stands in the plan as
/// {"$expr": {"language": "harness@1", "text": "<+pipeline.name>"}}.
struct Expression {
  std::string language;  ///< name@version; looked up in the registry
  std::string text;
};

json::Value to_json(Expression const& expression);
bool is_expression(json::Value const& value);
bool holds_expression(json::Value const& value);

/// What an expression can see: {"context": …, "nodes": {path: outputs}, "item": …, "run": …}.
using Scope = json::Value;
using Evaluator = std::function<Result<json::Value>(std::string const& text, Scope const& scope)>;

/// Evaluators by language@version; filled by main, read-only afterwards.
class Evaluators {
 public:
  void add(std::string language, Evaluator evaluator);
  /// Replaces every expression in `value`. An unknown language is an error that names it.
  Result<json::Value> resolve(json::Value const& value, Scope const& scope) const;

 private:
  std::map<std::string, Evaluator, std::less<>> by_language_;
};

/// "pointer@1": the text is a JSON pointer into the scope; nothing there is an error.
Result<json::Value> evaluate_pointer(std::string const& text, Scope const& scope);

}  // namespace sluice::plan
