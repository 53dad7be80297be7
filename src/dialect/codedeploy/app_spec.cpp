#include "dialect/codedeploy/app_spec.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"
#include "config/codes_codedeploy.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::dialect::codedeploy {
namespace {

namespace codes = config::codes;
using config::in_quotes;
using config::MapReader;
using config::Node;

constexpr std::string_view lambda_type = "AWS::Lambda::Function";
using Keys = std::vector<std::string_view>;

/// The key's spelling in the format; as typed where it is none of those.
std::string spelled(std::string const& key, Keys const& keys) {
  auto found = std::ranges::find_if(
      keys, [&](std::string_view one) { return equal_ignoring_case(one, key); });
  return found == keys.end() ? key : std::string(*found);
}

/// The mapping with the format's keys in the format's spelling: the guide publishes files in
/// PascalCase and files in small letters. One that stands there in two spellings is reported.
Node respelled(Node const& node, Keys const& keys, config::Diagnostics& diagnostics) {
  if (!node.is_mapping()) return node;
  Node::Content content{
      .kind = node.kind(), .reported = node.reported(), .text = {}, .span = node.span()};
  for (auto const& entry : node.entries()) {
    std::string key = spelled(entry.key, keys);
    auto earlier = std::ranges::find(content.entries, key, &config::Entry::key);
    if (earlier == content.entries.end()) {
      content.entries.push_back({std::move(key), entry.key_span, entry.value});
      continue;
    }
    diagnostics.error(codes::duplicate_key, entry.key_span,
                      "the key " + in_quotes(entry.key) + " is there twice",
                      {.cause = "letters count the same in both cases here",
                       .help = "remove one of them",
                       .related = {{earlier->key_span, "first given here"}}});
  }
  Node out = config::finish(std::move(content));
  return node.alias_span() ? out.through_alias(*node.alias_span()) : out;
}

bool has_key(Node const& root, std::string_view key) {
  return std::ranges::any_of(root.entries(), [&](config::Entry const& entry) {
    return equal_ignoring_case(entry.key, key);
  });
}

/// Printed for a list element that should be a mapping with one key.
Node const* only_value(Node const& node, std::string& key) {
  if (!node.is_mapping() || node.entries().size() != 1) return nullptr;
  key = node.entries().front().key;
  return &node.entries().front().value;
}

class Reader {
 public:
  Reader(AppSpecRules const& rules, config::Diagnostics& diagnostics)
      : rules_(rules), diagnostics_(diagnostics) {}

  AppSpec read(Node const& root) {
    MapReader top(respelled(root, {"version", "Resources", "Hooks"}, diagnostics_), diagnostics_,
                  rules_.unknown, "the AppSpec");
    if (!top.valid() || is_for_servers(root)) return {};
    if (Node const* version = top.required_value("version")) read_version(*version);
    read_resources(top);
    for (auto const& hook : top.list("Hooks")) read_hook(hook);
    top.done();
    return std::move(spec_);
  }

 private:
  bool is_for_servers(Node const& root) {
    for (auto const& entry : root.entries()) {
      if (!equal_ignoring_case(entry.key, "os") && !equal_ignoring_case(entry.key, "files"))
        continue;
      diagnostics_.error(codes::other_platform, entry.key_span,
                         "this AppSpec deploys files to servers",
                         {.cause = "Sluice releases AWS Lambda functions only",
                          .help = "name the function below `Resources`"});
      return true;
    }
    return false;
  }

  /// JSON writers drop the fraction of 0.0, so the number counts and not its text.
  void read_version(Node const& node) {
    auto number = node.is_scalar() ? config::core_number(node.text()) : std::nullopt;
    if (number && *number == 0) return;
    config::report(diagnostics_, node, codes::app_spec_version,
                   "the version of an AppSpec is 0.0, found " + config::description_of(node),
                   "write `version: 0.0`");
  }

