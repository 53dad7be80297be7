#include "dialect/armory/templates.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "dialect/armory/armory.hpp"
#include "plan/secrets.hpp"

namespace sluice::dialect::armory {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view secrets_prefix = "secrets.";
constexpr std::string_view quoted_opening = "{{\"{{\"}}";

bool is_name(std::string_view text) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

/// The tag at the start of the text: how long it is and what stands in it.
struct Tag {
  std::size_t length = 0;  ///< 0: no tag ends here
  std::string_view inside;
};

Tag tag_at(std::string_view text) {
  bool triple = text.starts_with("{{{");
  std::string_view closing = triple ? "}}}" : "}}";
  std::size_t open = triple ? 3 : 2;
  std::size_t end = text.find(closing, open);
  if (end == std::string_view::npos) return {};
  std::string_view inside = text.substr(open, end - open);
  if (!triple && inside.starts_with('&')) inside.remove_prefix(1);
  return {end + closing.size(), trim(inside)};
}

void add_text(std::vector<Piece>& pieces, std::string_view text) {
  if (text.empty()) return;
  bool joins = !pieces.empty() && !pieces.back().is_variable && !pieces.back().is_odd;
  if (joins)
    pieces.back().text += text;
  else
    pieces.push_back({.text = std::string(text)});
}

std::string with_braces_kept(std::string_view text) {
  return replace_all(text, opening, quoted_opening);
}

bool is_secret(Piece const& piece) {
  return piece.is_variable && piece.name.starts_with(secrets_prefix);
}

class Renderer {
 public:
  explicit Renderer(TemplateScope const& scope) : scope_(scope) {}

  Rendered render(std::string_view text) {
    for (auto const& piece : pieces_of(text)) {
      out_.cut = late_.size() > limits::document_bytes;
      if (out_.cut) break;
      out_.odd = out_.odd || piece.is_odd;
      if (piece.is_variable)
        variable(piece.name);
      else
        literal(piece.text);
    }
    out_.text = out_.late ? late_ : now_;
    return std::move(out_);
  }

 private:
  void literal(std::string const& text) {
    std::string const plain = plan::without_references(text);
    now_ += plain;
    late_ += with_braces_kept(plain);
  }

  /// A value is not a template itself, but a reference to a secret counts in any value.
  void known(std::string const& value) {
    for (auto const& piece : pieces_of(value)) {
      if (is_secret(piece))
        secret(piece.name);
      else
        literal(piece.text);
    }
  }

  void secret(std::string_view name) {
    std::string const reference = plan::secret_reference(name.substr(secrets_prefix.size()));
    now_ += reference;
    late_ += reference;
  }

  void keep(std::string const& tag) {
    late_ += "{{" + tag + "}}";
    out_.late = true;
  }

  void variable(std::string const& name) {
    auto found = scope_.known.find(name);
    if (found != scope_.known.end()) return known(found->second);
    if (name.starts_with(secrets_prefix)) return secret(name);
    if (std::ranges::find(scope_.late, name) != scope_.late.end()) return keep(name);
    if (name == "armory.replicaSetName") {
      if (!scope_.version_pointer.empty()) keep(scope_.version_pointer);
      return;
    }
    out_.unknown.push_back(name);
  }

  TemplateScope const& scope_;
  Rendered out_;
  std::string now_;
  std::string late_;
};

std::string text_of_value(json::Value const& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.as_string() : value.dump();
}

/// A tag of language armory@1.
std::string late_value(std::string_view tag, plan::Scope const& scope) {
  if (tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"'))
    return std::string(tag.substr(1, tag.size() - 2));
  if (tag.starts_with('/')) {
    auto found = plan::evaluate_pointer(std::string(tag), scope);
    return found ? text_of_value(*found) : std::string();
  }
  if (tag == "armory.deploymentId") return text_of_value(scope["run"]["id"]);
  if (tag == "armory.applicationName") return text_of_value(scope["context"]["application"]);
  if (tag.starts_with("armory.")) return text_of_value(scope["armory"][tag.substr(7)]);
  if (tag.starts_with("context.")) return text_of_value(scope["context"]["context"][tag.substr(8)]);
  return {};
}

}  // namespace

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    std::size_t start = std::min(text.find(opening), text.size());
    add_text(pieces, text.substr(0, start));
    text.remove_prefix(start);
    if (text.empty()) break;
    Tag tag = tag_at(text);
    if (tag.length && is_name(tag.inside)) {
      pieces.push_back({.is_variable = true,
                        .text = std::string(text.substr(0, tag.length)),
                        .name = std::string(tag.inside)});
      text.remove_prefix(tag.length);
      continue;
    }
    // Three braces may be one of the text and two of a variable: {"a":{{{context.a}} }}.
    Tag shorter = text.starts_with("{{{") ? tag_at(text.substr(1)) : Tag();
    std::size_t length = shorter.length && is_name(shorter.inside) ? 1 : opening.size();
    if (length == 1)
      add_text(pieces, text.substr(0, 1));
    else
      pieces.push_back({.is_odd = true, .text = std::string(opening)});
    text.remove_prefix(length);
  }
  return pieces;
}

Rendered render(std::string_view text, TemplateScope const& scope) {
  return Renderer(scope).render(text);
}

json::Value to_json(Rendered const& rendered) {
  if (!rendered.late) return rendered.text;
  return plan::to_json(plan::Expression{armory_language, rendered.text});
}

}  // namespace sluice::dialect::armory

namespace sluice::dialect {

Result<json::Value> evaluate_armory(std::string const& text, plan::Scope const& scope) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t start = std::min(rest.find("{{"), rest.size());
    out += rest.substr(0, start);
    rest.remove_prefix(start);
    // Tags of this language have two braces: a third one is text before them.
    for (; rest.starts_with("{{{"); rest.remove_prefix(1)) out += '{';
    if (rest.empty()) break;
    std::size_t end = rest.find("}}", 2);
    if (end == std::string_view::npos) {
      out += rest;
      break;
    }
    out += armory::late_value(trim(rest.substr(2, end - 2)), scope);
    rest.remove_prefix(end + 2);
  }
  return json::Value(std::move(out));
}

}  // namespace sluice::dialect
