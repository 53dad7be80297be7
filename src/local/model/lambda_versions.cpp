#include "base/strings.hpp"
#include "local/model/lambda_change.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_record.hpp"
#include "local/model/lambda_validation.hpp"
#include "local/model/paging.hpp"

namespace sluice::local::lambda {
namespace {

Outcome<Function*> function_of_call(Call const& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function);
  return function;
}

Outcome<void> check_code_guard(Call const& call, Function const& function) {
  auto const& wanted = call.text("CodeSha256");
  auto const& current = function.latest.code.sha256;
  if (wanted.empty() || wanted == current) return {};
  return invalid("CodeSHA256 (" + wanted + ") is different from current CodeSHA256 in $LATEST (" +
                 current + "). Please try again with the CodeSHA256 in $LATEST.");
}

}  // namespace

Answer publish_version(Call& call) {
  if (auto ok = check_types(call.request); !ok) return std::unexpected(ok.error());
  if (call.has("PublishTo")) return not_modelled("PublishTo");
  Violations violations;
  auto const& description = call.text("Description");
  if (description.size() > 256) violations.too_long(description, "description", 256);
  if (auto ok = violations.result(); !ok) return std::unexpected(ok.error());
  auto found = function_of_call(call);
  if (!found) return std::unexpected(found.error());
  Function& function = **found;
  if (auto ok = check_settled(call, function); !ok) return std::unexpected(ok.error());
  if (auto ok = check_revision(call, function.latest.revision_id); !ok)
    return std::unexpected(ok.error());
  if (auto ok = check_code_guard(call, function); !ok) return std::unexpected(ok.error());

  if (Record const* version = published_already(call, function))
    return render(call.data, function, *version, version->version);
  auto text = call.has("Description") ? description
                                      : function.latest.configuration["Description"].as_string();
  Record const& version = make_version(call, function, text, Publish::settled);
  function.latest.revision_id = new_uuid(call.random);
  return render(call.data, function, version, version.version);
}

Answer list_versions(Call& call) {
  auto found = function_of_call(call);
  if (!found) return std::unexpected(found.error());
  Function& function = **found;
  auto page = Page::of(call.request);
  if (!page) return std::unexpected(page.error());
  auto offer = [&](Record& record, std::int64_t number) {
    return page->offer(sortable(number), [&] {
      settle(record, call.now);
      return render(call.data, function, record, record.version);
    });
  };
  bool room = offer(function.latest, 0);
  for (auto& [number, version] : function.versions) {
    room = room && offer(version, number);
    if (!room) break;
  }
  return std::move(*page).answer("Versions");
}

}  // namespace sluice::local::lambda
