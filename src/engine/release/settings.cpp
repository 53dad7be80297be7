#include "engine/release/settings.hpp"

#include <set>

#include "engine/release/outcome.hpp"
#include "engine/release/past_reads.hpp"

namespace sluice::engine {
namespace {

using Tags = std::map<std::string, std::string>;

Tags tags_of(json::Value const& value) {
  Tags tags;
  for (auto const& [name, text] : value.members()) tags[name] = text.as_string();
  return tags;
}

/// The calls that lead from one set of tags to another: first remove, then set.
std::optional<Effect> tags_effect(StepContext const& context, Tags const& from, Tags const& to) {
  std::vector<std::string> gone;
  for (auto const& [name, text] : from)
    if (!to.contains(name)) gone.push_back(name);
  if (!gone.empty() && !context.happened("UntagResource"))
    return Effect{"UntagResource",
                  json::Value{{"tags", json::object_of(from)}},
                  json::Value{{"keys", json::array_of(gone)}},
                  {}};
  Tags changed;
  for (auto const& [name, text] : to)
    if (auto known = from.find(name); known == from.end() || known->second != text)
      changed[name] = text;
  if (!changed.empty() && !context.happened("TagResource"))
    return Effect{"TagResource",
                  json::Value{{"tags", json::object_of(from)}},
                  json::Value{{"tags", json::object_of(changed)}},
                  {}};
  return std::nullopt;
}

std::optional<Effect> concurrency_effect(StepContext const& context, json::Value const& from,
                                         json::Value const& to) {
  bool done =
      context.happened("PutFunctionConcurrency") || context.happened("DeleteFunctionConcurrency");
  if (done || from == to) return std::nullopt;
  if (to.is_null())
    return Effect{"DeleteFunctionConcurrency", json::Value{{"reserved", from}}, {}, {}};
  return Effect{
      "PutFunctionConcurrency", json::Value{{"reserved", from}}, json::Value{{"reserved", to}}, {}};
}

}  // namespace

std::optional<Effect> settings_effect(StepContext& context) {
  auto const& declared = context.declared();
  ReleaseState const& state = *context.release;
  if (declared.tags && !state.created_function)
    if (auto effect = tags_effect(context, tags_of(state.baseline_tags), *declared.tags)) {
      context.release->wrote_tags = true;
      return effect;
    }
  if (declared.reserved_concurrency)
    if (auto effect = concurrency_effect(context, state.baseline_concurrency,
                                         *declared.reserved_concurrency)) {
      context.release->wrote_concurrency = true;
      return effect;
    }
  bool describe = declared.alias_description && state.alias_existed &&
                  *declared.alias_description != state.baseline_description &&
                  !context.happened("DescribeAlias");
  if (describe) {
    context.release->described_alias = true;
    return Effect{"DescribeAlias",
                  json::Value{{"description", state.baseline_description},
                              {"revision", state.alias_revision}},
                  json::Value{{"description", *declared.alias_description}},
                  {}};
  }
  return std::nullopt;
}

std::optional<Effect> restoring_setting(StepContext& context) {
  auto const& declared = context.declared();
  ReleaseState const& state = *context.release;
  if (state.wrote_tags && declared.tags)
    if (auto effect = tags_effect(context, *declared.tags, tags_of(state.baseline_tags)))
      return effect;
  if (state.wrote_concurrency && declared.reserved_concurrency)
    if (auto effect =
            concurrency_effect(context, *declared.reserved_concurrency, state.baseline_concurrency))
      return effect;
  if (state.described_alias && !context.happened("DescribeAlias"))
    return Effect{"DescribeAlias",
                  json::Value{{"revision", state.alias_revision}},
                  json::Value{{"description", state.baseline_description}},
                  {}};
  return std::nullopt;
}

namespace {

bool arrived(aws::FunctionDetails const& found, Effect const& effect) {
  if (effect.name == "PutFunctionConcurrency")
    return found.reserved_concurrency == static_cast<int>(effect.desired["reserved"].as_int());
  if (effect.name == "DeleteFunctionConcurrency") return !found.reserved_concurrency;
  if (effect.name == "UntagResource")
    return std::ranges::none_of(effect.desired["keys"].items(), [&](json::Value const& key) {
      return found.tags.contains(key.as_string());
    });
  return std::ranges::all_of(tags_of(effect.desired["tags"]), [&](auto const& wanted) {
    auto tag = found.tags.find(wanted.first);
    return tag != found.tags.end() && tag->second == wanted.second;
  });
}

}  // namespace

Settled settle_setting(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(lane_of(context));
  auto const& declared = context.declared();
  if (effect.name == "DescribeAlias") {
    auto alias = lambda.get_alias(declared.function, declared.alias);
    bool missing = !alias && alias.error().trouble == aws::Trouble::not_found;
    if (missing && may_be_hidden(context)) return past_read(context);
    if (!alias) return unsettled(context, alias.error());
    if (is_past(*context.release, alias->revision_id)) return past_read(context);
    saw_alias(*context.release, alias->revision_id);
    if (alias->description == effect.desired["description"].as_string()) return Happened{{}, true};
    return DidNotHappen{"the alias has its old description"};
  }
  auto found = lambda.get_function(declared.function);
  if (!found) return unsettled(context, found.error());
  if (arrived(*found, effect)) return Happened{{}, true};
  return DidNotHappen{"the function has its old settings"};
}

Performed write_setting(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(lane_of(context));
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  aws::Answer<void> answer;
  if (effect.name == "DescribeAlias") {
    auto described = lambda.describe_alias(declared.function, declared.alias,
                                           effect.desired["description"].as_string(),
                                           effect.before["revision"].as_string());
    if (!described) return refused(context, described.error());
    wrote_alias(state, described->revision_id);
    return Happened{};
  }
  if (effect.name == "TagResource")
    answer = lambda.tag(state.function_arn, tags_of(effect.desired["tags"]));
  else if (effect.name == "PutFunctionConcurrency")
    answer = lambda.put_concurrency(declared.function,
                                    static_cast<int>(effect.desired["reserved"].as_int()));
  else if (effect.name == "DeleteFunctionConcurrency")
    answer = lambda.delete_concurrency(declared.function);
  else {
    std::vector<std::string> keys;
    for (auto const& key : effect.desired["keys"].items()) keys.push_back(key.as_string());
    answer = lambda.untag(state.function_arn, keys);
  }
  if (!answer) return refused(context, answer.error());
  return Happened{};
}

}  // namespace sluice::engine
