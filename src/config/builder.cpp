#include "config/builder.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "config/typed.hpp"

namespace sluice::config {

Span TreeBuilder::span(ByteRange place) const { return make_span(source_, place.from, place.to); }

bool TreeBuilder::expects_key() const { return inside_mapping() && !open_.back().key; }

bool TreeBuilder::charge(std::size_t nodes, std::size_t bytes, ByteRange place) {
  nodes_ += nodes;
  bytes_ += bytes;
  if (nodes_ <= limits::document_nodes && bytes_ <= limits::document_text_bytes) return true;
  std::string what = nodes_ > limits::document_nodes
                         ? std::to_string(limits::document_nodes) + " values"
                         : std::to_string(limits::document_text_bytes >> 20) + " MiB of text";
  diagnostics_->error(codes::too_many_nodes, span(place), "the document has more than " + what,
                      {.cause = "every alias counts with all the values it stands for",
                       .help = "use fewer aliases, or split the file"});
  return false;
}

bool TreeBuilder::check_depth(std::size_t depth, ByteRange place) {
  if (depth <= limits::document_depth) return true;
  diagnostics_->error(
      codes::too_deep, span(place),
      "the document is nested more than " + std::to_string(limits::document_depth) + " levels deep",
      {.cause = {}, .help = "flatten it; no release file needs this depth"});
  return false;
}

void TreeBuilder::remember(std::string const& anchor, Node const& node) {
  if (!anchor.empty()) anchors_.insert_or_assign(anchor, node);
}

bool TreeBuilder::scalar(std::string text, bool quoted, ByteRange place,
                         std::string const& anchor) {
  Node::Content content;
  content.kind = Node::Kind::scalar;
  content.quoted = quoted;
  content.text = std::move(text);
  return leaf(std::move(content), place, anchor);
}

bool TreeBuilder::null(std::string typed, ByteRange place, std::string const& anchor) {
  Node::Content content;
  content.text = std::move(typed);
  return leaf(std::move(content), place, anchor);
}

bool TreeBuilder::leaf(Node::Content content, ByteRange place, std::string const& anchor) {
  if (!charge(expects_key() ? 0 : 1, content.text.size(), place)) return false;
  content.span = span(place);
  content.reported = std::exchange(next_reported_, false);
  Node node = finish(std::move(content));
  remember(anchor, node);
  return put(std::move(node), place);
}

bool TreeBuilder::open(Node::Kind kind, ByteRange start, std::string const& anchor) {
  if (!charge(1, 0, start) || !check_depth(open_.size() + 1, start)) return false;
  Open opened;
  opened.content.kind = kind;
  opened.start = start.from;
  opened.last_end = start.to;
  opened.anchor = anchor;
  open_.push_back(std::move(opened));
  return true;
}

bool TreeBuilder::close(std::optional<std::size_t> end) {
  Open closed = std::move(open_.back());
  open_.pop_back();
  resolve_merges(closed);
  ByteRange place{closed.start, end.value_or(closed.last_end)};
  closed.content.span = span(place);
  Node node = finish(std::move(closed.content));
  remember(closed.anchor, node);
  return put(std::move(node), place);
}

bool TreeBuilder::alias(std::string const& name, ByteRange place) {
  auto around = std::ranges::find(open_, name, &Open::anchor);
  if (around != open_.end()) {
    diagnostics_->error(codes::alias_cycle, span(place),
                        "the alias '*" + name + "' stands inside its own anchor '&" + name + "'",
                        {.cause = "the value would contain itself without end",
                         .help = "move the shared part into an anchor of its own"});
    return false;
  }
  auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    std::vector<std::string> names;
    for (auto const& anchor : anchors_) names.push_back(anchor.first);
    auto meant = nearest(name, names);
    diagnostics_->error(
        codes::unknown_alias, span(place), "no anchor '&" + name + "' stands before this alias",
        {.cause = {},
         .help = meant ? "did you mean '*" + *meant + "'?"
                       : "set '&" + name + "' before the value that is shared, or quote the text"});
    mark_next_reported();
    return scalar('*' + name, false, place);
  }
  Node const& shared = found->second;
  if (!charge(shared.node_count(), shared.text_bytes(), place)) return false;
  if (!check_depth(open_.size() + shared.height(), place)) return false;
  return put(shared.through_alias(span(place)), place);
}

