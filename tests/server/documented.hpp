#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "net/http.hpp"
#include "server/schema_check.hpp"

namespace sluice::server {

/// docs/reference/openapi.json.
inline test::SchemaCheck const& documented() {
  static test::SchemaCheck const check = [] {
    std::ifstream file(SLUICE_SOURCE "/docs/reference/openapi.json", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    auto parsed = json::parse(text);
    EXPECT_TRUE(parsed) << parsed.error().text();
    return test::SchemaCheck(parsed.value_or(json::Value()));
  }();
  return check;
}

/// Every answer that a test gets from the API goes through here.
inline void expect_documented(std::string const& method, std::string_view path,
                              net::Response const& response) {
  if (response.feed) return;
  auto mistakes =
      documented().mistakes(method, std::string(path.substr(0, path.find('?'))), response.status,
                            response.headers.get("Content-Type"), response.body);
  for (auto const& mistake : mistakes)
    ADD_FAILURE() << method << ' ' << path << " answered " << response.status
                  << ", which openapi.json describes otherwise:\n  " << mistake;
}

}  // namespace sluice::server
