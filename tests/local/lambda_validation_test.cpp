#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

struct Row {
  std::string_view name;
  std::string_view changes;  ///< members that replace those of a good CreateFunction; null removes
  Expected expected;
};

void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class CreateFunctionRefuses : public testing::TestWithParam<Row> {};

TEST_P(CreateFunctionRefuses, WithTheWordsOfAws) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  auto changes = json::parse(GetParam().changes);
  ASSERT_TRUE(changes);
  for (auto const& [member, value] : changes->members()) {
    request.erase(member);
    if (!value.is_null()) request.set(member, value);
  }
  auto fault = world.fault("CreateFunction", request);
  expect_fault(fault, GetParam().expected);
  EXPECT_EQ(fault.type.empty(), fault.code == "ValidationException") << fault.type;
  EXPECT_TRUE(world.ok("ListFunctions", json::Value(json::Object{}))["Functions"].items().empty());
}

constexpr char validation[] = "ValidationException";
constexpr char parameter[] = "InvalidParameterValueException";
constexpr char serialization[] = "SerializationException";

INSTANTIATE_TEST_SUITE_P(
    Members, CreateFunctionRefuses,
    testing::Values(
        Row{"no name",
            R"({"FunctionName":null})",
            {400, validation,
             "1 validation error detected: Value null at 'functionName' failed to satisfy "
             "constraint: Member must not be null"}},
        Row{"no role, no code",
            R"({"Role":null,"Code":null})",
            {400, validation,
             "2 validation errors detected: Value null at 'role' failed to satisfy constraint: "
             "Member must not be null; Value null at 'code'"}},
        Row{"role is no ARN",
            R"({"Role":"r1"})",
            {400, validation,
             "1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: "}},
        Row{"unknown runtime",
            R"({"Runtime":"cobol85"})",
            {400, parameter,
             "Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum "
             "value set: ["}},
        Row{"no runtime",
            R"({"Runtime":null})",
            {400, parameter, "Runtime and handler are mandatory parameters"}},
        Row{"no handler",
            R"({"Handler":null})",
            {400, parameter, "Runtime and handler are mandatory parameters"}},
        Row{"blank in handler",
            R"({"Handler":"a b"})",
            {400, validation, "1 validation error detected: Value 'a b' at 'handler' failed"}},
        Row{"two architectures",
            R"({"Architectures":["x86_64","arm64"]})",
            {400, validation,
             "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to "
             "satisfy constraint: Member must have length less than or equal to 1"}},
        Row{"unknown architecture",
            R"({"Architectures":["riscv"]})",
            {400, validation,
             "1 validation error detected: Value '[riscv]' at 'architectures' failed to satisfy "
             "constraint: "}},
        Row{"timeout 0",
            R"({"Timeout":0})",
            {400, validation,
             "1 validation error detected: Value '0' at 'timeout' failed to satisfy constraint: "
             "Member must have value greater than or equal to 1"}},
        Row{"timeout 901",
            R"({"Timeout":901})",
            {400, validation,
             "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
             "Member must have value less than or equal to 900"}},
        Row{"memory 127",
            R"({"MemorySize":127})",
            {400, validation, "1 validation error detected: Value '127' at 'memorySize'"}},
        Row{"memory 10241",
            R"({"MemorySize":10241})",
            {400, parameter, "'MemorySize' value failed to satisfy constraint"}},
        Row{"memory 32769",
            R"({"MemorySize":32769})",
            {400, validation, "1 validation error detected: Value '32769' at 'memorySize'"}},
        Row{"storage 511",
            R"({"EphemeralStorage":{"Size":511}})",
            {400, validation,
             "1 validation error detected: Value '511' at 'ephemeralStorage.size'"}},
        Row{"storage 10241",
            R"({"EphemeralStorage":{"Size":10241}})",
            {400, validation, "1 validation error detected: Value '10241' at 'ephemeralStorage"}},
        Row{"package type",
            R"({"PackageType":"Tar"})",
            {400, validation, "1 validation error detected: Value 'Tar' at 'packageType'"}},
        Row{"tracing",
            R"({"TracingConfig":{"Mode":"Loud"}})",
            {400, validation, "1 validation error detected: Value 'Loud' at 'tracingConfig.mode'"}},
        Row{"snap start",
            R"({"SnapStart":{"ApplyOn":"All"}})",
            {400, validation,
             "1 validation error detected: Value 'All' at 'snapStart.applyOn' failed to satisfy "
             "constraint: Member must satisfy enum value set: [PublishedVersions, None]"}},
        Row{"log format",
            R"({"LoggingConfig":{"LogFormat":"XML"}})",
            {400, validation, "1 validation error detected: Value 'XML' at 'loggingConfig"}},
        Row{"log level with text",
            R"({"LoggingConfig":{"SystemLogLevel":"INFO"}})",
            {400, parameter, "Log Level is not supported when LogFormat is set to Text."}},
        Row{"two file systems",
            R"({"FileSystemConfigs":[{},{}]})",
            {400, validation,
             "1 validation error detected: Value '[{},{}]' at 'fileSystemConfigs'"}},
        Row{"three at once",
            R"({"Role":"r1","Timeout":901,"MemorySize":1})",
            {400, validation, "3 validation errors detected: Value 'r1' at 'role'"}},
        Row{"text as number",
            R"({"Timeout":"3"})",
            {400, serialization, "The value of Timeout must be a number"}},
        Row{"managed instances",
            R"({"CapacityProviderConfig":{}})",
            {400, parameter, "The local endpoint does not support CapacityProviderConfig."}}));

