#include "dialect/armory/armory.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/render.hpp"
#include "dialect/armory/build.hpp"
#include "dialect/armory/check.hpp"

namespace sluice::dialect {
namespace {

namespace codes = config::codes;
using config::Node;

std::string kind_of(Node const& root) {
  Node const* kind = root.find("kind");
  return kind ? kind->text() : std::string();
}

/// Only functions are released here; a file without a kind was a Kubernetes deployment.
bool check_kind(Node const& root, config::Diagnostics& diagnostics) {
  std::string kind = kind_of(root);
  if (equal_ignoring_case(kind, "lambda")) return true;
  config::Entry const* entry = root.entry("kind");
  config::Span place = entry ? entry->value.span() : root.entries().front().key_span;
  if (kind.empty())
    diagnostics.error(codes::wrong_kind, place, "the deployment file does not say its kind",
                      {.cause = "a file without a kind is a Kubernetes deployment, which Sluice "
                                "does not do",
                       .help = "add `kind: lambda` if it releases functions"});
  else
    diagnostics.error(codes::wrong_kind, place,
                      "deployments of kind " + config::in_quotes(kind) + " are not supported",
                      {.cause = "Sluice releases AWS Lambda functions only",
                       .help = "write `kind: lambda` if this file releases functions"});
  return false;
}

class Armory : public Dialect {
 public:
  std::string_view name() const override { return "armory"; }
  std::vector<std::string> keys() const override { return {"kind: lambda"}; }

  bool recognises(config::Document const& document) const override {
    Node const& root = document.root;
    auto has = [&](char const* key) { return root.entry(key) != nullptr; };
    if (has("function") || has("functions")) return false;
    bool deploys = has("targets") || has("application");
    std::string kind = kind_of(root);
    if (equal_ignoring_case(kind, "lambda") || kind == "kubernetes") return deploys;
    if (!kind.empty()) return false;
    return has("providerOptions") || has("deploymentConfig") || has("trafficManagement") ||
           (deploys && (has("artifacts") || has("manifests") || has("strategies")));
  }

  std::optional<plan::Plan> compile(config::Document const& document, CompileOptions const& options,
                                    config::Diagnostics& diagnostics) const override {
    if (!check_kind(document.root, diagnostics)) return std::nullopt;
    auto unknown = options.strict ? config::Unknown::error : config::Unknown::warning;
    armory::ArmoryFile file = armory::read_file(document.root, unknown, diagnostics);
    if (file.application.text.empty() && options.application.value_or("").empty())
      diagnostics.error(codes::no_application, document.root.entries().front().key_span,
                        "application name must be defined in deployment file or by application opt",
                        {.help = "add `application:`, or give --application NAME"});
    armory::check_file(file, diagnostics);
    plan::Plan plan = armory::build_plan(file, options, diagnostics);
    plan.dialect = name();
    plan.source_name = document.source->name();
    if (diagnostics.has_errors()) return std::nullopt;
    return plan;
  }
};

}  // namespace

Dialect const& armory_dialect() {
  static Armory const armory;
  return armory;
}

}  // namespace sluice::dialect
