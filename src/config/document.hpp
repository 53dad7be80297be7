#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "config/diagnostic.hpp"
#include "config/source.hpp"

namespace sluice::config {

struct Entry;

/// A value in a document. A cheap handle on an immutable tree: copy and keep it freely, also from
/// several threads and after the Document is gone; an alias shares its anchor's tree.
///
/// Scalars keep the text that was typed. What it means is decided by whoever reads it with a type
/// (typed.hpp): `012345678901`, `1.10` and `no` read as text stay just that.
class Node {
 public:
  enum class Kind { null, scalar, sequence, mapping };
  struct Content;

  /// A null that stands nowhere.
  Node();
  explicit Node(std::shared_ptr<Content const> content);

  Kind kind() const;
  bool is_null() const { return kind() == Kind::null; }
  bool is_scalar() const { return kind() == Kind::scalar; }
  bool is_sequence() const { return kind() == Kind::sequence; }
  bool is_mapping() const { return kind() == Kind::mapping; }

  /// The scalar's text with quotes, escapes and folding resolved; what was typed for a null.
  std::string const& text() const;
  /// Quoted, a block scalar, or tagged !!str: text whatever it looks like.
  bool quoted() const;
  /// Something in this value itself was reported while the text was parsed (an alias without an
  /// anchor, a tag that does not fit): typed reading stays silent about what follows from that.
  bool reported() const;
  /// Where the value was typed, without its key. For an aliased value: where its anchor stands.
  Span const& span() const;
  /// Where the alias (`*name`, `<<: *name`) stands that brought this value here; null where none
  /// did.
  Span const* alias_span() const { return alias_.get(); }

  /// Empty where this is no sequence / no mapping. Order as typed.
  std::vector<Node> const& items() const;
  std::vector<Entry> const& entries() const;
  /// Null where there is no such key.
  Entry const* entry(std::string_view key) const;
  Node const* find(std::string_view key) const;
  /// By JSON pointer (RFC 6901): "/targets/prod/region", "/steps/0"; "" is this node.
  Node const* at_pointer(std::string_view pointer) const;

  /// Values in this tree, itself included and aliases expanded; at most limits::document_nodes.
  std::size_t node_count() const;
  /// Bytes of all keys and scalars in this tree.
  std::size_t text_bytes() const;
  /// 0 for a scalar, 1 for a sequence of scalars, …; at most limits::document_depth.
  std::size_t height() const;

  /// The same value, brought here by an alias at that place.
  Node through_alias(Span place) const;

 private:
  std::shared_ptr<Content const> content_;
  std::shared_ptr<Span const> alias_;
};

struct Entry {
  std::string key;
  Span key_span;
  Node value;
};

/// What a Node shares. Only the parsers make these; `finish` computes the totals.
struct Node::Content {
  Kind kind = Kind::null;
  bool quoted = false;
  bool reported = false;
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;
  Span span;
  std::size_t nodes = 1;
  std::size_t bytes = 0;
  std::size_t height = 0;
};
Node finish(Node::Content content);

/// One text that was understood.
struct Document {
  SourcePtr source;
  Node root;

  Node const* at_pointer(std::string_view pointer) const { return root.at_pointer(pointer); }
};

/// Reads YAML 1.2 or JSON. JSON is read as such where the name ends in ".json", or where the text
/// starts with '{' or '[' and is JSON; everything else is YAML.
///
/// Refused, each with its own code: more than limits::document_bytes, _depth, _nodes or
/// _text_bytes, invalid UTF-8, several documents, an empty one, duplicate keys (each is reported),
/// tags outside the core schema, keys that are not text, aliases without an anchor or inside their
/// own anchor. Merge keys (`<<`) are resolved; explicit keys win, then earlier mappings of a list.
///
/// None where no tree could be built. A document with smaller faults (a duplicate key, an unknown
/// tag) does come back, so that its other problems can be reported too: act on it only when
/// `!diagnostics.has_errors()`.
std::optional<Document> parse(SourcePtr const& source, Diagnostics& diagnostics);
std::optional<Document> parse(std::string name, std::string text, Diagnostics& diagnostics);

/// The tree as JSON, for parts that Sluice hands on without looking: plain scalars by the YAML 1.2
/// core schema, quoted ones as text. Text stays what JSON numbers cannot hold: integers with a
/// leading zero or over 64 bits, `.inf`, `.nan`.
json::Value to_json(Node const& node);

}  // namespace sluice::config
