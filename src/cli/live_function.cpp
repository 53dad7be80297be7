#include "cli/live_function.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "engine/release/live.hpp"
#include "engine/release/release_state.hpp"
#include "server/host.hpp"
#include "server/world.hpp"

namespace sluice::cli {
namespace {

/// Who released a version, as the store's journals tell it.
struct Origin {
  std::string run, requester, state;
  Time at{};
};

/// `world` and `region` are where the function was found: versions of another place have the same
/// numbers.
std::map<std::string, Origin> origins(server::Runs& runs, FunctionName const& name,
                                      json::Value const& world, std::string const& region) {
  std::map<std::string, Origin> out;
  store::RunFilter filter;
  filter.function = engine::bare_name(name.function);
  auto rows = runs.list(filter);
  if (!rows) return out;
  for (auto const& row : *rows) {
    if (!server::same_world(row.world, world)) continue;
    auto view = load_run(runs, row.id);
    if (!view) continue;
    for (auto const& [id, value] : view->state.releases) {
      auto release = engine::release_state(value);
      bool same = release.function == *filter.function && release.region == region &&
                  !release.candidate_version.empty() && !release.unchanged;
      if (same)
        out.emplace(release.candidate_version,
                    Origin{row.id, row.requester, row.state, row.created});
    }
  }
  return out;
}

struct Row {
  std::string alias, version;
  double share = 1;
};

std::vector<Row> rows_of(std::vector<aws::AliasRecord> const& aliases) {
  std::vector<Row> out;
  for (auto const& alias : aliases) {
    engine::AliasContent content{alias.function_version, alias.weights};
    out.push_back({alias.name, alias.function_version, content.share_of(alias.function_version)});
    for (auto const& [version, share] : alias.weights) out.push_back({alias.name, version, share});
  }
  return out;
}

/// Lambda writes its times with "+0000" (Lambda API, LastModified).
std::optional<Time> published_at(aws::FunctionRecord const& record) {
  std::string text = record.configuration["LastModified"].as_string();
  if (text.ends_with("+0000")) text.replace(text.size() - 5, 5, "Z");
  auto time = parse_rfc3339(text);
  return time ? std::optional(*time) : std::nullopt;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g %%", share * 100);
  return text;
}

Result<std::vector<aws::AliasRecord>> read_aliases(FunctionName const& name, aws::Lambda lambda) {
  if (name.alias.empty()) {
    auto all = lambda.list_aliases(name.function);
    if (!all) return std::unexpected(all.error().error());
    return std::move(*all);
  }
  auto one = lambda.get_alias(name.function, name.alias);
  if (!one) return std::unexpected(one.error().error());
  return std::vector{std::move(*one)};
}

void print_rows(Invocation& invocation, FunctionName const& name, std::vector<Row> const& rows,
                std::vector<aws::FunctionRecord> const& versions,
                std::map<std::string, Origin> const& origin) {
  json::Value items = json::Array{};
  std::string text;
  for (auto const& row : rows) {
    auto record =
        std::ranges::find(versions, row.version, [](auto const& one) { return one.version(); });
    auto from = origin.find(row.version);
    json::Value item{{"alias", row.alias}, {"version", row.version}, {"weight", row.share * 100}};
    text += row.alias + "  version " + row.version + "  " + percent(row.share);
    if (record != versions.end()) {
      item.set("code_sha256", record->code_sha256());
      if (auto at = published_at(*record)) {
        item.set("published", rfc3339(*at));
        text += "  published " + local_text(*at);
      }
    }
    if (from != origin.end()) {
      item.set("run", from->second.run);
      item.set("requester", from->second.requester);
      item.set("released", rfc3339(from->second.at));
      text += "\n    released by " + printable(from->second.requester) + " at " +
              local_text(from->second.at) + " in " + from->second.run;
    } else {
      text += "\n    not released by a run of this journal";
    }
    text += "\n";
    items.push(std::move(item));
  }
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"},
                    {"kind", "Function"},
                    {"function", name.function},
                    {"aliases", items}};
    invocation.terminal.out(out.pretty() + "\n");
    return;
  }
  invocation.terminal.out(text);
}

}  // namespace

Result<std::unique_ptr<ReadAccess>> ReadAccess::open(Invocation& invocation,
                                                     server::AwsSettings const& settings) {
  auto folder = invocation.state_folder();
  if (!folder) return std::unexpected(folder.error());
  auto access = std::unique_ptr<ReadAccess>(new ReadAccess);
  access->packages_ = server::packages_of(*folder);
  access->factory_ = std::make_unique<server::ServicesFactory>(
      invocation.clock, invocation.random, *access->packages_, factory_options());
  auto opened = access->factory_->open(settings);
  if (!opened) return std::unexpected(opened.error());
  access->opened_ = std::move(*opened);
  return access;
}

plan::Target target_for(FunctionName const& name, server::AwsSettings const& settings) {
  plan::Target target;
  target.name = "here";
  target.region = name.region.empty() ? settings.region.value_or("") : name.region;
  return target;
}

int get_function(Invocation& invocation, std::string const& what) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  FunctionName name = function_name(what);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  ENSURE(here->services);
  auto opened = here->services->open(*settings);
  if (!opened) return invocation.refuse(opened.error());
  auto aws = opened->services->aws.open(target_for(name, *settings), {});
  if (!aws) return invocation.refuse(aws.error());
  auto aliases = read_aliases(name, aws->lambda());
  if (!aliases) return invocation.refuse(aliases.error());
  auto lambda = aws->lambda();
  auto versions = lambda.list_versions(name.function);
  if (!versions)
    invocation.warn("the versions cannot be listed: " + versions.error().error().message);
  if (invocation.line.value("output") == "name") {
    for (auto const& alias : *aliases)
      invocation.terminal.out(name.function + ":" + alias.name + "\n");
    return exit_success;
  }
  print_rows(invocation, name, rows_of(*aliases),
             versions.value_or(std::vector<aws::FunctionRecord>{}),
             origins(*here->runs, name, opened->world, aws->region));
  if (aliases->empty()) invocation.say(name.function + " has no alias.");
  return exit_success;
}

}  // namespace sluice::cli
