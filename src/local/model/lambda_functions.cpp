#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "local/model/lambda_change.hpp"
#include "local/model/lambda_code.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_record.hpp"
#include "local/model/lambda_validation.hpp"
#include "local/model/paging.hpp"

namespace sluice::local::lambda {
namespace {

Outcome<void> validate_create(Call const& call) {
  auto const& request = call.request;
  if (auto ok = check_types(request); !ok) return ok;
  Violations violations;
  if (!call.has("FunctionName")) violations.missing("functionName");
  if (!call.has("Role")) violations.missing("role");
  if (!call.has("Code")) violations.missing("code");
  check_configuration(request, violations);
  check_architectures(request, violations);
  if (auto ok = violations.result(); !ok) return ok;
  if (auto ok = check_service_rules(call); !ok) return ok;
  return check_tags(request["Tags"]);
}

Outcome<void> check_package(Call const& call, bool is_image) {
  bool has_handler = !call.text("Runtime").empty() || !call.text("Handler").empty();
  if (is_image && has_handler)
    return invalid("Please don't provide Handler or Runtime when the package type is Image.");
  if (is_image && call.has("Layers"))
    return invalid("Please don't provide Layers when the package type is Image.");
  if (!is_image && call.has("ImageConfig"))
    return invalid("ImageConfig is supported only for functions of package type Image.");
  if (!is_image && (call.text("Runtime").empty() || call.text("Handler").empty()))
    return invalid(
        "Runtime and handler are mandatory parameters for functions created with deployment "
        "packages.");
  return {};
}

Outcome<Record> first_record(Call const& call, std::string const& name) {
  Record record;
  record.configuration = default_configuration(name);
  bool is_image = call.text("PackageType") == "Image";
  if (is_image) record.configuration.set("PackageType", "Image");
  if (call.has("Architectures"))
    record.configuration.set("Architectures", call.request["Architectures"]);
  if (auto ok = check_package(call, is_image); !ok) return std::unexpected(ok.error());
  if (auto ok = merge_configuration(call, record.configuration); !ok)
    return std::unexpected(ok.error());
  auto code = resolve_code(call, call.request["Code"], is_image, Keep::yes);
  if (!code) return std::unexpected(code.error());
  if (auto ok = check_storage(call, code->size); !ok) return std::unexpected(ok.error());
  record.code = std::move(*code);
  return record;
}

json::Value code_answer(Call const& call, Record const& record) {
  json::Value answer;
  if (record.code.image_uri.empty()) {
    answer.set("RepositoryType", "S3");
    answer.set("Location", call.ports.code.location(record.code.sha256, call.now));
  } else {
    answer.set("RepositoryType", "ECR");
    answer.set("ImageUri", record.code.image_uri);
    answer.set("ResolvedImageUri", record.code.resolved_image_uri);
  }
  if (!record.code.kms_key_arn.empty()) answer.set("SourceKMSKeyArn", record.code.kms_key_arn);
  return answer;
}

Outcome<Target> target_of_call(Call const& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  return target_of(call, *name);
}

json::Value configuration_of(Call const& call, Target const& target) {
  auto name = name_of_call(call);
  return render(call.data, target.function, target.record, name->qualifier);
}

Answer delete_version(Call& call, Function& function, std::string const& qualifier) {
  if (qualifier == latest_version)
    return invalid("$LATEST version cannot be deleted without deleting the function.");
  if (!is_number(qualifier)) return invalid("Deletion of aliases is not currently supported.");
  Record* version = find_version(function, qualifier, call.now);
  // AWS may answer 204 here; the strict reading tells a client that nothing was deleted.
  if (!version) return function_not_found(call, function.name, qualifier);
  std::vector<std::string> users;
  for (auto const& [name, entry] : function.aliases)
    if (entry.alias.function_version == qualifier || entry.alias.weights.contains(qualifier))
      users.push_back(name);
  if (!users.empty())
    return conflict("Unable to delete version because the following aliases reference it: [" +
                    join(users, ", ") + "]");
  function.policies.erase(qualifier);
  function.versions.erase(std::stoll(qualifier));
  return json::Value(json::Object{});
}

}  // namespace

Answer create_function(Call& call) {
  if (auto ok = validate_create(call); !ok) return std::unexpected(ok.error());
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  if (!name->qualifier.empty() && name->qualifier != latest_version)
    return invalid("CreateFunction takes no version or alias in the function name.");
  if (find(call, name->function)) return conflict("Function already exist: " + name->function);
  auto record = first_record(call, name->function);
  if (!record) return std::unexpected(record.error());
  if (auto ok = check_role(call, call.text("Role")); !ok) return std::unexpected(ok.error());

  record->revision_id = new_uuid(call.random);
  record->last_modified = call.now;
  record->edition = ++call.data.last_edition;
  record->settling = plan_settling(call, name->function);
  Function& function = call.data.functions[name->function];
  function.name = name->function;
  function.latest = std::move(*record);
  for (auto const& [key, value] : call.request["Tags"].members())
    function.tags[key] = value.as_string();
  if (!call.request["Publish"].as_bool()) return render(call.data, function, function.latest, {});
  auto description = function.latest.configuration["Description"].as_string();
  Record const& version = make_version(call, function, description, Publish::with_change);
  // Only here the ARN of a version's record stays unqualified.
  return render(call.data, function, version, {});
}

Answer get_function(Call& call) {
  auto target = target_of_call(call);
  if (!target) return std::unexpected(target.error());
  json::Value answer{{"Configuration", configuration_of(call, *target)},
                     {"Code", code_answer(call, target->record)}};
  auto const& function = target->function;
  if (!function.tags.empty()) {
    json::Object tags(function.tags.begin(), function.tags.end());
    answer.set("Tags", json::Value(std::move(tags)));
  }
  if (function.reserved_concurrency)
    answer.set("Concurrency",
               json::Value{{"ReservedConcurrentExecutions", *function.reserved_concurrency}});
  return answer;
}

Answer get_function_configuration(Call& call) {
  auto target = target_of_call(call);
  if (!target) return std::unexpected(target.error());
  return configuration_of(call, *target);
}

Answer delete_function(Call& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function, name->qualifier);
  if (!name->qualifier.empty()) return delete_version(call, *function, name->qualifier);
  // Numbers in last_versions and event source mappings outlive the function.
  call.data.functions.erase(name->function);
  return json::Value(json::Object{});
}

Answer list_functions(Call& call) {
  auto const& which = call.text("FunctionVersion");
  if (!which.empty() && which != "ALL") {
    Violations violations;
    violations.not_one_of(which, "functionVersion", "[ALL]");
    return std::unexpected(violations.result().error());
  }
  auto page = Page::of(call.request);
  if (!page) return std::unexpected(page.error());
  // Lambda@Edge replicas are what MasterRegion asks for; there are none here.
  if (call.has("MasterRegion")) return std::move(*page).answer("Functions");
  auto offer = [&](Function const& function, Record const& record, std::int64_t number) {
    // '!' sorts before every character of a name: a name that begins another comes first whole.
    return page->offer(function.name + "!" + sortable(number), [&] {
      return render_reduced(call.data, function, record,
                            which == "ALL" ? std::string_view(record.version) : "");
    });
  };
  for (auto& [name, function] : call.data.functions) {
    settle(function, call.now);
    bool room = offer(function, function.latest, 0);
    if (which == "ALL")
      for (auto const& [number, version] : function.versions) {
        room = room && offer(function, version, number);
        if (!room) break;
      }
    if (!room) break;
  }
  return std::move(*page).answer("Functions");
}

}  // namespace sluice::local::lambda
