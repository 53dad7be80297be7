#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace sluice::local {

/// Writes the small XML documents of S3, STS and CloudWatch, without white space.
class XmlWriter {
 public:
  /// Starts the document; `name_space` may be empty.
  XmlWriter(std::string_view root, std::string_view name_space);

  XmlWriter& open(std::string_view name);
  XmlWriter& close();
  XmlWriter& text(std::string_view name, std::string_view value);
  /// Closes everything that is open and gives the document; the writer is spent.
  std::string finish();

 private:
  std::string out_;
  std::vector<std::string> open_;
};

std::string xml_escape(std::string_view text);

/// The text between the first <name …> and its </name>, entities decoded; empty where there is
/// none. Good for the flat documents S3 clients send; nested elements of the same name are not told
/// apart.
std::string xml_text(std::string_view document, std::string_view name);
/// What stands inside each <name …>…</name>, raw, at most `most` of them.
std::vector<std::string> xml_elements(std::string_view document, std::string_view name,
                                      std::size_t most);

/// "Fri, 02 Jan 2026 03:04:05 GMT".
std::string http_date(Time time);

}  // namespace sluice::local
