#include "aws/xml.hpp"

#include <charconv>
#include <cstdint>

#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t deepest = 32;

std::unexpected<Error> broken(std::string why) {
  return fail(ErrorCode::corrupt, "the XML answer cannot be read: " + std::move(why));
}

void append_utf8(std::uint32_t point, std::string& out) {
  auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0 | (point >> 6));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

Result<void> append_entity(std::string_view name, std::string& out) {
  if (name == "amp")
    out += '&';
  else if (name == "lt")
    out += '<';
  else if (name == "gt")
    out += '>';
  else if (name == "quot")
    out += '"';
  else if (name == "apos")
    out += '\'';
  else if (name.starts_with('#')) {
    bool is_hex = name.starts_with("#x");
    std::string_view digits = name.substr(is_hex ? 2 : 1);
    std::uint32_t point = 0;
    auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), point, is_hex ? 16 : 10);
    bool whole = problem == std::errc() && end == digits.data() + digits.size();
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (!whole || point == 0 || point > 0x10FFFF || surrogate)
      return broken("a bad character number");
    append_utf8(point, out);
  } else {
    return broken("an unknown entity");
  }
  return {};
}

std::string local_name(std::string_view name) {
  std::size_t colon = name.find(':');
  return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<XmlElement> document() {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    if (auto skipped = skip_between(); !skipped) return std::unexpected(skipped.error());
    if (!rest_.starts_with('<')) return broken("it has no element");
    auto root = element(1);
    if (!root) return root;
    if (auto skipped = skip_between(); !skipped) return std::unexpected(skipped.error());
    if (!rest_.empty()) return broken("something follows the document");
    return root;
  }

 private:
  /// Takes everything up to and with `end`.
  Result<std::string_view> take_to(std::string_view end) {
    std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return broken("it ends too early");
    std::string_view taken = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return taken;
  }

  bool skip(std::string_view start) {
    if (!rest_.starts_with(start)) return false;
    rest_.remove_prefix(start.size());
    return true;
  }

  /// Blanks, comments and processing instructions around the root.
  Result<void> skip_between() {
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
      std::string_view end = skip("<!--") ? "-->" : skip("<?") ? "?>" : "";
      if (end.empty()) return {};
      if (auto taken = take_to(end); !taken) return std::unexpected(taken.error());
    }
  }

  /// The end of a tag: '>' outside quotes.
  Result<std::string_view> take_tag() {
    char quote = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      char c = rest_[i];
      if (quote)
        quote = c == quote ? '\0' : quote;
      else if (c == '"' || c == '\'')
        quote = c;
      else if (c == '<')
        break;
      else if (c == '>') {
        std::string_view tag = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return tag;
      }
    }
    return broken("a tag does not end");
  }

  Result<XmlElement> element(std::size_t depth) {
    if (depth > deepest) return broken("it is nested too deeply");
    rest_.remove_prefix(1);
    auto tag = take_tag();
    if (!tag) return std::unexpected(tag.error());
    bool closed = tag->ends_with('/');
    std::string_view name = tag->substr(0, tag->find_first_of(" \t\r\n/"));
    if (name.empty() || name[0] == '!' || name[0] == '?')
      return broken("an unexpected declaration");
    XmlElement out{local_name(name), {}, {}};
    if (closed) return out;
    if (auto filled = content(out, name, depth); !filled) return std::unexpected(filled.error());
    return out;
  }

  Result<void> content(XmlElement& out, std::string_view name, std::size_t depth) {
    for (;;) {
      if (auto read = characters(out.text); !read) return read;
      if (skip("</")) {
        auto end = take_to(">");
        if (!end) return std::unexpected(end.error());
        if (trim(*end) != name) return broken("'" + std::string(name) + "' is not closed");
        return {};
      }
      if (skip("<!--")) {
        if (auto taken = take_to("-->"); !taken) return std::unexpected(taken.error());
      } else if (skip("<![CDATA[")) {
        auto taken = take_to("]]>");
        if (!taken) return std::unexpected(taken.error());
        out.text += *taken;
      } else {
        auto child = element(depth + 1);
        if (!child) return std::unexpected(child.error());
        out.children.push_back(std::move(*child));
      }
    }
  }

  /// Text up to the next '<'.
  Result<void> characters(std::string& out) {
    for (;;) {
      std::size_t at = rest_.find_first_of("<&");
      if (at == std::string_view::npos) return broken("it ends too early");
      out += rest_.substr(0, at);
      rest_.remove_prefix(at);
      if (rest_[0] == '<') return {};
      std::size_t end = rest_.find(';');
      if (end > 10) return broken("a bare '&'");
      if (auto read = append_entity(rest_.substr(1, end - 1), out); !read) return read;
      rest_.remove_prefix(end + 1);
    }
  }

  std::string_view rest_;
};

}  // namespace

XmlElement const& XmlElement::operator[](std::string_view child) const {
  static XmlElement const none;
  for (auto const& each : children)
    if (each.name == child) return each;
  return none;
}

XmlElement const* XmlElement::find(std::string_view wanted) const {
  if (name == wanted) return this;
  for (auto const& each : children)
    if (auto const* found = each.find(wanted)) return found;
  return nullptr;
}

std::vector<XmlElement const*> XmlElement::all(std::string_view child) const {
  std::vector<XmlElement const*> out;
  for (auto const& each : children)
    if (each.name == child) out.push_back(&each);
  return out;
}

Result<XmlElement> parse_xml(std::string_view text) { return Reader(text).document(); }

std::string xml_escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace sluice::aws
