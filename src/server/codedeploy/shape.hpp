#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/codedeploy/fault.hpp"

namespace sluice::server::codedeploy {

/// What kind of JSON a member of a request is (CodeDeploy API model, 2014-10-06).
class Shape {
 public:
  struct Member;

  Shape(Shape const&);
  Shape(Shape&&) noexcept;
  Shape& operator=(Shape const&);
  Shape& operator=(Shape&&) noexcept;
  ~Shape();

  static Shape text();
  static Shape flag();
  static Shape whole();      ///< an integer; 10.0 is one
  static Shape timestamp();  ///< seconds since 1970, with a fraction
  static Shape list(Shape element);
  static Shape map(Shape element);  ///< of any names
  static Shape structure(std::vector<Member> members);

  /// The value as far as it is known: without unknown members and members that are null, which
  /// count as absent; a null in a list stays. SerializationException: something is of another type;
  /// `path` names the value.
  Outcome<json::Value> read(json::Value const& value, std::string const& path = {}) const;

 private:
  enum class Kind { text, flag, whole, timestamp, list, map, structure };
  explicit Shape(Kind kind);
  Outcome<json::Value> read_list(json::Value const& value, std::string const& path) const;
  Outcome<json::Value> read_members(json::Value const& value, std::string const& path) const;
  Shape const* shape_of(std::string_view name) const;
  bool fits(json::Value const& value) const;

  Kind kind_;
  std::vector<Member> members_;           ///< of a structure
  std::shared_ptr<Shape const> element_;  ///< of a list or a map
};

struct Shape::Member {
  std::string_view name;
  Shape shape;
};

}  // namespace sluice::server::codedeploy
