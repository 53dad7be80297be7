#include "engine/release/past_reads.hpp"

#include "engine/release/outcome.hpp"

namespace sluice::engine {
namespace {

/// More writes of one alias than a run makes in the half minute that a read may be late.
constexpr std::size_t most_revisions = 16;
/// How long AWS may answer what was before a write.
constexpr Duration read_delay = std::chrono::seconds(30);
/// How long a request that nobody waits for any more may be on its way.
constexpr Duration landing = std::chrono::seconds(60);

void add(std::vector<std::string>& revisions, std::string const& revision) {
  if (revision.empty() || std::ranges::find(revisions, revision) != revisions.end()) return;
  revisions.push_back(revision);
  if (revisions.size() > most_revisions) revisions.erase(revisions.begin());
}

}  // namespace

void wrote_alias(ReleaseState& state, std::string const& revision) {
  for (auto const& seen : state.seen_revisions) add(state.past_revisions, seen);
  state.seen_revisions.clear();
  if (state.alias_revision != revision) add(state.past_revisions, state.alias_revision);
  std::erase(state.past_revisions, revision);
  state.alias_revision = revision;
}

void saw_alias(ReleaseState& state, std::string const& revision) {
  if (state.alias_revision == revision) return;
  add(state.seen_revisions, state.alias_revision);
  std::erase(state.seen_revisions, revision);
  state.alias_revision = revision;
}

void found_alias(ReleaseState& state, Effect const& effect, aws::AliasRecord const& alias) {
  AliasContent found{alias.function_version, alias.weights};
  bool moved = alias.revision_id != effect.before["revision"].as_string();
  if (moved && found == alias_content(effect.desired["content"]))
    wrote_alias(state, alias.revision_id);
  else
    saw_alias(state, alias.revision_id);
}

bool is_past(ReleaseState const& state, std::string const& revision) {
  return std::ranges::find(state.past_revisions, revision) != state.past_revisions.end();
}

bool may_be_hidden(StepContext const& context) {
  auto const& effects = context.record.effects;
  if (!context.release->created_alias || effects.empty()) return false;
  return context.now < effects.back().intended + read_delay;
}

Settled past_read(StepContext const& context) {
  return look_later(context, "AWS answers what alias " + context.declared().function + ":" +
                                 context.declared().alias +
                                 " was before this release's last write of it");
}

bool may_still_land(StepContext const& context) {
  auto const& record = context.record;
  if (record.effects.empty()) return false;
  Time since = record.effects.back().intended;
  // What is to end is not waited for: its request was given up then.
  if (record.ending) since = std::max(since, record.ending->since);
  bool over = record.ending || !patient(context);
  return over && context.now < since + landing;
}

Settled await_landing(StepContext const& context, std::string const& what) {
  return look_later(context, what + " cannot be seen, but may be on its way");
}

}  // namespace sluice::engine
