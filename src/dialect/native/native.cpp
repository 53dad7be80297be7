#include "dialect/native/native.hpp"

#include "dialect/native/file.hpp"
#include "dialect/native/variables.hpp"

namespace sluice::dialect {
namespace {

class Native : public Dialect {
 public:
  std::string_view name() const override { return "native"; }
  std::vector<std::string> keys() const override { return {"function", "functions"}; }

  /// The Serverless Framework's files have `functions` too, beside their `provider`.
  bool recognises(config::Document const& document) const override {
    bool own = document.root.entry("function") || document.root.entry("functions");
    return own && !document.root.entry("provider");
  }

  std::optional<plan::Plan> compile(config::Document const& document, CompileOptions const& options,
                                    config::Diagnostics& diagnostics) const override {
    config::Node root = native::substitute(document.root, options.set, diagnostics);
    native::NativeFile file = native::read_file(root, options.when_busy, diagnostics);
    plan::Plan plan = native::build_plan(file, options, diagnostics);
    plan.dialect = name();
    plan.source_name = document.source->name();
    if (options.application) plan.name = *options.application;
    if (diagnostics.has_errors()) return std::nullopt;
    return plan;
  }
};

}  // namespace

Dialect const& native_dialect() {
  static Native const native;
  return native;
}

}  // namespace sluice::dialect
