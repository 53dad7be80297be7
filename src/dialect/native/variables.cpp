#include "dialect/native/variables.hpp"

#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"
#include "plan/secrets.hpp"

namespace sluice::dialect::native {
namespace {

using config::Diagnostics;
using config::in_quotes;
using config::Node;
namespace codes = config::codes;

constexpr std::string_view secret_prefix = "secret:";

/// A declared variable; without a value it has to come from --set.
using Variables = std::map<std::string, std::optional<std::string>>;

std::vector<std::string> names_of(Variables const& variables) {
  std::vector<std::string> names;
  for (auto const& [name, value] : variables) names.push_back(name);
  return names;
}

std::string declared(Variables const& variables) {
  if (variables.empty()) return "the file declares no variables";
  return "declared are: " + join(names_of(variables), ", ");
}

Variables read_declarations(Node const& root, Diagnostics& diagnostics) {
  Variables variables;
  Node const* section = root.find("variables");
  if (!section || section->is_null()) return variables;
  if (!config::is_mapping(*section, diagnostics, "variables")) return variables;
  for (auto const& entry : section->entries()) {
    if (entry.key.empty() || entry.key.find_first_of("${}") != std::string::npos ||
        entry.key.starts_with(secret_prefix)) {
      diagnostics.error(codes::unusable_name, entry.key_span,
                        in_quotes(entry.key) + " is not a usable name for a variable",
                        {.help = "use letters, digits, '-' and '_'"});
    }
    auto& value = variables[entry.key];
    if (!entry.value.is_null()) value = config::as_string(entry.value, diagnostics, entry.key);
  }
  return variables;
}

void apply_settings(Variables& variables, std::map<std::string, std::string> const& set,
                    Diagnostics& diagnostics) {
  for (auto const& [name, value] : set) {
    auto found = variables.find(name);
    if (found != variables.end()) {
      found->second = value;
      continue;
    }
    auto source = config::make_source("--set", name + "=" + value);
    auto guess = nearest(name, names_of(variables));
    diagnostics.error(
        codes::unknown_setting, config::make_span(source, 0, name.size()),
        "--set names " + in_quotes(name) + ", which is not a variable of this file",
        {.cause = declared(variables),
         .help = guess ? "did you mean '" + *guess + "'?" : "declare it under 'variables:'"});
  }
}

class Substitution {
 public:
  Substitution(Variables const& variables, Diagnostics& diagnostics)
      : variables_(variables), diagnostics_(diagnostics) {}

  /// The same tree where nothing in it is replaced.
  Node of(Node const& node) {
    if (node.is_scalar()) return scalar(node);
    Node::Content content{.kind = node.kind(), .text = node.text(), .span = node.span()};
    bool changed = false;
    for (auto const& item : node.items()) {
      content.items.push_back(of(item));
      changed = changed || &content.items.back().text() != &item.text();
    }
    for (auto const& entry : node.entries()) {
      content.entries.push_back({entry.key, entry.key_span, of(entry.value)});
      changed = changed || &content.entries.back().value.text() != &entry.value.text();
    }
    return changed ? finished(std::move(content), node) : node;
  }

 private:
  static Node finished(Node::Content content, Node const& from) {
    Node node = config::finish(std::move(content));
    return from.alias_span() ? node.through_alias(*from.alias_span()) : node;
  }

  Node scalar(Node const& node) {
    std::string const& text = node.text();
    if (text.find("${") == std::string::npos) return node;
    // JSON and flow mappings leave no way to write a reference without quotes.
    bool is_reference = text.starts_with("${") && text.find('}') == text.size() - 1;
    Node::Content content{.kind = Node::Kind::scalar, .span = node.span()};
    content.text = replaced(node, text);
    content.quoted = content.text.empty() || (node.quoted() && !is_reference);
    return finished(std::move(content), node);
  }

  std::string replaced(Node const& node, std::string const& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      std::string_view rest = std::string_view(text).substr(at);
      std::size_t end = rest.find('}');
      std::size_t const kept = secret_part(rest);
      if (kept > 0) {
        out += rest.substr(0, kept);
        at += kept;
      } else if (rest.starts_with("$${")) {
        out += "${";
        at += 3;
      } else if (rest.starts_with("${") && end != std::string_view::npos) {
        out += value_of(node, std::string(rest.substr(2, end - 2)));
        at += end + 1;
      } else {
        out += rest.front();
        ++at;
      }
    }
    return within_bounds(node, out) ? out : text;
  }

  /// References to secrets are the plan's business, and so is what only looks like one.
  static std::size_t secret_part(std::string_view rest) {
    bool const escaped = rest.starts_with("$${");
    bool const ours = (escaped || rest.starts_with("${")) &&
                      rest.substr(escaped ? 3 : 2).starts_with(secret_prefix);
    return ours ? (escaped ? 3 : 2) + secret_prefix.size() : 0;
  }

  bool within_bounds(Node const& node, std::string const& text) {
    grown_ += text.size();
    if (grown_ <= limits::document_bytes) return true;
    diagnostics_.error(codes::too_much_text, node.span(),
                       "the values of the variables make this file too large",
                       {.cause = "more than " + std::to_string(limits::document_bytes) +
                                 " bytes after the replacement",
                        .help = "keep data out of the variables"});
    return false;
  }

  std::string value_of(Node const& node, std::string const& name) {
    config::Span place = place_of(node, "${" + name + "}");
    auto found = variables_.find(name);
    if (found == variables_.end()) {
      auto guess = nearest(name, names_of(variables_));
      diagnostics_.error(codes::undeclared_variable, place,
                         "the variable " + in_quotes(name) + " is not declared",
                         {.cause = declared(variables_),
                          .help = guess ? "did you mean '${" + *guess + "}'?"
                                        : "declare it under 'variables:', or write $${ for a "
                                          "plain ${"});
      return {};
    }
    if (!found->second) {
      diagnostics_.error(codes::variable_without_value, place,
                         "the variable " + in_quotes(name) + " has no value",
                         {.help = "give it one: --set " + name + "=VALUE"});
    }
    return plan::without_references(found->second.value_or(""));
  }

  /// The reference itself where it stands in the text as typed, else the whole value.
  static config::Span place_of(Node const& node, std::string_view reference) {
    config::Span const& span = node.span();
    std::size_t inside = span.text().find(reference);
    if (!span.source || inside == std::string_view::npos) return span;
    std::size_t from = span.source->byte_at(span.start()) + inside;
    return config::make_span(span.source, from, from + reference.size());
  }

  Variables const& variables_;
  Diagnostics& diagnostics_;
  std::size_t grown_ = 0;
};

}  // namespace

Node substitute(Node const& root, std::map<std::string, std::string> const& set,
                Diagnostics& diagnostics) {
  Variables variables = read_declarations(root, diagnostics);
  apply_settings(variables, set, diagnostics);
  if (!root.is_mapping()) return root;
  Node::Content content{.kind = Node::Kind::mapping, .span = root.span()};
  Substitution substitution(variables, diagnostics);
  for (auto const& entry : root.entries())
    if (entry.key != "variables")
      content.entries.push_back({entry.key, entry.key_span, substitution.of(entry.value)});
  return config::finish(std::move(content));
}

}  // namespace sluice::dialect::native