INSTANTIATE_TEST_SUITE_P(
    Environment, CreateFunctionRefuses,
    testing::Values(
        Row{"reserved",
            R"({"Environment":{"Variables":{"AWS_REGION":"x","Fine":"y"}}})",
            {400, parameter,
             "Lambda was unable to configure your environment variables because the environment "
             "variables you have provided contains reserved keys"}},
        Row{"bad name",
            R"({"Environment":{"Variables":{"1A":"x"}}})",
            {400, validation,
             "1 validation error detected: Value '{1A=x}' at 'environment.variables' failed"}},
        Row{"one letter",
            R"({"Environment":{"Variables":{"A":"x"}}})",
            {400, validation, "1 validation error detected: Value '{A=x}' at 'environment"}}));

INSTANTIATE_TEST_SUITE_P(
    Code, CreateFunctionRefuses,
    testing::Values(
        Row{"nothing", R"({"Code":{}})", {400, parameter, "Please provide a source"}},
        Row{"not base64",
            R"({"Code":{"ZipFile":"%%%"}})",
            {400, serialization, "The value of ZipFile must be base64"}},
        Row{"no bucket",
            R"({"Code":{"S3Bucket":"b","S3Key":"k"}})",
            {400, parameter,
             "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: "}},
        Row{"image for a zip",
            R"({"Code":{"ImageUri":"x"}})",
            {400, parameter,
             "Please don't provide ImageUri when updating a function with "
             "packageType Zip."}},
        Row{"handler for an image",
            R"({"PackageType":"Image","Code":{"ImageUri":"x"}})",
            {400, parameter, "Please don't provide Handler or Runtime"}},
        Row{"foreign registry",
            R"({"PackageType":"Image","Runtime":null,"Handler":null,"Code":{"ImageUri":"x/y"}})",
            {400, parameter, "Source image x/y is not valid."}}));

constexpr char layer[] = "arn:aws:lambda:eu-west-1:000000000000:layer:tools:";

