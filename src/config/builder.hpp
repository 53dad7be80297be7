#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/document.hpp"

namespace sluice::config {

/// A stretch of the source in bytes, as the parsers see it.
struct ByteRange {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// Puts a tree together from the events of a parser, under the limits of a document, and reports
/// what is wrong with its shape. Every call answers whether it makes sense to go on.
class TreeBuilder {
 public:
  /// Merge keys exist in YAML only.
  enum class MergeKeys { resolved, ordinary };

  TreeBuilder(SourcePtr source, Diagnostics& diagnostics, MergeKeys merge_keys)
      : source_(std::move(source)), diagnostics_(&diagnostics), merge_keys_(merge_keys) {}

  bool scalar(std::string text, bool quoted, ByteRange place, std::string const& anchor = {});
  /// A null: `typed` is what stands there, possibly nothing.
  bool null(std::string typed, ByteRange place, std::string const& anchor = {});
  bool open(Node::Kind kind, ByteRange start, std::string const& anchor = {});
  /// `end` is the byte behind the closing bracket; none for a block collection, which ends where
  /// its last child does.
  bool close(std::optional<std::size_t> end);
  bool alias(std::string const& name, ByteRange place);

  /// The next scalar is at fault and was reported.
  void mark_next_reported() { next_reported_ = true; }

  bool has_root() const { return root_.has_value(); }
  Node const& root() const { return *root_; }
  bool inside_mapping() const {
    return !open_.empty() && open_.back().content.kind == Node::Kind::mapping;
  }

  Span span(ByteRange place) const;

 private:
  struct Merge {
    std::size_t position;  ///< entries before it
    Node value;
  };
  struct PendingKey {
    std::string text;
    Span span;
    bool dropped = false;  ///< refused: its value is read and forgotten
    bool merge = false;
  };
  struct Open {
    Node::Content content;
    std::size_t start = 0;
    std::size_t last_end = 0;
    std::string anchor;
    std::optional<PendingKey> key;
    std::unordered_map<std::string, Span> keys;
    std::optional<Span> merge_key;
    std::vector<Merge> merges;
  };

  bool leaf(Node::Content content, ByteRange place, std::string const& anchor);
  bool put(Node node, ByteRange place);
  void refuse_key(Open& parent, Node const& key, ByteRange place);
  void take_key(Open& parent, Node const& node, ByteRange place);
  void take_entry(Open& parent, Node node);
  void take_merge(Open& parent, Node const& node);
  void resolve_merges(Open& mapping);
  bool expects_key() const;
  bool charge(std::size_t nodes, std::size_t bytes, ByteRange place);
  bool check_depth(std::size_t depth, ByteRange place);
  void remember(std::string const& anchor, Node const& node);

  SourcePtr source_;
  Diagnostics* diagnostics_;
  MergeKeys merge_keys_;
  std::vector<Open> open_;
  std::map<std::string, Node> anchors_;
  std::optional<Node> root_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  bool next_reported_ = false;
};

}  // namespace sluice::config
