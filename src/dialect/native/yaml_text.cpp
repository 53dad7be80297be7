#include "dialect/native/yaml_text.hpp"

#include <algorithm>
#include <cctype>

#include "base/strings.hpp"
#include "config/typed.hpp"

namespace sluice::dialect::native {
namespace {

constexpr std::size_t line_length = 96;

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

/// Whether the text means itself without quotes, in a flow list too.
bool is_plain(std::string const& text) {
  if (text.empty() || text.back() == ' ' || text.back() == ':') return false;
  if (!is_word_character(text.front()) &&
      std::string_view("./_$").find(text.front()) == std::string_view::npos)
    return false;
  for (char c : text)
    if (!is_word_character(c) &&
        std::string_view(" ./_$:+=@()%;?!'-").find(c) == std::string_view::npos)
      return false;
  bool means_more = config::is_core_null(text) || config::core_boolean(text) ||
                    config::core_integer(text) || config::core_number(text);
  return !means_more && text.find(": ") == std::string::npos;
}

std::string scalar(json::Value const& value) {
  if (value.is_string() && is_plain(value.as_string())) return value.as_string();
  return value.dump();
}

bool is_scalar(json::Value const& value) { return !value.is_array() && !value.is_object(); }

/// Scalars, and lists of scalars on one line; empty where the value needs lines of its own.
std::string on_one_line(json::Value const& value, std::size_t room) {
  if (is_scalar(value)) return scalar(value);
  if (value.is_object()) return value.members().empty() ? "{}" : "";
  if (!std::ranges::all_of(value.items(), is_scalar)) return "";
  std::vector<std::string> items;
  for (auto const& item : value.items()) items.push_back(scalar(item));
  std::string line = "[" + join(items, ", ") + "]";
  return line.size() <= room ? line : "";
}

void write(json::Value const& value, std::size_t indent, bool first_line_is_open, std::string& out);

void write_below(json::Value const& value, std::size_t indent, std::string& out) {
  std::string line = on_one_line(value, line_length - std::min(line_length, indent));
  if (!line.empty()) {
    out += " " + line + "\n";
    return;
  }
  out += "\n";
  write(value, indent + 2, false, out);
}

/// `first_line_is_open`: the first line already has its indentation, behind a "- ".
void write(json::Value const& value, std::size_t indent, bool first_line_is_open,
           std::string& out) {
  bool open = first_line_is_open;
  auto start_line = [&] {
    if (!open) out += std::string(indent, ' ');
    open = false;
  };
  for (auto const& [name, member] : value.members()) {
    start_line();
    out += scalar(json::Value(name)) + ":";
    write_below(member, indent, out);
  }
  for (auto const& item : value.items()) {
    start_line();
    out += "-";
    std::string line = on_one_line(item, line_length - std::min(line_length, indent));
    out += line.empty() ? " " : " " + line + "\n";
    if (line.empty()) write(item, indent + 2, true, out);
  }
}

/// What would be a variable is none; a reference to a secret stays one.
std::string escaped_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::string_view const rest = text.substr(at);
    std::size_t length = 1;
    for (auto kept : {std::string_view("$${secret:"), std::string_view("${secret:")})
      if (length == 1 && rest.starts_with(kept)) length = kept.size();
    if (length == 1 && rest.starts_with("${")) out += '$';
    out += rest.substr(0, length);
    at += length;
  }
  return out;
}

json::Value escaped(json::Value const& value) {
  if (value.is_string()) return escaped_text(value.as_string());
  if (value.is_array()) {
    json::Value out = json::Array{};
    for (auto const& item : value.items()) out.push(escaped(item));
    return out;
  }
  if (value.is_object()) {
    json::Value out = json::Object{};
    for (auto const& [name, member] : value.members()) out.set(name, escaped(member));
    return out;
  }
  return value;
}

}  // namespace

std::string yaml_text(json::Value const& value) {
  std::string line = on_one_line(value, line_length);
  if (!line.empty()) return line + "\n";
  std::string out;
  write(value, 0, false, out);
  return out;
}

std::string release_file_text(json::Value const& value) { return yaml_text(escaped(value)); }

}  // namespace sluice::dialect::native