TEST(LambdaLayers, AreCheckedOneByOne) {
  LambdaWorld world;
  for (auto const* number : {"1", "2"}) world.service.declare_layer(layer + std::string(number), 9);
  auto attempt = [&](std::vector<std::string> const& arns) {
    auto request = LambdaWorld::create_request("orders");
    request.set("Layers", json::array_of(arns));
    return request;
  };
  auto one = layer + std::string("1");
  std::vector<std::string> six(6, one);
  expect_fault(world.fault("CreateFunction", attempt(six)),
               {400, parameter, "Cannot reference more than 5 layers."});
  expect_fault(world.fault("CreateFunction", attempt({one, layer + std::string("2")})),
               {400, parameter, "Two different versions of the same layer are not allowed"});
  expect_fault(world.fault("CreateFunction", attempt({layer + std::string("3")})),
               {400, parameter, "Layer version ARN does not exist."});
  expect_fault(world.fault("CreateFunction",
                           attempt({"arn:aws:lambda:us-east-1:000000000000:layer:tools:1"})),
               {400, parameter, "Layers are not in the same region as the function."});
  auto created = world.ok("CreateFunction", attempt({one}));
  EXPECT_EQ(created["Layers"].dump(), R"([{"Arn":")" + one + R"(","CodeSize":9}])");
}

TEST(LambdaLimits, HoldAtTheLimitAndRefuseOneAbove) {
  LambdaWorld world;
  auto with = [](std::string_view name, std::string_view member, json::Value value) {
    auto request = LambdaWorld::create_request(name);
    request.set(member, std::move(value));
    return request;
  };
  // {"Text":"…"} is eleven bytes around the value.
  auto environment = [](std::size_t size) {
    return json::Value{{"Variables", json::Value{{"Text", std::string(size - 11, 'x')}}}};
  };
  world.ok("CreateFunction", with("a1", "Environment", environment(4096)));
  expect_fault(world.fault("CreateFunction", with("a2", "Environment", environment(4097))),
               {400, parameter,
                "Lambda was unable to configure your environment variables because the "
                "environment variables you have provided exceeded the 4KB limit. String "
                "measured: {\"Text\":"});
  world.ok("CreateFunction", with("b1", "Description", std::string(256, 'x')));
  expect_fault(world.fault("CreateFunction", with("b2", "Description", std::string(257, 'x'))),
               {400, validation, "1 validation error detected: Value 'xxx"});
  world.ok("CreateFunction", with("c1", "Handler", std::string(128, 'x')));
  expect_fault(world.fault("CreateFunction", with("c2", "Handler", std::string(129, 'x'))),
               {400, validation, "1 validation error detected: Value 'xxx"});
  json::Value tags{json::Object{}};
  for (int i = 0; i < 50; ++i) tags.set("key" + std::to_string(i), "x");
  world.ok("CreateFunction", with("d1", "Tags", tags));
  tags.set("one more", "x");
  expect_fault(world.fault("CreateFunction", with("d2", "Tags", tags)),
               {400, parameter, "Number of tags exceeds resource tag limit."});
}

TEST(LambdaLimits, TheRegionsCodeStorageIsCounted) {
  auto settings = unthrottled();
  settings.code_storage_bytes = 10;
  LambdaWorld world(settings);
  world.create("orders", "123456");
  expect_fault(world.fault("CreateFunction", LambdaWorld::create_request("stock", "12345")),
               {400, "CodeStorageExceededException", ""});
  world.create("stock", "1234");
}

TEST(LambdaRole, IsRefusedAsOftenAsAskedFor) {
  auto settings = unthrottled();
  settings.new_role_refusals = 2;
  LambdaWorld world(settings);
  for (int i = 0; i < 2; ++i)
    expect_fault(
        world.fault("CreateFunction", LambdaWorld::create_request("orders")),
        {400, parameter, "The role defined for the function cannot be assumed by Lambda."});
  world.create("orders");
  world.service.refuse_role(role, 1);
  json::Value update{{"FunctionName", "orders"}, {"Role", role}};
  world.fault("UpdateFunctionConfiguration", update);
  world.ok("UpdateFunctionConfiguration", update);
}

}  // namespace
}  // namespace sluice::local