  void read_resources(MapReader& top) {
    auto resources = top.required_list("Resources");
    if (resources.size() > 1)
      config::report(
          diagnostics_, resources[1], codes::not_one_resource,
          "an AppSpec deploys one function, and this one names " + std::to_string(resources.size()),
          "write a file for each function");
    if (resources.size() != 1) return;
    Node const& resource = resources.front();
    std::string name;
    Node const* definition = only_value(resource, name);
    if (!definition || trim(name).empty()) {
      config::report(diagnostics_, resource, codes::not_one_resource,
                     "a resource is a mapping of one name to its definition",
                     "write `- NAME:` and indent Type and Properties below it");
      return;
    }
    read_definition(*definition, name);
  }

  void read_definition(Node const& node, std::string const& name) {
    MapReader reader(respelled(node, {"Type", "Properties"}, diagnostics_), diagnostics_,
                     rules_.unknown, "resource " + in_quotes(name));
    if (!reader.valid()) return;
    if (Node const* type = reader.required_value("Type"); type && !is_function(*type)) return;
    if (Node const* properties = reader.required_value("Properties")) read_properties(*properties);
    reader.done();
  }

  bool is_function(Node const& type) {
    if (type.is_scalar() && type.text() == lambda_type) return true;
    config::report(diagnostics_, type, codes::other_platform,
                   "the type of the resource is " + std::string(lambda_type) + ", found " +
                       config::description_of(type),
                   "write `Type: " + std::string(lambda_type) + "`",
                   "Sluice releases AWS Lambda functions only");
    return false;
  }

  void read_properties(Node const& node) {
    MapReader reader(
        respelled(node, {"Name", "Alias", "CurrentVersion", "TargetVersion"}, diagnostics_),
        diagnostics_, rules_.unknown, "Properties");
    if (!reader.valid()) return;
    spec_.function = reader.required_string("Name");
    if (!spec_.function.empty() && function_name_in(spec_.function, false).empty())
      reader.error("Name", codes::bad_function_name,
                   in_quotes(spec_.function) + " is not a function's name or ARN",
                   "letters, digits, '-' and '_', without a version or alias behind them");
    read_alias(reader);
    spec_.current_version =
        read_function_version(reader, "CurrentVersion", rules_.current_version_required);
    spec_.target_version = read_function_version(reader, "TargetVersion", true);
    bool same = !spec_.target_version.empty() && spec_.current_version == spec_.target_version;
    if (same && !rules_.same_version)
      reader.error("TargetVersion", codes::same_version,
                   "CurrentVersion and TargetVersion are both " + spec_.target_version,
                   "give TargetVersion the version that was published last");
    reader.done();
  }

  void read_alias(MapReader& reader) {
    spec_.alias = reader.required_name("Alias", {.max_length = 128});
    bool number =
        !spec_.alias.empty() && spec_.alias.find_first_not_of("0123456789") == std::string::npos;
    if (number)
      reader.error("Alias", codes::bad_function_name,
                   in_quotes(spec_.alias) + " is a version and not an alias",
                   "name the alias whose traffic is to move");
  }

  std::string read_function_version(MapReader& reader, char const* key, bool required) {
    Node const* node = required ? reader.required_value(key) : reader.value(key);
    if (!node) return {};
    constexpr std::size_t longest = 19;  // digits of a 64-bit number
    std::string text = node->is_scalar() ? node->text() : std::string();
    bool digits = !text.empty() && text.size() <= longest && text.front() != '0' &&
                  text.find_first_not_of("0123456789") == std::string::npos;
    if (digits) return text;
    bool latest = text == "$LATEST";
    config::report(
        diagnostics_, *node, codes::bad_function_version,
        in_quotes(key) + " must be a published version of the function, found " +
            (latest ? text : config::description_of(*node)),
        latest ? "publish $LATEST, and give the version's number" : "write its number, such as 8");
    return {};
  }

