#include "aws/lambda.hpp"

#include "aws/body.hpp"
#include "aws/decode.hpp"
#include "aws/lambda_spec.hpp"

namespace sluice::aws {
namespace {

/// An upload of 50 MB has to fit, on a line of 2 Mbit/s, too.
constexpr Duration upload_timeout = std::chrono::minutes(5);

Answer<FunctionRecord> call_record(Caller const& caller, Spec const& spec) {
  auto answer = call_json(caller, spec);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return FunctionRecord{std::move(*answer)};
}

std::vector<FunctionRecord> records_of(json::Array items) {
  std::vector<FunctionRecord> out;
  for (json::Value& item : items) out.push_back({std::move(item)});
  return out;
}

/// The document with the archive's base64 at the place of a member that is not there yet. Object
/// members are written in their order, so an added last member ends the document.
void set_body_with_zip(Spec& spec, json::Value request, std::string_view inside,
                       std::shared_ptr<net::BodySource const> zip) {
  std::string open, close;
  json::Value outer = std::move(request);
  if (inside.empty()) {
    open = "\"ZipFile\":\"";
    close = "\"}";
  } else {
    outer.erase(inside);
    open = "\"" + std::string(inside) + "\":{\"ZipFile\":\"";
    close = "\"}}";
  }
  std::string head = outer.dump();
  head.pop_back();
  if (!outer.members().empty()) head += ',';
  spec.headers.set("Content-Type", "application/json");
  spec.stream = base64_body(head + open, std::move(zip), close);
  spec.timeout = upload_timeout;
}

std::string with_code(std::string const& reason, std::string const& code) {
  if (reason.empty()) return code.empty() ? "no reason was given" : code;
  return code.empty() ? reason : reason + " (" + code + ")";
}

}  // namespace

bool FunctionRecord::settled() const {
  return state() == "Active" && last_update() != "InProgress";
}

std::optional<std::string> FunctionRecord::failure() const {
  if (state() == "Failed")
    return with_code(configuration["StateReason"].as_string(),
                     configuration["StateReasonCode"].as_string());
  if (last_update() == "Failed")
    return with_code(configuration["LastUpdateStatusReason"].as_string(),
                     configuration["LastUpdateStatusReasonCode"].as_string());
  return std::nullopt;
}

Lambda::Lambda(Caller const& caller, std::string region, Lane lane)
    : caller_(caller), region_(std::move(region)), lane_(lane) {}

Answer<FunctionDetails> Lambda::get_function(std::string const& name,
                                             std::string const& qualifier) {
  Spec spec = function_spec("GetFunction", Kind::read, lane_, region_, name, qualifier);
  spec.path = function_path(name);
  add_qualifier(spec, qualifier);
  auto answer = call_json(caller_, spec);
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (!(*answer)["Configuration"].is_object()) return unreadable(spec, "it has no Configuration");
  FunctionDetails out;
  out.record.configuration = (*answer)["Configuration"];
  out.code = (*answer)["Code"];
  for (auto const& [key, value] : (*answer)["Tags"].members()) out.tags[key] = value.as_string();
  json::Value const& reserved = (*answer)["Concurrency"]["ReservedConcurrentExecutions"];
  if (reserved.is_number()) out.reserved_concurrency = static_cast<int>(reserved.as_int());
  return out;
}

Answer<FunctionRecord> Lambda::create_function(json::Value const& request) {
  std::string const& name = request["FunctionName"].as_string();
  Spec spec = function_spec("CreateFunction", Kind::write, lane_, region_, name);
  spec.method = "POST";
  spec.path = {"2015-03-31", "functions"};
  set_json_body(spec, request);
  return call_record(caller_, spec);
}

Answer<FunctionRecord> Lambda::create_function(json::Value const& request,
                                               std::shared_ptr<net::BodySource const> zip) {
  std::string const& name = request["FunctionName"].as_string();
  Spec spec = function_spec("CreateFunction", Kind::write, lane_, region_, name);
  spec.method = "POST";
  spec.path = {"2015-03-31", "functions"};
  set_body_with_zip(spec, request, "Code", std::move(zip));
  return call_record(caller_, spec);
}

Answer<FunctionRecord> Lambda::update_function_code(std::string const& name,
                                                    json::Value const& request) {
  Spec spec = function_spec("UpdateFunctionCode", Kind::write, lane_, region_, name);
  spec.method = "PUT";
  spec.path = function_path(name, {"code"});
  set_json_body(spec, request);
  return call_record(caller_, spec);
}

Answer<FunctionRecord> Lambda::update_function_code(std::string const& name,
                                                    json::Value const& request,
                                                    std::shared_ptr<net::BodySource const> zip) {
  Spec spec = function_spec("UpdateFunctionCode", Kind::write, lane_, region_, name);
  spec.method = "PUT";
  spec.path = function_path(name, {"code"});
  set_body_with_zip(spec, request, "", std::move(zip));
  return call_record(caller_, spec);
}

Answer<FunctionRecord> Lambda::update_function_configuration(std::string const& name,
                                                             json::Value const& request) {
  Spec spec = function_spec("UpdateFunctionConfiguration", Kind::write, lane_, region_, name);
  spec.method = "PUT";
  spec.path = function_path(name, {"configuration"});
  set_json_body(spec, request);
  return call_record(caller_, spec);
}

Answer<FunctionRecord> Lambda::publish_version(std::string const& name,
                                               json::Value const& request) {
  Spec spec = function_spec("PublishVersion", Kind::write, lane_, region_, name);
  spec.method = "POST";
  spec.path = function_path(name, {"versions"});
  set_json_body(spec, request.is_object() ? request : json::Value(json::Object{}));
  return call_record(caller_, spec);
}

Answer<void> Lambda::delete_function(std::string const& name, std::string const& qualifier) {
  Spec spec = function_spec("DeleteFunction", Kind::write, lane_, region_, name, qualifier);
  spec.method = "DELETE";
  spec.path = function_path(name);
  add_qualifier(spec, qualifier);
  return call_only(caller_, spec);
}

Answer<std::vector<FunctionRecord>> Lambda::list_versions(std::string const& name) {
  Spec spec = function_spec("ListVersionsByFunction", Kind::read, lane_, region_, name);
  spec.path = function_path(name, {"versions"});
  auto items = list_all(caller_, std::move(spec), "Versions");
  if (!items) return std::unexpected(std::move(items.error()));
  return records_of(std::move(*items));
}

Answer<std::vector<FunctionRecord>> Lambda::list_functions() {
  Spec spec = function_spec("ListFunctions", Kind::read, lane_, region_, "");
  spec.path = {"2015-03-31", "functions", ""};
  auto items = list_all(caller_, std::move(spec), "Functions");
  if (!items) return std::unexpected(std::move(items.error()));
  return records_of(std::move(*items));
}

}  // namespace sluice::aws
