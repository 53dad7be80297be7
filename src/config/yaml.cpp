#include <yaml.h>

#include <algorithm>
#include <string>

#include "config/builder.hpp"
#include "config/codes_text.hpp"
#include "config/parsers.hpp"
#include "config/render.hpp"
#include "config/typed.hpp"
#include "config/yaml_error.hpp"

namespace sluice::config {
namespace {

struct Parser {
  yaml_parser_t raw;
  Parser() { ENSURE(yaml_parser_initialize(&raw)); }
  Parser(Parser const&) = delete;
  Parser& operator=(Parser const&) = delete;
  ~Parser() { yaml_parser_delete(&raw); }
};

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(Event const&) = delete;
  Event& operator=(Event const&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

std::string text_of(yaml_char_t const* text) {
  return text ? std::string(reinterpret_cast<char const*>(text)) : std::string();
}

constexpr std::string_view core_tags = "tag:yaml.org,2002:";

/// The short name of a core tag ("str"), "!" for the tag that means "not plain", empty for none.
std::string short_tag(std::string const& tag) {
  return tag.starts_with(core_tags) ? tag.substr(core_tags.size()) : tag;
}

class YamlReader {
 public:
  YamlReader(SourcePtr const& source, Diagnostics& diagnostics)
      : source_(source),
        diagnostics_(diagnostics),
        builder_(source, diagnostics, TreeBuilder::MergeKeys::resolved) {
    auto const* bytes = reinterpret_cast<unsigned char const*>(source->text().data());
    yaml_parser_set_input_string(&parser_.raw, bytes, source->text().size());
    yaml_parser_set_encoding(&parser_.raw, YAML_UTF8_ENCODING);
  }

  std::optional<Document> read() {
    for (bool more = true; more;) {
      Event event;
      if (!yaml_parser_parse(&parser_.raw, &event.raw)) {
        add_fault();
        return std::nullopt;
      }
      more = event.raw.type != YAML_STREAM_END_EVENT;
      if (event.raw.type == YAML_DOCUMENT_START_EVENT && builder_.has_root()) {
        refuse_second_document(event.raw);
        break;
      }
      if (!take(event.raw)) return std::nullopt;
    }
    if (!builder_.has_root()) {
      refuse_empty(diagnostics_, source_);
      return std::nullopt;
    }
    return Document{source_, builder_.root()};
  }

 private:
  std::size_t byte(yaml_mark_t const& mark) const { return source_->byte_of_character(mark.index); }

  /// Braces without quotes were already explained as a key that is no text; what libyaml makes of
  /// the rest of that line is no news.
  void add_fault() {
    Diagnostic found = explain_yaml_error(fault(), source_);
    bool known = std::ranges::any_of(diagnostics_.list(), [&](Diagnostic const& other) {
      return other.code == codes::key_not_text && other.span.line == found.span.line;
    });
    if (!known) diagnostics_.add(std::move(found));
  }

  YamlFault fault() const {
    yaml_parser_t const& raw = parser_.raw;
    YamlFault found;
    found.problem = raw.problem ? raw.problem : "the parser ran out of memory";
    found.context = raw.context ? raw.context : "";
    bool reading = raw.error == YAML_READER_ERROR;
    found.control_character = reading;
    found.at = reading ? raw.problem_offset : byte(raw.problem_mark);
    if (raw.context) found.context_at = byte(raw.context_mark);
    return found;
  }

  /// Without anchor and tag in front, and without the blanks and line ends libyaml counts behind.
  ByteRange place_of(yaml_event_t const& event, bool has_properties) const {
    std::string_view text = source_->text();
    ByteRange place{byte(event.start_mark), byte(event.end_mark)};
    auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (place.to > place.from && blank(text[place.to - 1])) --place.to;
    while (has_properties && place.from < place.to &&
           (text[place.from] == '&' || text[place.from] == '!')) {
      while (place.from < place.to && !blank(text[place.from])) ++place.from;
      while (place.from < place.to && blank(text[place.from])) ++place.from;
    }
    return place;
  }

  bool take(yaml_event_t const& event) {
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return builder_.alias(text_of(event.data.alias.anchor), place_of(event, false));
      case YAML_SCALAR_EVENT: return take_scalar(event);
      case YAML_SEQUENCE_START_EVENT: {
        auto const& start = event.data.sequence_start;
        check_collection_tag(text_of(start.tag), "seq", event);
        return open(Node::Kind::sequence, event, text_of(start.anchor));
      }
      case YAML_MAPPING_START_EVENT: {
        auto const& start = event.data.mapping_start;
        check_collection_tag(text_of(start.tag), "map", event);
        return open(Node::Kind::mapping, event, text_of(start.anchor));
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: return close(event);
      default: return true;
    }
  }

  bool open(Node::Kind kind, yaml_event_t const& event, std::string const& anchor) {
    // A flow collection's event covers its bracket; a block collection's is empty, or covers only
    // its properties and leads to the content behind them.
    ByteRange place{byte(event.start_mark), byte(event.end_mark)};
    std::string_view text = source_->text();
    char first = place.from < text.size() ? text[place.from] : '\0';
    bool properties = first == '&' || first == '!';
    if (properties) {
      while (place.to < text.size() && std::string_view(" \t\r\n").contains(text[place.to]))
        ++place.to;
      char last = place.to > 0 ? text[place.to - 1] : '\0';
      place.from = last == '[' || last == '{' ? place.to - 1 : place.to;
    }
    return builder_.open(kind, place, anchor);
  }

  bool close(yaml_event_t const& event) {
    std::size_t from = byte(event.start_mark);
    std::size_t to = byte(event.end_mark);
    return builder_.close(to > from ? std::optional(to) : std::nullopt);
  }

  bool take_scalar(yaml_event_t const& event) {
    auto const& scalar = event.data.scalar;
    std::string text(reinterpret_cast<char const*>(scalar.value), scalar.length);
    std::string anchor = text_of(scalar.anchor);
    std::string tag = short_tag(text_of(scalar.tag));
    ByteRange place = place_of(event, scalar.anchor || scalar.tag);
    bool quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || tag == "str" || tag == "!";
    if (tag == "int" || tag == "float" || tag == "bool" || tag == "null") {
      check_value_of_tag(tag, text, place);
      quoted = false;
    } else if (!tag.empty() && tag != "str" && tag != "!") {
      refuse_tag(text_of(scalar.tag), event);
      quoted = true;
    }
    if (!quoted && is_core_null(text)) return builder_.null(std::move(text), place, anchor);
    return builder_.scalar(std::move(text), quoted, place, anchor);
  }

  void check_value_of_tag(std::string const& tag, std::string const& text, ByteRange place) {
    bool fits = tag == "int"     ? core_integer(text).has_value()
                : tag == "float" ? core_number(text).has_value()
                : tag == "bool"  ? core_boolean(text).has_value()
                                 : is_core_null(text);
    if (fits) return;
    builder_.mark_next_reported();
    diagnostics_.error(codes::tag_mismatch, builder_.span(place),
                       in_quotes(text) + " is not what its tag '!!" + tag + "' says",
                       {.cause = {}, .help = "remove the tag: the type follows from the key"});
  }

  void check_collection_tag(std::string const& tag, std::string_view core,
                            yaml_event_t const& event) {
    std::string name = short_tag(tag);
    if (!name.empty() && name != core && name != "!") refuse_tag(tag, event);
  }

  void refuse_tag(std::string const& tag, yaml_event_t const& event) {
    static constexpr std::string_view cloudformation[] = {
        "!Ref", "!Sub", "!GetAtt", "!Join", "!ImportValue", "!If", "!FindInMap", "!Select"};
    bool template_tag = std::ranges::find(cloudformation, tag) != std::end(cloudformation);
    std::size_t start = byte(event.start_mark);
    std::string_view rest = std::string_view(source_->text()).substr(start);
    if (rest.starts_with('&')) {
      start += std::min(rest.find('!'), rest.size());
      rest = std::string_view(source_->text()).substr(start);
    }
    std::size_t length = std::min(rest.find_first_of(" \t\r\n,]}"), rest.size());
    std::string shown = tag.starts_with(core_tags) ? "!!" + short_tag(tag) : tag;
    diagnostics_.error(
        codes::unknown_tag, builder_.span({start, start + length}),
        "unknown tag " + in_quotes(shown),
        {.cause = template_tag ? "it belongs to CloudFormation templates; nothing resolves it here"
                               : "a release file holds plain values only",
         .help = template_tag ? "write the value itself, or pass it in as an input"
                              : "remove the tag, or quote the text if it starts with '!'"});
  }

  void refuse_second_document(yaml_event_t const& event) {
    diagnostics_.error(codes::several_documents, builder_.span(place_of(event, false)),
                       "a second document starts here",
                       {.cause = "'---' separates documents, and a file holds one release",
                        .help = "put each document into a file of its own"});
  }

  SourcePtr source_;
  Diagnostics& diagnostics_;
  TreeBuilder builder_;
  Parser parser_;
};

}  // namespace

std::optional<Document> parse_yaml(SourcePtr const& source, Diagnostics& diagnostics) {
  return YamlReader(source, diagnostics).read();
}

void refuse_empty(Diagnostics& diagnostics, SourcePtr const& source) {
  diagnostics.error(codes::empty_document, make_span(source, 0, 0), "the file is empty",
                    {.cause = "it holds nothing but blanks and comments", .help = {}});
}

}  // namespace sluice::config