  void read_hook(Node const& node) {
    std::string key;
    Node const* function = only_value(node, key);
    if (!function) {
      config::report(diagnostics_, node, codes::not_one_hook,
                     "a hook is a mapping of one event to a function",
                     "write `- BeforeAllowTraffic: FUNCTION`");
      return;
    }
    Keys const events{"BeforeAllowTraffic", "AfterAllowTraffic"};
    std::string event = spelled(key, events);
    if (std::ranges::find(events, event) == events.end()) {
      std::vector<std::string> names(events.begin(), events.end());
      auto meant = nearest(key, names);
      diagnostics_.error(codes::unknown_hook, node.entries().front().key_span,
                         "there is no hook " + in_quotes(key) + " for functions",
                         {.help = meant ? "did you mean " + in_quotes(*meant) + "?"
                                        : "hooks are " + join(names, " and ")});
      return;
    }
    take_hook(event, *function, node.entries().front().key_span);
  }

  void take_hook(std::string const& event, Node const& function, config::Span const& key) {
    std::string& hook = event == "BeforeAllowTraffic" ? spec_.before_hook : spec_.after_hook;
    if (!hook.empty())
      diagnostics_.error(codes::not_one_hook, key, event + " is there twice",
                         {.help = "let one function do the work of both"});
    if (function.is_null()) {
      diagnostics_.error(codes::missing_key, key, in_quotes(event) + " names no function",
                         {.help = "name the function that is to be invoked, or remove the hook"});
      return;
    }
    auto text = config::as_string(function, diagnostics_, event);
    if (!text) return;
    if (function_name_in(*text, true).empty())
      config::report(diagnostics_, function, codes::bad_function_name,
                     in_quotes(*text) + " is not a function's name or ARN",
                     "name the function that is to be invoked");
    hook = *text;
  }

  AppSpecRules const& rules_;
  config::Diagnostics& diagnostics_;
  AppSpec spec_;
};

bool only_of(std::string_view text, std::string_view also) {
  return std::ranges::all_of(text, [&](char c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || also.find(c) != std::string_view::npos;
  });
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool looks_like_app_spec(config::Document const& document) {
  Node const& root = document.root;
  // Templates of CloudFormation have `Resources` too.
  if (root.entry("AWSTemplateFormatVersion") || root.entry("Transform")) return false;
  bool version = has_key(root, "version");
  bool hooks = has_key(root, "Hooks");
  for (auto const& entry : root.entries())
    if (equal_ignoring_case(entry.key, "Resources"))
      return version || hooks || entry.value.is_sequence();
  return version && (hooks || has_key(root, "os"));
}

std::optional<AppSpec> read_app_spec(config::Document const& document, AppSpecRules const& rules,
                                     config::Diagnostics& diagnostics) {
  config::Diagnostics own;
  AppSpec spec = Reader(rules, own).read(document.root);
  bool usable = !own.has_errors() && !diagnostics.has_errors();
  diagnostics.add_all(own);
  if (!usable || diagnostics.has_errors()) return std::nullopt;
  return spec;
}

std::optional<AppSpec> read_app_spec(config::SourcePtr const& source, AppSpecRules const& rules,
                                     config::Diagnostics& diagnostics) {
  auto document = config::parse(source, diagnostics);
  if (!document) return std::nullopt;
  return read_app_spec(*document, rules, diagnostics);
}

std::string_view function_name_in(std::string_view reference, bool qualifier) {
  constexpr std::size_t longest_name = 64;
  std::string_view rest = reference;
  auto take = [&] {
    std::size_t colon = std::min(rest.find(':'), rest.size());
    std::string_view part = rest.substr(0, colon);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    return part;
  };
  if (reference.starts_with("arn:")) {
    take();
    bool aws = take().starts_with("aws");
    bool lambda = take() == "lambda";
    bool region = !take().empty();
    if (!aws || !lambda || !region) return {};
  }
  if (auto colon = rest.find(":function:"); colon != std::string_view::npos || rest != reference) {
    if (!is_account(take()) || take() != "function") return {};
  }
  std::string_view name = take();
  bool usual = !name.empty() && name.size() <= longest_name && only_of(name, "-_");
  if (!usual) return {};
  bool ends = rest.empty() && !reference.ends_with(':');
  if (ends) return name;
  bool qualified = qualifier && !rest.empty() && only_of(rest, "-_$");
  return qualified ? name : std::string_view();
}

}  // namespace sluice::dialect::codedeploy
