#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

/// The members of CreateFunction, their types and limits (Lambda API, CreateFunction and quotas):
/// the one table behind reading, checking and writing a function's configuration.
namespace sluice::dialect::native {

struct Member;

/// What a member may hold.
struct Shape {
  enum class Kind {
    text,     ///< min to max characters; one of `words`, or an ARN of service `arn`, where given
    integer,  ///< min to max
    seconds,  ///< a duration of whole seconds, min to max; a bare number counts as seconds
    boolean,
    list,       ///< of `element`, at most max
    map,        ///< names to text
    structure,  ///< of `members`
  };
  Kind kind = Kind::text;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::vector<std::string> words;
  std::string_view arn;
  std::vector<Shape> element;   ///< of a list: exactly one
  std::vector<Member> members;  ///< of a structure
};

struct Member {
  std::string key;  ///< as it is typed
  /// AWS's name; for a short key the way to the value: "EphemeralStorage/Size", and "/-" at the
  /// end for a list of this one value.
  std::string aws;
  Shape shape;
};

/// Every member under AWS's own name.
std::vector<Member> const& verbatim_members();
/// The common ones under a short name.
std::vector<Member> const& short_members();

/// The value as AWS takes it; null after a report.
json::Value read_shape(config::Node const& node, Shape const& shape, std::string const& what,
                       config::Diagnostics& diagnostics);

/// The first part of a member's way: the CreateFunction member it belongs to.
std::string top_member(Member const& member);

}  // namespace sluice::dialect::native
