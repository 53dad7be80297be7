#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace sluice::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

/// Members in the order they were written. Objects here are small: a lookup is a linear search.
using Object = std::vector<Member>;

/// A JSON document. Integers keep all 64 bits; everything else that is a number is a double.
class Value {
 public:
  Value();
  Value(std::nullptr_t);
  Value(bool value);
  Value(int value);
  Value(std::int64_t value);
  Value(std::size_t value);
  Value(double value);
  Value(char const* value);
  Value(std::string value);
  Value(std::string_view value);
  Value(Array value);
  Value(Object value);
  /// An object from literal members: Value{{"name", "live"}, {"weight", 10}}.
  Value(std::initializer_list<Member> members);
  Value(Value const&);
  Value(Value&&) noexcept;
  Value& operator=(Value const&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  bool is_null() const;
  bool is_bool() const;
  bool is_int() const;
  bool is_number() const;  ///< integer or double
  bool is_string() const;
  bool is_array() const;
  bool is_object() const;

  /// The value where it has that type (a whole double counts as an integer), `otherwise` where not.
  bool as_bool(bool otherwise = false) const;
  std::int64_t as_int(std::int64_t otherwise = 0) const;
  double as_double(double otherwise = 0) const;
  /// Empty where this is not a string. Valid as long as this value is.
  std::string const& as_string() const;
  /// Empty where this is not an array / object.
  Array const& items() const;
  Object const& members() const;

  /// The member of that name, or a null value where there is none or this is no object.
  Value const& operator[](std::string_view name) const;
  bool contains(std::string_view name) const;
  /// The member of that name, made (and this made an object) where there is none.
  Value& set(std::string_view name, Value value);
  bool erase(std::string_view name);
  /// Appends; makes a null value an array first.
  Value& push(Value value);

  Array& mutable_items();
  Object& mutable_members();

  /// Members compare without regard to their order; 1 and 1.0 are equal.
  friend bool operator==(Value const& a, Value const& b);

  /// One line, members in their order.
  std::string dump() const;
  /// Indented by two blanks.
  std::string pretty() const;
  /// One line, members sorted by name: the same document always gives the same bytes.
  std::string canonical() const;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// An array from literal values.
Value array(std::initializer_list<Value> values);
Value array_of(std::vector<std::string> const& values);
Value object_of(std::map<std::string, std::string> const& values);

/// Reads one document. Refuses duplicate members, nesting over 64, invalid UTF-8, integers over 64
/// bits and anything behind the document. The error names line and column.
Result<Value> parse(std::string_view text);

}  // namespace sluice::json
