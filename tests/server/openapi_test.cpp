#include "base/strings.hpp"
#include "server/api_stage.hpp"
#include "server/documented.hpp"

namespace sluice::server {
namespace {

using testing::IsEmpty;

class OpenApiTest : public ApiStage {};

TEST_F(OpenApiTest, TheDocumentAndTheTableNameTheSameRoutes) {
  std::set<std::string> table, described;
  for (auto const& route : process_->api.routes()) table.insert(route.method + ' ' + route.path);
  for (auto const& [path, operations] : documented().document()["paths"].members())
    for (auto const& [method, operation] : operations.members())
      if (method != "parameters") {
        std::string upper = method;
        std::ranges::transform(upper, upper.begin(), [](char c) { return std::toupper(c); });
        described.insert(upper + ' ' + path);
      }
  EXPECT_EQ(table, described);
}

TEST_F(OpenApiTest, TheDocumentNamesTheirPermissions) {
  constexpr std::string_view names[] = {"anyone",  "view",     "operate",
                                        "approve", "maintain", "administer"};
  for (auto const& route : process_->api.routes()) {
    auto const& operation = documented().document()["paths"][route.path][lower(route.method)];
    EXPECT_EQ(operation["x-permission"].as_string(),
              names[static_cast<std::size_t>(route.permission)])
        << route.method << ' ' << route.path;
  }
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  std::function<void(json::Value const&)> walk = [&](json::Value const& value) {
    bool leads = !value.contains("$ref") || documented().resolve(value).is_object();
    EXPECT_TRUE(leads) << value["$ref"].as_string();
    for (auto const& [name, member] : value.members()) walk(member);
    for (auto const& item : value.items()) walk(item);
  };
  walk(documented().document());
}

TEST_F(OpenApiTest, ItIsServedAsItStands) {
  auto response = send("GET", "/api/v1/openapi.json", {{"Authorization", ""}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(response.body), documented().document());
}

TEST(SchemaCheckTest, SeesWhatIsNotAsDescribed) {
  auto row = json::Value{{"status", "ok"}, {"pid", 1}};
  auto const& schema = documented().document()["components"]["schemas"]["Health"];
  EXPECT_THAT(documented().mistakes(schema, row), IsEmpty());
  row.set("pid", "1");
  EXPECT_EQ(documented().mistakes(schema, row).size(), 1u);
  row.set("extra", 1);
  row.erase("status");
  EXPECT_EQ(documented().mistakes(schema, row).size(), 3u);
  EXPECT_EQ(documented().mistakes("GET", "/api/v1/runs", 200, "text/html", "").size(), 1u);
  EXPECT_EQ(documented().mistakes("GET", "/api/v1/runs", 200, "application/json", "{}").size(), 1u);
}

}  // namespace
}  // namespace sluice::server
