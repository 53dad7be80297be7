#include <algorithm>
#include <cmath>

#include "base/json.hpp"

namespace sluice::json {

Value::Value() : data_(nullptr) {}
Value::Value(std::nullptr_t) : data_(nullptr) {}
Value::Value(bool value) : data_(value) {}
Value::Value(int value) : data_(static_cast<std::int64_t>(value)) {}
Value::Value(std::int64_t value) : data_(value) {}
Value::Value(std::size_t value) : data_(static_cast<std::int64_t>(value)) {}
Value::Value(double value) : data_(value) {}
Value::Value(char const* value) : data_(std::string(value)) {}
Value::Value(std::string value) : data_(std::move(value)) {}
Value::Value(std::string_view value) : data_(std::string(value)) {}
Value::Value(Array value) : data_(std::move(value)) {}
Value::Value(Object value) : data_(std::move(value)) {}
Value::Value(std::initializer_list<Member> members) : data_(Object(members)) {}
// The type is recursive through vector: these must see it complete (clang rejects them inline).
Value::Value(Value const&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(Value const&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

bool Value::is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
bool Value::is_bool() const { return std::holds_alternative<bool>(data_); }
bool Value::is_int() const { return std::holds_alternative<std::int64_t>(data_); }
bool Value::is_number() const { return is_int() || std::holds_alternative<double>(data_); }
bool Value::is_string() const { return std::holds_alternative<std::string>(data_); }
bool Value::is_array() const { return std::holds_alternative<Array>(data_); }
bool Value::is_object() const { return std::holds_alternative<Object>(data_); }

bool Value::as_bool(bool otherwise) const {
  auto const* found = std::get_if<bool>(&data_);
  return found ? *found : otherwise;
}

std::int64_t Value::as_int(std::int64_t otherwise) const {
  if (auto const* found = std::get_if<std::int64_t>(&data_)) return *found;
  auto const* real = std::get_if<double>(&data_);
  bool whole = real && std::trunc(*real) == *real && std::abs(*real) < 9.0e18;
  return whole ? static_cast<std::int64_t>(*real) : otherwise;
}

double Value::as_double(double otherwise) const {
  if (auto const* found = std::get_if<double>(&data_)) return *found;
  auto const* whole = std::get_if<std::int64_t>(&data_);
  return whole ? static_cast<double>(*whole) : otherwise;
}

std::string const& Value::as_string() const {
  static std::string const empty;
  auto const* found = std::get_if<std::string>(&data_);
  return found ? *found : empty;
}

Array const& Value::items() const {
  static Array const empty;
  auto const* found = std::get_if<Array>(&data_);
  return found ? *found : empty;
}

Object const& Value::members() const {
  static Object const empty;
  auto const* found = std::get_if<Object>(&data_);
  return found ? *found : empty;
}

Value const& Value::operator[](std::string_view name) const {
  static Value const missing;
  for (auto const& member : members())
    if (member.first == name) return member.second;
  return missing;
}

bool Value::contains(std::string_view name) const {
  return std::ranges::any_of(members(), [&](Member const& m) { return m.first == name; });
}

Value& Value::set(std::string_view name, Value value) {
  auto& all = mutable_members();
  for (auto& member : all) {
    if (member.first != name) continue;
    member.second = std::move(value);
    return member.second;
  }
  return all.emplace_back(std::string(name), std::move(value)).second;
}

bool Value::erase(std::string_view name) {
  if (!is_object()) return false;
  return std::erase_if(std::get<Object>(data_), [&](Member const& m) { return m.first == name; }) >
         0;
}

Value& Value::push(Value value) { return mutable_items().emplace_back(std::move(value)); }

Array& Value::mutable_items() {
  if (!is_array()) data_ = Array{};
  return std::get<Array>(data_);
}

Object& Value::mutable_members() {
  if (!is_object()) data_ = Object{};
  return std::get<Object>(data_);
}

bool operator==(Value const& a, Value const& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_int() && b.is_int()) return a.as_int() == b.as_int();
    return a.as_double() == b.as_double();
  }
  if (a.is_object() && b.is_object()) {
    if (a.members().size() != b.members().size()) return false;
    return std::ranges::all_of(a.members(), [&](Member const& m) {
      return b.contains(m.first) && b[m.first] == m.second;
    });
  }
  return a.data_ == b.data_;
}

Value array(std::initializer_list<Value> values) { return Value(Array(values)); }

Value array_of(std::vector<std::string> const& values) {
  return Value(Array(values.begin(), values.end()));
}

Value object_of(std::map<std::string, std::string> const& values) {
  Object members;
  for (auto const& [name, value] : values) members.emplace_back(name, Value(value));
  return Value(std::move(members));
}

}  // namespace sluice::json
