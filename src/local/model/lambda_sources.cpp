#include <utility>

#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_record.hpp"
#include "local/model/lambda_validation.hpp"
#include "local/model/paging.hpp"

/// Function URLs and event source mappings: kept as records, because a release reads them to warn
/// about callers that go past the alias. Neither is served here.
namespace sluice::local::lambda {
namespace {

constexpr std::size_t url_id_length = 32;

struct UrlPlace {
  Function* function;
  std::string qualifier;
};

Outcome<UrlPlace> url_place(Call const& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  auto const& qualifier = name->qualifier;
  if (!qualifier.empty() && !is_alias_name(qualifier)) {
    Violations violations;
    violations.add("'" + qualifier + "'", "qualifier",
                   "Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)");
    return std::unexpected(violations.result().error());
  }
  Function* function = find(call, name->function);
  if (!function || (!qualifier.empty() && !function->aliases.contains(qualifier)))
    return UrlPlace{nullptr, qualifier};
  return UrlPlace{function, qualifier};
}

std::string url_for(Call& call) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string url = "https://";
  for (std::size_t i = 0; i < url_id_length; ++i) url += letters[call.random.below(letters.size())];
  return url + ".lambda-url." + call.data.region + ".on.aws/";
}

json::Value mapping_answer(Call const& call, Mapping const& mapping) {
  auto answer = mapping.configuration;
  bool enabled = answer["Enabled"].as_bool(true);
  answer.erase("Enabled");
  bool settled = mapping.enabled_at <= call.now;
  answer.set("State", !settled ? "Creating" : enabled ? "Enabled" : "Disabled");
  return answer;
}

}  // namespace

Answer create_url_config(Call& call) {
  Violations violations;
  auto const& type = call.text("AuthType");
  if (!call.has("AuthType"))
    violations.missing("authType");
  else if (type != "NONE" && type != "AWS_IAM")
    violations.not_one_of(type, "authType", "[NONE, AWS_IAM]");
  auto const& mode = call.text("InvokeMode");
  if (!mode.empty() && mode != "BUFFERED" && mode != "RESPONSE_STREAM")
    violations.not_one_of(mode, "invokeMode", "[RESPONSE_STREAM, BUFFERED]");
  if (auto ok = violations.result(); !ok) return std::unexpected(ok.error());
  auto place = url_place(call);
  if (!place) return std::unexpected(place.error());
  if (!place->function) return not_found("Function does not exist");
  auto arn = call.data.function_arn(place->function->name, place->qualifier);
  if (place->function->urls.contains(place->qualifier))
    return conflict("Failed to create function url config for [functionArn = " + arn +
                    "]. Error message:  FunctionUrlConfig exists for this Lambda function");
  json::Value config{{"FunctionUrl", url_for(call)}, {"FunctionArn", arn}, {"AuthType", type}};
  if (call.has("Cors")) config.set("Cors", call.request["Cors"]);
  config.set("CreationTime", rfc3339(call.now));
  config.set("InvokeMode", mode.empty() ? std::string("BUFFERED") : mode);
  return place->function->urls[place->qualifier] = std::move(config);
}

Answer get_url_config(Call& call) {
  auto place = url_place(call);
  if (!place) return std::unexpected(place.error());
  if (!place->function || !place->function->urls.contains(place->qualifier))
    return not_found("The resource you requested does not exist.");
  auto answer = place->function->urls[place->qualifier];
  answer.set("LastModifiedTime", answer["CreationTime"]);
  return answer;
}

Answer create_event_source_mapping(Call& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  auto target = target_of(call, *name);
  if (!target) return std::unexpected(target.error());
  if (call.text("EventSourceArn").empty() && !call.has("SelfManagedEventSource"))
    return invalid("Unrecognized event source.");
  auto id = new_uuid(call.random);
  json::Value configuration = call.request;
  configuration.erase("FunctionName");
  configuration.erase("Tags");
  configuration.set("UUID", id);
  configuration.set("FunctionArn", call.data.function_arn(name->function, name->qualifier));
  configuration.set("LastModified", static_cast<double>(to_millis(call.now)) / 1000.0);
  if (!call.has("BatchSize")) configuration.set("BatchSize", 10);
  auto& mapping = call.data.mappings[id];
  mapping = {std::move(configuration), call.now + call.settings.settle_delay};
  return mapping_answer(call, mapping);
}

Answer list_event_source_mappings(Call& call) {
  std::string arn;
  if (!call.text("FunctionName").empty()) {
    auto name = name_of_call(call);
    if (!name) return std::unexpected(name.error());
    arn = call.data.function_arn(name->function, name->qualifier);
  }
  auto const& source = call.text("EventSourceArn");
  auto page = Page::of(call.request, 100);
  if (!page) return std::unexpected(page.error());
  for (auto const& [id, mapping] : call.data.mappings) {
    auto const& has = mapping.configuration;
    if (!arn.empty() && has["FunctionArn"].as_string() != arn) continue;
    if (!source.empty() && has["EventSourceArn"].as_string() != source) continue;
    if (!page->offer(id, [&] { return mapping_answer(call, mapping); })) break;
  }
  return std::move(*page).answer("EventSourceMappings");
}

}  // namespace sluice::local::lambda
