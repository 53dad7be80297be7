#include "engine/release/release_state.hpp"

#include <cmath>
#include <cstdio>

namespace sluice::engine {
namespace {

constexpr std::pair<Place, std::string_view> places[] = {
    {Place::unchanged, "unchanged"},     {Place::on_candidate, "on_candidate"},
    {Place::on_baseline, "on_baseline"}, {Place::moving, "moving"},
    {Place::left_split, "left_split"},   {Place::changed_by_others, "changed_by_others"},
    {Place::unknown, "unknown"}};

/// Names every member once, for writing and for reading alike.
template <class State, class Visit>
void visit(State& s, Visit&& each) {
  each("function", s.function);
  each("function_arn", s.function_arn);
  each("alias", s.alias);
  each("account", s.account);
  each("region", s.region);
  each("prepared", s.prepared);
  each("function_existed", s.function_existed);
  each("alias_existed", s.alias_existed);
  each("unchanged", s.unchanged);
  each("settings_differ", s.settings_differ);
  each("why_at_once", s.why_at_once);
  each("baseline_version", s.baseline_version);
  each("baseline_alias", s.baseline_alias);
  each("baseline_description", s.baseline_description);
  each("baseline_code", s.baseline_code);
  each("baseline_tags", s.baseline_tags);
  each("baseline_concurrency", s.baseline_concurrency);
  each("latest_code", s.latest_code);
  each("latest_version", s.latest_version);
  each("latest_before", s.latest_before);
  each("latest_description", s.latest_description);
  each("latest_fingerprint", s.latest_fingerprint);
  each("latest_revision", s.latest_revision);
  each("wanted_code", s.wanted_code);
  each("pinned_package", s.pinned_package);
  each("latest_origin", s.latest_origin);
  each("members_to_write", s.members_to_write);
  each("code_to_write", s.code_to_write);
  each("candidate_version", s.candidate_version);
  each("created_function", s.created_function);
  each("created_alias", s.created_alias);
  each("wrote_latest", s.wrote_latest);
  each("shifted", s.shifted);
  each("wrote_tags", s.wrote_tags);
  each("wrote_concurrency", s.wrote_concurrency);
  each("described_alias", s.described_alias);
  each("alias_now", s.alias_now);
  each("alias_revision", s.alias_revision);
  each("past_revisions", s.past_revisions);
  each("seen_revisions", s.seen_revisions);
  each("weight", s.weight);
  each("provisioned", s.provisioned);
  each("capacity_moves", s.capacity_moves);
  each("restored", s.restored);
  each("clean_up", s.clean_up);
  each("prune", s.prune);
  each("place", s.place);
  each("place_note", s.place_note);
  each("latest_note", s.latest_note);
  each("restored_version", s.restored_version);
}

struct Write {
  json::Value out = json::Object{};
  void operator()(char const* name, std::string const& text) {
    if (!text.empty()) out.set(name, text);
  }
  void operator()(char const* name, bool flag) {
    if (flag) out.set(name, true);
  }
  void operator()(char const* name, double number) {
    if (number != 0) out.set(name, number);
  }
  void operator()(char const* name, json::Value const& value) {
    if (!value.is_null()) out.set(name, value);
  }
  void operator()(char const* name, AliasContent const& content) {
    if (!content.version.empty()) out.set(name, to_json(content));
  }
  void operator()(char const* name, Place place) { out.set(name, name_of(place)); }
  void operator()(char const* name, std::vector<std::string> const& texts) {
    if (!texts.empty()) out.set(name, json::array_of(texts));
  }
};

struct Read {
  json::Value const& in;
  void operator()(char const* name, std::string& text) { text = in[name].as_string(); }
  void operator()(char const* name, bool& flag) { flag = in[name].as_bool(); }
  void operator()(char const* name, double& number) { number = in[name].as_double(); }
  void operator()(char const* name, json::Value& value) { value = in[name]; }
  void operator()(char const* name, AliasContent& content) { content = alias_content(in[name]); }
  void operator()(char const* name, Place& place) { place = place_of(in[name].as_string()); }
  void operator()(char const* name, std::vector<std::string>& texts) {
    for (auto const& text : in[name].items()) texts.push_back(text.as_string());
  }
};

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g %%", share * 100);
  return text;
}

}  // namespace

double AliasContent::share_of(std::string const& wanted) const {
  double others = 0;
  for (auto const& [additional, share] : weights) {
    if (additional == wanted) return share;
    others += share;
  }
  return version == wanted ? 1 - others : 0;
}

bool operator==(AliasContent const& a, AliasContent const& b) {
  return a.version == b.version &&
         std::ranges::equal(a.weights, b.weights, [](auto const& x, auto const& y) {
           return x.first == y.first && std::abs(x.second - y.second) < 1e-9;
         });
}

json::Value to_json(AliasContent const& content) {
  json::Value out{{"version", content.version}};
  json::Value weights;
  for (auto const& [version, share] : content.weights) weights.set(version, share);
  if (!weights.is_null()) out.set("weights", std::move(weights));
  return out;
}

AliasContent alias_content(json::Value const& value) {
  AliasContent content{value["version"].as_string(), {}};
  for (auto const& [version, share] : value["weights"].members())
    content.weights[version] = share.as_double();
  return content;
}

std::string in_words(AliasContent const& content) {
  std::string text = "version " + content.version;
  for (auto const& [version, share] : content.weights)
    text += ", " + percent(share) + " to version " + version;
  return text;
}

std::string_view name_of(Place place) {
  for (auto const& [entry, name] : places)
    if (entry == place) return name;
  return "unknown";
}

Place place_of(std::string_view name) {
  for (auto const& [entry, text] : places)
    if (text == name) return entry;
  return Place::unchanged;
}

json::Value to_json(ReleaseState const& state) {
  Write write;
  visit(state, write);
  return std::move(write.out);
}

ReleaseState release_state(json::Value const& value) {
  ReleaseState state;
  visit(state, Read{value});
  return state;
}

}  // namespace sluice::engine
