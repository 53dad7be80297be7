#include "local/wire/xml.hpp"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <optional>

#include "base/strings.hpp"

namespace sluice::local {

XmlWriter::XmlWriter(std::string_view root, std::string_view name_space)
    : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<") {
  out_ += root;
  if (!name_space.empty()) out_.append(" xmlns=\"").append(name_space).append("\"");
  out_ += '>';
  open_.emplace_back(root);
}

XmlWriter& XmlWriter::open(std::string_view name) {
  out_.append("<").append(name).append(">");
  open_.emplace_back(name);
  return *this;
}

XmlWriter& XmlWriter::close() {
  out_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

XmlWriter& XmlWriter::text(std::string_view name, std::string_view value) {
  out_.append("<").append(name).append(">").append(xml_escape(value));
  out_.append("</").append(name).append(">");
  return *this;
}

std::string XmlWriter::finish() {
  while (!open_.empty()) close();
  return std::move(out_);
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      // A bare carriage return would be read back as a line feed.
      case '\r': out += "&#13;"; break;
      default:
        // XML 1.0 has no way to write the other control characters.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
          out += c;
        else
          out += '?';
    }
  }
  return out;
}

namespace {

std::string unescape(std::string_view text) {
  auto out = replace_all(text, "&lt;", "<");
  out = replace_all(out, "&gt;", ">");
  out = replace_all(out, "&quot;", "\"");
  out = replace_all(out, "&apos;", "'");
  out = replace_all(out, "&#13;", "\r");
  return replace_all(out, "&amp;", "&");
}

/// The inside of the first element of that name from `from` on; moves `from` behind it.
std::optional<std::string_view> next_element(std::string_view document, std::string_view name,
                                             std::size_t& from) {
  auto const begin = "<" + std::string(name);
  auto const end = "</" + std::string(name) + ">";
  while (true) {
    auto const at = document.find(begin, from);
    if (at == std::string_view::npos) return {};
    auto const behind = at + begin.size();
    if (behind >= document.size()) return {};
    from = behind;
    char const sign = document[behind];
    if (sign != '>' && sign != ' ' && sign != '/' && sign != '\n' && sign != '\t') continue;
    auto const head = document.find('>', behind);
    if (head == std::string_view::npos) return {};
    from = head + 1;
    if (document[head - 1] == '/') return std::string_view();
    auto const close = document.find(end, from);
    if (close == std::string_view::npos) return {};
    auto const inside = document.substr(from, close - from);
    from = close + end.size();
    return inside;
  }
}

}  // namespace

std::string xml_text(std::string_view document, std::string_view name) {
  std::size_t from = 0;
  auto const inside = next_element(document, name, from);
  return inside ? unescape(trim(*inside)) : std::string();
}

std::vector<std::string> xml_elements(std::string_view document, std::string_view name,
                                      std::size_t most) {
  std::vector<std::string> found;
  std::size_t from = 0;
  while (found.size() < most) {
    auto const inside = next_element(document, name, from);
    if (!inside) break;
    found.emplace_back(*inside);
  }
  return found;
}

std::string http_date(Time time) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace sluice::local