bool TreeBuilder::put(Node node, ByteRange place) {
  if (open_.empty()) {
    root_ = std::move(node);
    return true;
  }
  Open& parent = open_.back();
  parent.last_end = std::max(parent.last_end, place.to);
  if (parent.content.kind == Node::Kind::sequence)
    parent.content.items.push_back(std::move(node));
  else if (!parent.key)
    take_key(parent, node, place);
  else
    take_entry(parent, std::move(node));
  return true;
}

void TreeBuilder::refuse_key(Open& parent, Node const& key, ByteRange place) {
  parent.content.reported = true;
  std::string message = std::string("a key must be text, this is ") + description_of(key);
  std::size_t outer = place.from > 0 ? place.from - 1 : 0;
  if (source_->text().substr(outer, 2) != "{{") {
    diagnostics_->error(codes::key_not_text, span(place), std::move(message),
                        {.cause = {}, .help = "write a plain name"});
    return;
  }
  // The quotes that are missing belong around the rest of the line, without its comment.
  Position start = source_->position(outer);
  std::size_t line_end = source_->byte_at({start.line, 1}) + source_->line(start.line).size();
  std::string_view rest = std::string_view(source_->text()).substr(outer, line_end - outer);
  rest = trim(rest.substr(0, rest.find(" #")));
  Span value = make_span(source_, outer, outer + rest.size());
  std::string better = corrected_line(value, '"' + std::string(rest) + '"');
  diagnostics_->error(
      codes::key_not_text, value, std::move(message),
      {.cause = "to YAML an unquoted '{{' starts a mapping inside a mapping",
       .help = better.empty() ? "quote the whole value" : "quote the value: `" + better + "`"});
}

void TreeBuilder::take_key(Open& parent, Node const& node, ByteRange place) {
  PendingKey key{node.text(), span(place)};
  if (node.is_mapping() || node.is_sequence()) {
    key.dropped = true;
    refuse_key(parent, node, place);
  }
  key.merge = merge_keys_ == MergeKeys::resolved && key.text == "<<" && !node.quoted();
  Span const* first = nullptr;
  if (key.merge) {
    if (parent.merge_key)
      first = &*parent.merge_key;
    else
      parent.merge_key = key.span;
  } else if (!key.dropped) {
    auto [there, added] = parent.keys.try_emplace(key.text, key.span);
    if (!added) first = &there->second;
  }
  if (first) {
    key.dropped = true;
    diagnostics_->error(codes::duplicate_key, key.span,
                        "the key " + in_quotes(key.text) + " is there twice",
                        {.cause = "only one of the two values could count",
                         .help = key.merge ? "merge several mappings with a list: <<: [*a, *b]"
                                           : "remove or rename one of them",
                         .related = {{*first, "first given here"}}});
  }
  parent.key = std::move(key);
}

void TreeBuilder::take_entry(Open& parent, Node node) {
  PendingKey key = std::move(*parent.key);
  parent.key.reset();
  if (key.dropped) return;
  if (key.merge) return take_merge(parent, node);
  parent.content.entries.push_back({std::move(key.text), std::move(key.span), std::move(node)});
}

void TreeBuilder::take_merge(Open& parent, Node const& node) {
  std::size_t position = parent.content.entries.size();
  auto take = [&](Node const& mapping) {
    if (mapping.is_mapping())
      parent.merges.push_back({position, mapping});
    else
      report(*diagnostics_, mapping, codes::bad_merge,
             "'<<' takes a mapping or a list of mappings, found " + description_of(mapping),
             "name an anchor that stands before a mapping: <<: *defaults");
  };
  if (!node.is_sequence()) return take(node);
  for (auto const& item : node.items())
    take(node.alias_span() && !item.alias_span() ? item.through_alias(*node.alias_span()) : item);
}

void TreeBuilder::resolve_merges(Open& mapping) {
  if (mapping.merges.empty()) return;
  std::vector<Entry> merged;
  std::size_t position = mapping.merges.front().position;
  for (auto const& merge : mapping.merges)
    for (auto const& entry : merge.value.entries()) {
      if (!mapping.keys.try_emplace(entry.key, entry.key_span).second) continue;
      Entry copy = entry;
      if (merge.value.alias_span())
        copy.value = copy.value.through_alias(*merge.value.alias_span());
      merged.push_back(std::move(copy));
    }
  auto& entries = mapping.content.entries;
  entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(position),
                 std::make_move_iterator(merged.begin()), std::make_move_iterator(merged.end()));
}

}  // namespace sluice::config
