#include <gtest/gtest.h>

#include "config/render.hpp"
#include "dialect/native/init.hpp"
#include "dialect/native_files.hpp"

namespace sluice::dialect {
namespace {

json::Value parsed(std::string const& text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value);
  return value.value_or(json::Value());
}

plan::Release release_from(std::string const& text) {
  config::Diagnostics diagnostics;
  auto plan = compiled("release.yaml", text, {}, diagnostics);
  EXPECT_TRUE(plan) << text << config::render(diagnostics, config::Format::human);
  return plan ? plan->releases.front() : plan::Release();
}

TEST(NativeForFunction, LeavesOutWhatAwsSetsByItself) {
  auto live = parsed(R"({
    "FunctionName": "orders",
    "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:orders",
    "Runtime": "nodejs20.x", "Role": "arn:aws:iam::111122223333:role/orders",
    "Handler": "index.handler", "CodeSize": 291, "Description": "", "Timeout": 3, "MemorySize": 128,
    "LastModified": "2026-01-01T00:00:00.000+0000", "CodeSha256": "hash", "Version": "$LATEST",
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
    "TracingConfig": {"Mode": "PassThrough"}, "RevisionId": "r", "State": "Active",
    "PackageType": "Zip", "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/orders"}})");
  EXPECT_EQ(native_for_function(live, {}, "live", "eu-west-1"),
            "function: orders\n"
            "region: eu-west-1\n"
            "alias: live\n"
            "runtime: nodejs20.x\n"
            "handler: index.handler\n"
            "role: arn:aws:iam::111122223333:role/orders\n"
            "strategy:\n"
            "  - shift: 10\n"
            "    watch: 5m\n"
            "  - shift: 50\n"
            "    watch: 5m\n"
            "# Without a package the code stays as it is. To release code too:\n"
            "# package: ./src\n");
}

TEST(NativeForFunction, CompilesToWhatIsThere) {
  auto live = parsed(R"({
    "FunctionName": "orders", "Runtime": "python3.12", "Handler": "app.handler", "MemorySize": 512,
    "Role": "arn:aws:iam::111122223333:role/orders", "Timeout": 75, "Description": "Takes: orders",
    "Environment": {"Variables": {"LEVEL": "1", "TEMPLATE": "${name} and more"}},
    "Layers": [{"Arn": "arn:aws:lambda:eu-west-1:111122223333:layer:tools:3", "CodeSize": 9}],
    "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1",
                  "Ipv6AllowedForDualStack": false},
    "TracingConfig": {"Mode": "Active"}, "Architectures": ["arm64"],
    "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
    "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/orders", "SystemLogLevel": "WARN"},
    "FileSystemConfigs": [{"Arn": "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/a",
                           "LocalMountPath": "/mnt/a"}]})");
  auto release = release_from(native_for_function(live, {{"team", "007"}}, "", ""));
  auto const& made = release.configuration;
  for (char const* member :
       {"Runtime", "Handler", "MemorySize", "Role", "Timeout", "Description", "Environment",
        "TracingConfig", "Architectures", "LoggingConfig", "FileSystemConfigs"})
    EXPECT_EQ(made[member], live[member]) << member;
  EXPECT_EQ(made["Layers"], json::array({live["Layers"].items()[0]["Arn"]}));
  EXPECT_EQ(made["VpcConfig"]["SubnetIds"], live["VpcConfig"]["SubnetIds"]);
  EXPECT_FALSE(made["VpcConfig"].contains("VpcId"));
  EXPECT_EQ(made["SnapStart"], (json::Value{{"ApplyOn", "PublishedVersions"}}));
  EXPECT_EQ(release.tags, (std::map<std::string, std::string>{{"team", "007"}}));
  EXPECT_EQ(release.package.kind, plan::Package::Kind::none);
  EXPECT_EQ(release.alias, "");
}

TEST(NativeForFunction, DescribesAnImage) {
  auto live = parsed(R"({"FunctionName": "nightly", "PackageType": "Image",
    "Role": "arn:aws:iam::111122223333:role/n",
    "ImageConfigResponse": {"ImageConfig": {"Command": ["app.handler"]}}})");
  auto release = release_from(native_for_function(live, {}, "live", "eu-west-1"));
  EXPECT_EQ(release.configuration["PackageType"], json::Value("Image"));
  EXPECT_EQ(release.configuration["ImageConfig"]["Command"], json::array({"app.handler"}));
}

}  // namespace
}  // namespace sluice::dialect
