#include "server/codedeploy/shape.hpp"

#include <algorithm>
#include <cmath>

#include "base/strings.hpp"

namespace sluice::server::codedeploy {
namespace {

std::string_view kind_of(json::Value const& value) {
  if (value.is_bool()) return value.as_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
  if (value.is_number()) return "NUMBER_VALUE";
  if (value.is_string()) return "STRING_VALUE";
  return value.is_array() ? "START_ARRAY" : "START_OBJECT";
}

bool is_whole(json::Value const& value) {
  if (value.is_int()) return true;
  double const number = value.as_double();
  return value.is_number() && std::isfinite(number) && std::floor(number) == number &&
         std::abs(number) < 9e15;
}

}  // namespace

Shape::Shape(Kind kind) : kind_(kind) {}
Shape::Shape(Shape const&) = default;
Shape::Shape(Shape&&) noexcept = default;
Shape& Shape::operator=(Shape const&) = default;
Shape& Shape::operator=(Shape&&) noexcept = default;
Shape::~Shape() = default;

Shape Shape::text() { return Shape(Kind::text); }
Shape Shape::flag() { return Shape(Kind::flag); }
Shape Shape::whole() { return Shape(Kind::whole); }
Shape Shape::timestamp() { return Shape(Kind::timestamp); }

Shape Shape::list(Shape element) {
  Shape shape(Kind::list);
  shape.element_ = std::make_shared<Shape const>(std::move(element));
  return shape;
}

Shape Shape::map(Shape element) {
  Shape shape(Kind::map);
  shape.element_ = std::make_shared<Shape const>(std::move(element));
  return shape;
}

Shape Shape::structure(std::vector<Member> members) {
  Shape shape(Kind::structure);
  shape.members_ = std::move(members);
  return shape;
}

bool Shape::fits(json::Value const& value) const {
  switch (kind_) {
    case Kind::text: return value.is_string();
    case Kind::flag: return value.is_bool();
    case Kind::whole: return is_whole(value);
    case Kind::timestamp: return value.is_number();
    case Kind::list: return value.is_array();
    case Kind::map:
    case Kind::structure: return value.is_object();
  }
  return false;
}

Shape const* Shape::shape_of(std::string_view name) const {
  if (kind_ == Kind::map) return element_.get();
  auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &found->shape;
}

Outcome<json::Value> Shape::read_list(json::Value const& value, std::string const& path) const {
  json::Value out = json::Array{};
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    auto const& item = value.items()[i];
    auto read = item.is_null() ? Outcome<json::Value>(json::Value())
                               : element_->read(item, path + "[" + std::to_string(i) + "]");
    if (!read) return read;
    out.push(std::move(*read));
  }
  return out;
}

Outcome<json::Value> Shape::read_members(json::Value const& value, std::string const& path) const {
  json::Value out = json::Object{};
  for (auto const& [name, member] : value.members()) {
    Shape const* shape = shape_of(name);
    if (!shape || member.is_null()) continue;
    auto read = shape->read(member, path.empty() ? name : path + "." + name);
    if (!read) return read;
    out.set(name, std::move(*read));
  }
  return out;
}

Outcome<json::Value> Shape::read(json::Value const& value, std::string const& path) const {
  if (!fits(value)) {
    static constexpr std::string_view names[] = {
        "a String", "a Boolean", "an Integer", "a Timestamp", "a List", "a Map", "a Structure"};
    return refuse("Serialization", printable(path.empty() ? "the request" : path) + ": " +
                                       std::string(kind_of(value)) + " can not be converted to " +
                                       std::string(names[static_cast<std::size_t>(kind_)]));
  }
  if (kind_ == Kind::list) return read_list(value, path);
  if (kind_ == Kind::map || kind_ == Kind::structure) return read_members(value, path);
  if (kind_ == Kind::whole) return json::Value(static_cast<std::int64_t>(value.as_double()));
  return value;
}

}  // namespace sluice::server::codedeploy
