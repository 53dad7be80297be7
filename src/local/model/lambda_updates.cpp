#include <utility>

#include "local/model/lambda_change.hpp"
#include "local/model/lambda_code.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_record.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

/// The function an update may be made to: it exists and the name leads to `$LATEST`.
Outcome<Function*> function_to_update(Call const& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  if (!name->qualifier.empty() && name->qualifier != latest_version)
    return invalid(std::string(call.operation) +
                   " does not support versions other than $LATEST, and the function name ends in " +
                   name->qualifier);
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function);
  return function;
}

/// Conflicts before guards: AWS looks at the state first.
Outcome<void> check_may_change(Call const& call, Function const& function) {
  if (auto ok = check_settled(call, function); !ok) return ok;
  return check_revision(call, function.latest.revision_id);
}

Outcome<void> validate_code(Call const& call) {
  if (auto ok = check_types(call.request); !ok) return ok;
  Violations violations;
  check_architectures(call.request, violations);
  if (auto ok = violations.result(); !ok) return ok;
  if (call.has("PublishTo")) return not_modelled("PublishTo");
  return {};
}

Outcome<void> validate_configuration(Call const& call) {
  if (auto ok = check_types(call.request); !ok) return ok;
  Violations violations;
  check_configuration(call.request, violations);
  if (auto ok = violations.result(); !ok) return ok;
  return check_service_rules(call);
}

Outcome<void> check_package(Call const& call, Function const& function) {
  bool is_image = function.latest.configuration["PackageType"].as_string() == "Image";
  if (is_image)
    for (auto const* member : {"Runtime", "Handler", "Layers"})
      if (call.has(member))
        return invalid(std::string("Please don't provide ") + member +
                       " when updating a function with packageType Image.");
  if (!is_image && call.has("ImageConfig"))
    return invalid(
        "Please don't provide ImageConfig when updating a function with packageType Zip.");
  return {};
}

}  // namespace

Answer update_function_code(Call& call) {
  if (auto ok = validate_code(call); !ok) return std::unexpected(ok.error());
  auto found = function_to_update(call);
  if (!found) return std::unexpected(found.error());
  Function& function = **found;
  if (auto ok = check_may_change(call, function); !ok) return std::unexpected(ok.error());
  bool dry_run = call.request["DryRun"].as_bool();
  bool is_image = function.latest.configuration["PackageType"].as_string() == "Image";
  auto code = resolve_code(call, call.request, is_image, dry_run ? Keep::no : Keep::yes);
  if (!code) return std::unexpected(code.error());
  if (auto ok = check_storage(call, code->size); !ok) return std::unexpected(ok.error());

  Record next = function.latest;
  next.code = std::move(*code);
  if (call.has("Architectures"))
    next.configuration.set("Architectures", call.request["Architectures"]);
  if (dry_run) return render(call.data, function, next, {});
  begin_update(call, function, std::move(next));
  if (!call.request["Publish"].as_bool()) return render(call.data, function, function.latest, {});
  if (Record const* version = published_already(call, function))
    return render(call.data, function, *version, version->version);
  auto description = function.latest.configuration["Description"].as_string();
  Record const& version = make_version(call, function, description, Publish::with_change);
  return render(call.data, function, version, version.version);
}

Answer update_function_configuration(Call& call) {
  if (auto ok = validate_configuration(call); !ok) return std::unexpected(ok.error());
  auto found = function_to_update(call);
  if (!found) return std::unexpected(found.error());
  Function& function = **found;
  if (auto ok = check_may_change(call, function); !ok) return std::unexpected(ok.error());
  if (auto ok = check_package(call, function); !ok) return std::unexpected(ok.error());
  Record next = function.latest;
  if (auto ok = merge_configuration(call, next.configuration); !ok)
    return std::unexpected(ok.error());
  if (call.has("Role"))
    if (auto ok = check_role(call, call.text("Role")); !ok) return std::unexpected(ok.error());
  begin_update(call, function, std::move(next));
  return render(call.data, function, function.latest, {});
}

}  // namespace sluice::local::lambda
