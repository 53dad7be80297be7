#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"

namespace sluice::test {

/// Compares what a server answers with its OpenAPI document: the part of JSON Schema 2020-12 that
/// the document uses, and strictly: a member that the document does not name is a mistake, unless
/// it allows others; so is a keyword that is not known here.
class SchemaCheck {
 public:
  explicit SchemaCheck(json::Value document) : document_(std::move(document)) {}

  json::Value const& document() const { return document_; }
  /// What `pointer` ("#/components/schemas/Run") leads to; itself where there is no $ref.
  json::Value const& resolve(json::Value const& value) const;
  /// Each as "/runs/0/id: is no string".
  std::vector<std::string> mistakes(json::Value const& schema, json::Value const& value) const;

  /// Of an answer as a whole. `path` is the request's, without its query.
  std::vector<std::string> mistakes(std::string const& method, std::string const& path, int status,
                                    std::string const& content_type, std::string const& body) const;

 private:
  struct At {
    std::string place;
    std::vector<std::string>& found;
    void report(std::string const& what) const { found.push_back(place + ": " + what); }
    At below(std::string const& name) const { return {place + "/" + name, found}; }
  };
  void check(json::Value const& schema, json::Value const& value, At const& at) const;
  void check_type(json::Value const& schema, json::Value const& value, At const& at) const;
  void check_members(json::Value const& schema, json::Value const& value, At const& at) const;
  json::Value const& operation_of(std::string const& method, std::string const& path) const;

  json::Value document_;
};

}  // namespace sluice::test
