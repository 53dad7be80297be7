#include "plan/secrets.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::plan {
namespace {

constexpr std::string_view opening = "${secret:";
constexpr std::size_t longest_name = 100;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// What a text begins with.
struct Piece {
  std::size_t length = 0;  ///< in the text; never 0 where there is text
  bool is_reference = false;
  std::string_view text;  ///< the reference's name; else what stands there
};

Piece piece_at(std::string_view text) {
  if (text.starts_with('$') && text.substr(1).starts_with(opening))
    return {1 + opening.size(), false, opening};
  std::size_t const end = text.find('}');
  if (text.starts_with(opening) && end != std::string_view::npos)
    return {end + 1, true, text.substr(opening.size(), end - opening.size())};
  std::size_t const next = std::min(text.find('$', 1), text.size());
  return {next, false, text.substr(0, next)};
}

void collect(json::Value const& value, std::set<std::string>& names) {
  if (value.is_string()) names.merge(secret_names(value.as_string()));
  for (auto const& item : value.items()) collect(item, names);
  for (auto const& [key, member] : value.members()) collect(member, names);
}

std::string place_of_step(std::string const& path) { return "webhook step '" + path + "'"; }

/// Visits every node of the tree with its path.
void each_node(Node const& node, std::string const& path,
               std::function<void(Node const&, std::string const&)> const& visit) {
  visit(node, path);
  for (auto const& child : node.children) each_node(child, child_path(path, child.name), visit);
  for (auto const& guard : node.guards) each_node(guard, child_path(path, "!" + guard.name), visit);
  for (auto const& undo : node.compensation)
    each_node(undo, child_path(path, "~" + undo.name), visit);
}

/// Those whose configuration is compared with what is there, and sent where it differs.
std::set<std::string> compared_releases(Plan const& plan) {
  std::set<std::string> ids;
  each_node(plan.root, "", [&](Node const& node, std::string const&) {
    if (node.step && (node.step->kind == "prepare" || node.step->kind == "publish"))
      ids.insert(node.step->input["release"].as_string());
  });
  return ids;
}

bool is_webhook(Node const& node) { return node.step && node.step->kind == "webhook"; }

/// A header's name and value.
bool is_pair(json::Value const& header) { return header.items().size() == 2; }

/// The step's input without what secrets are opened in.
json::Value without_secrets(json::Value input) {
  input.erase("url");
  input.erase("body");
  input.erase("context");
  json::Value names = json::Array{};
  for (auto const& header : input["headers"].items())
    names.push(is_pair(header) ? header.items()[0] : header);
  input.set("headers", names);
  return input;
}

void clear_webhooks(Node& node) {
  if (is_webhook(node)) node.step->input = without_secrets(node.step->input);
  // Queries of metrics are refused as a whole wherever they would be run.
  if (node.step && node.step->kind == "analysis") node.step->input = {};
  for (auto* group : {&node.children, &node.guards, &node.compensation})
    for (auto& child : *group) clear_webhooks(child);
}

void clear_environment(Release& release) {
  json::Value names = json::Array{};
  json::Value const& variables = release.configuration["Environment"]["Variables"];
  for (auto const& [variable, value] : variables.members()) names.push(variable);
  if (!variables.is_null())
    release.configuration.set("Environment", json::Value{{"Variables", names}});
}

}  // namespace

bool is_secret_name(std::string_view name) {
  auto fits = [](char c) { return is_letter(c) || c == '-' || c == '.'; };
  return !name.empty() && name.size() <= longest_name && is_letter(name.front()) &&
         std::ranges::all_of(name, fits);
}

std::string secret_reference(std::string_view name) {
  return std::string(opening) + std::string(name) + "}";
}

std::set<std::string> secret_names(std::string_view text) {
  std::set<std::string> names;
  while (!text.empty()) {
    Piece const piece = piece_at(text);
    if (piece.is_reference) names.emplace(piece.text);
    text.remove_prefix(piece.length);
  }
  return names;
}

std::set<std::string> secrets_in(json::Value const& value) {
  std::set<std::string> names;
  collect(value, names);
  return names;
}

std::string without_references(std::string_view text) {
  return replace_all(text, opening, "$" + std::string(opening));
}

Result<std::string> fill_secrets(std::string_view text, SecretValue const& value_of) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    Piece const piece = piece_at(text.substr(at));
    if (piece.is_reference) {
      auto value = value_of(std::string(piece.text), at);
      if (!value) return value;
      out += *value;
    } else {
      out += piece.text;
    }
    at += piece.length;
  }
  return out;
}

std::vector<SecretUse> secret_uses(Plan const& plan) {
  std::vector<SecretUse> uses;
  auto add = [&](std::set<std::string> const& names, std::string const& where) {
    for (auto const& name : names) uses.push_back({name, where});
  };
  for (auto const& target : plan.targets)
    add(secret_names(target.external_id), "the external id of target '" + target.name + "'");
  // A run that only takes back what another one did sends no environment.
  auto const sent = compared_releases(plan);
  for (auto const& release : plan.releases) {
    if (!sent.contains(release.id)) continue;
    for (auto const& [variable, value] :
         release.configuration["Environment"]["Variables"].members())
      add(secrets_in(value), "the environment variable " + variable + " of " + release.id);
  }
  each_node(plan.root, "", [&](Node const& node, std::string const& path) {
    if (!is_webhook(node)) return;
    json::Value const& input = node.step->input;
    add(secrets_in(input["url"]), "the URL of " + place_of_step(path));
    add(secrets_in(input["headers"]), "a header of " + place_of_step(path));
    add(secrets_in(input["body"]), "the body of " + place_of_step(path));
  });
  return uses;
}

std::vector<std::string> misplaced_secrets(Plan const& plan) {
  std::vector<std::string> found;
  for (auto const& use : secret_uses(plan))
    if (!is_secret_name(use.name))
      found.push_back(
          use.where + " names the secret '" + use.name +
          "', which is no name for one: letters, digits, '_', '-' and '.', at most 100");
  // What is left when everything is gone that may hold one must hold none. The context is text for
  // expressions: nothing is sent from there.
  Plan rest = plan;
  rest.context = {};
  for (auto& target : rest.targets) target.external_id.clear();
  for (auto& release : rest.releases) clear_environment(release);
  clear_webhooks(rest.root);
  for (auto const& name : secrets_in(to_json(rest)))
    found.push_back(secret_reference(name) +
                    " stands where no secret is opened: that is done in environment variables, in "
                    "external_id, and in a webhook's URL, header values and body");
  return found;
}

}  // namespace sluice::plan
