#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace sluice::json {
namespace {

constexpr std::size_t max_depth = 64;

void write_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += "\\u00";
          out += hex[static_cast<unsigned char>(c) >> 4];
          out += hex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_double(std::string& out, double value) {
  if (!std::isfinite(value)) {  // JSON has no word for these
    out += "null";
    return;
  }
  std::array<char, 32> text;
  auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string_view written(text.data(), end);
  out += written;
  if (written.find_first_of(".eE") == std::string_view::npos) out += ".0";
}

struct Writer {
  bool indented = false;
  bool sorted = false;
  std::string out;

  void new_line(int depth) {
    if (!indented) return;
    out += '\n';
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  void write_object(Object const& members, int depth) {
    std::vector<Member const*> order;
    for (auto const& member : members) order.push_back(&member);
    if (sorted) std::ranges::sort(order, {}, [](Member const* m) { return m->first; });
    out += '{';
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i) out += ',';
      new_line(depth + 1);
      write_string(out, order[i]->first);
      out += indented ? ": " : ":";
      write(order[i]->second, depth + 1);
    }
    if (!order.empty()) new_line(depth);
    out += '}';
  }

  void write_array(Array const& items, int depth) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i) out += ',';
      new_line(depth + 1);
      write(items[i], depth + 1);
    }
    if (!items.empty()) new_line(depth);
    out += ']';
  }

  void write(Value const& value, int depth) {
    if (value.is_null())
      out += "null";
    else if (value.is_bool())
      out += value.as_bool() ? "true" : "false";
    else if (value.is_int())
      out += std::to_string(value.as_int());
    else if (value.is_number())
      write_double(out, value.as_double());
    else if (value.is_string())
      write_string(out, value.as_string());
    else if (value.is_array())
      write_array(value.items(), depth);
    else
      write_object(value.members(), depth);
  }
};

/// Builds the tree from nlohmann's events; that header stays inside this file.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Value root;
  std::string problem;
  std::size_t position = 0;

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(std::int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX))
      return refuse("the integer is too large");
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, string_t const& text) override {
    if (text.find_first_of(".eE") == std::string::npos) return refuse("the integer is too large");
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value(Object{})); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse("the member \"" + name + "\" is there twice");
    keys_.back() = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Value(Array{})); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t where, std::string const&,
                   nlohmann::json::exception const& error) override {
    position = where;
    problem = error.what();
    // nlohmann's text is "[json.exception.parse_error.101] parse error at line 1, column 2: …".
    if (auto at = problem.find("syntax error"); at != std::string::npos)
      problem.erase(0, at);
    else if (at = problem.find("] "); at != std::string::npos)
      problem.erase(0, at + 2);
    return false;
  }

 private:
  bool refuse(std::string why) {
    problem = std::move(why);
    return false;
  }
  Value& place(Value value) {
    if (open_.empty()) return root = std::move(value);
    Value& parent = *open_.back();
    if (parent.is_array()) return parent.push(std::move(value));
    // Duplicates were refused in key(): append without a search.
    return parent.mutable_members().emplace_back(std::move(keys_.back()), std::move(value)).second;
  }
  bool put(Value value) {
    place(std::move(value));
    return true;
  }
  bool open(Value value) {
    if (open_.size() >= max_depth) return refuse("nested too deeply (over 64 levels)");
    open_.push_back(&place(std::move(value)));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  // Each points into its parent, which does not grow while a child is open.
  std::vector<Value*> open_;
  std::vector<std::string> keys_;
};

}  // namespace

std::string Value::dump() const {
  Writer writer;
  writer.write(*this, 0);
  return std::move(writer.out);
}

std::string Value::pretty() const {
  Writer writer{.indented = true, .sorted = false, .out = {}};
  writer.write(*this, 0);
  return std::move(writer.out);
}

std::string Value::canonical() const {
  Writer writer{.indented = false, .sorted = true, .out = {}};
  writer.write(*this, 0);
  return std::move(writer.out);
}

Result<Value> parse(std::string_view text) {
  Builder builder;
  bool ok = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (ok) return std::move(builder.root);
  std::size_t end = builder.position ? std::min(builder.position, text.size()) : 0;
  if (!end) return fail(ErrorCode::invalid_input, "not valid JSON: " + builder.problem);
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < end; ++i) {
    if (text[i] == '\n')
      ++line, column = 1;
    else
      ++column;
  }
  return fail(ErrorCode::invalid_input, "not valid JSON at line " + std::to_string(line) +
                                            ", column " + std::to_string(column) + ": " +
                                            builder.problem);
}

}  // namespace sluice::json
