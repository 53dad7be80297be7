#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "cli/load_run.hpp"
#include "cli/local_link.hpp"
#include "net/http.hpp"

namespace sluice::cli {
namespace {

struct Places {
  std::string account;                                     ///< of the keys in use
  std::vector<std::pair<std::string, std::string>> found;  ///< account, region

  bool has(std::string const& region) const {
    return std::ranges::find(found, std::pair(account, region)) != found.end();
  }
  std::set<std::string> own_regions() const {
    std::set<std::string> out;
    for (auto const& [owner, region] : found)
      if (owner == account) out.insert(region);
    return out;
  }
};

std::string query_of(Invocation const& invocation, std::string const& name) {
  return "functions?" +
         net::format_query({{"name", name}, {"key", invocation.variable("AWS_ACCESS_KEY_ID")}});
}

Result<Places> look_up(Invocation& invocation, LocalLink& link, std::string const& name) {
  auto answer = link.ask("GET", query_of(invocation, name));
  if (!answer) return std::unexpected(answer.error());
  Places places{(*answer)["account"].as_string(), {}};
  for (auto const& place : (*answer)["functions"].items())
    places.found.emplace_back(place["account"].as_string(), place["region"].as_string());
  return places;
}

/// The function is nowhere: names one like it.
Error nowhere(Invocation& invocation, LocalLink& link, std::string const& name) {
  std::vector<std::string> names;
  if (auto all = link.ask("GET", query_of(invocation, "")))
    for (auto const& one : (*all)["functions"].items())
      names.push_back(one["function"].as_string());
  auto near = nearest(name, names);
  return {ErrorCode::not_found,
          "there is no function '" + name + "' in the local endpoint at " + link.url(),
          near ? "Did you mean '" + *near + "'?"
          : names.empty()
              ? "It has no functions yet. Release one: sluice deploy FILE --local, or "
                "--endpoint-url " +
                    link.url() + "."
              : "Release it: sluice deploy FILE --local, or --endpoint-url " + link.url() + "."};
}

Error elsewhere(std::string const& name, std::string const& region, Places const& places) {
  std::string hint;
  for (auto const& [account, where] : places.found) {
    bool own = account == places.account;
    hint += (hint.empty() ? "" : "\n") + name + " exists in " + where + " of account " + account +
            ": " + (own ? "--region " + where : "use a key of that account") + ".";
  }
  return {ErrorCode::not_found,
          "there is no function '" + name + "' in " + region + " of account " + places.account,
          hint};
}

/// The name without an ARN's other parts, and the region of the ARN.
std::pair<std::string, std::string> bare(std::string const& text) {
  auto parts = split(text, ':');
  if (text.starts_with("arn:") && parts.size() >= 7) return {parts[6], parts[3]};
  return {parts.back(), ""};
}

}  // namespace

Result<void> LocalLink::find_function(Invocation& invocation, QualifiedName const& given) {
  auto [name, region] = bare(given.function);
  if (!region.empty()) region_ = region;
  auto places = look_up(invocation, *this, name);
  if (!places) return std::unexpected(places.error());
  if (places->has(region_)) return {};
  if (places->found.empty()) return std::unexpected(nowhere(invocation, *this, name));
  auto own = places->own_regions();
  bool named = !region.empty() || local_region(invocation);
  if (named || own.size() != 1) return std::unexpected(elsewhere(name, region_, *places));
  region_ = *own.begin();
  invocation.say("note: no region is named; " + printable(name) + " is in " + region_ + ".");
  return {};
}

}  // namespace sluice::cli
