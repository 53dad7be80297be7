#include "base/strings.hpp"
#include "net/http.hpp"

namespace sluice::net {
namespace {

bool is_plain(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string percent_encode(std::string_view text, bool keep_slash) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_plain(c) || (keep_slash && c == '/')) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return fail(ErrorCode::invalid_input,
                  "'" + printable(text) + "' holds a '%' without two hexadecimal digits behind it",
                  "write a percent sign as %25");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Result<Pairs> parse_query(std::string_view query, bool plus_is_blank) {
  Pairs pairs;
  if (query.empty()) return pairs;
  for (std::string const& part : split(query, '&')) {
    if (part.empty()) continue;
    std::size_t equals = part.find('=');
    auto name = percent_decode(std::string_view(part).substr(0, equals), plus_is_blank);
    if (!name) return std::unexpected(name.error());
    std::string value;
    if (equals != std::string::npos) {
      auto decoded = percent_decode(std::string_view(part).substr(equals + 1), plus_is_blank);
      if (!decoded) return std::unexpected(decoded.error());
      value = std::move(*decoded);
    }
    pairs.emplace_back(std::move(*name), std::move(value));
  }
  return pairs;
}

std::string format_query(Pairs const& pairs) {
  std::string out;
  for (auto const& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + '=' + percent_encode(value);
  }
  return out;
}

}  // namespace sluice::net
