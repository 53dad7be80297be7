#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sluice::aws {

/// An element of an answer of S3 or STS. Namespaces' prefixes and attributes are dropped: those
/// answers carry nothing in them.
struct XmlElement {
  std::string name;
  std::string text;  ///< of the element itself, entities resolved; blanks around it are kept
  std::vector<XmlElement> children;

  /// The first child of that name; an empty element where there is none.
  XmlElement const& operator[](std::string_view child) const;
  /// The element or the first below it, in document order, of that name; null where there is none.
  XmlElement const* find(std::string_view wanted) const;
  std::vector<XmlElement const*> all(std::string_view child) const;
};

/// Reads the subset of XML that AWS answers use. Refuses a document type (and with it entity
/// definitions), nesting over 32, unknown entities and unbalanced tags.
Result<XmlElement> parse_xml(std::string_view text);

/// &, <, >, " and ' as entities.
std::string xml_escape(std::string_view text);

}  // namespace sluice::aws
