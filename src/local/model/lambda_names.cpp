#include "local/model/lambda_names.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"

namespace sluice::local::lambda {
namespace {

constexpr std::size_t max_arn = 140;
constexpr std::size_t max_name = 64;
constexpr std::size_t max_alias = 128;
constexpr char name_pattern[] =
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?"
    "(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
constexpr char qualifier_pattern[] = "(|[a-zA-Z0-9$_-]+)";

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool is_qualifier(std::string_view text) {
  return is_word(text) || text == latest_version || text == "$LATEST.PUBLISHED";
}

std::string broken(std::string_view value, std::string_view member, std::string_view constraint) {
  return "1 validation error detected: Value '" + std::string(value) + "' at '" +
         std::string(member) + "' failed to satisfy constraint: Member must " +
         std::string(constraint);
}

std::unexpected<Fault> bad_name(std::string_view text) {
  return not_valid(broken(text, "functionName",
                          "satisfy regular expression pattern: " + std::string(name_pattern)));
}

/// What the text names, before anything is compared with the place it was sent to.
struct Parts {
  std::string region, account, function, qualifier;
};

Outcome<Parts> take_apart(std::string_view text) {
  auto fields = split(text, ':');
  Parts parts;
  std::size_t at = 0;
  if (fields[0] == "arn") {
    if (fields.size() < 7 || !fields[1].starts_with("aws") || fields[2] != "lambda" ||
        fields[5] != "function")
      return bad_name(text);
    parts.region = fields[3];
    parts.account = fields[4];
    at = 6;
  } else if (fields.size() >= 3 && fields[1] == "function") {
    parts.account = fields[0];
    at = 2;
  } else if (fields.size() == 3 || (fields.size() == 2 && fields[0] == "function")) {
    return bad_name(text);
  }
  bool account_ok =
      parts.account.empty() ? at == 0 : parts.account.size() == 12 && is_number(parts.account);
  if (!account_ok || fields.size() > at + 2) return bad_name(text);
  parts.function = fields[at];
  if (fields.size() == at + 2) {
    parts.qualifier = fields[at + 1];
    if (!is_qualifier(parts.qualifier)) return bad_name(text);
  }
  if (!is_word(parts.function)) return bad_name(text);
  return parts;
}

}  // namespace

bool is_function_name(std::string_view text) { return text.size() <= max_name && is_word(text); }

bool is_alias_name(std::string_view text) {
  return text.size() <= max_alias && is_word(text) && !is_number(text);
}

Outcome<Name> parse_name(Data const& data, std::string_view operation, std::string_view text,
                         std::string_view qualifier) {
  if (text.empty())
    return not_valid(
        "1 validation error detected: Value null at 'functionName' failed to satisfy constraint: "
        "Member must not be null");
  if (text.size() > max_arn)
    return not_valid(broken(text, "functionName",
                            "have length less than or equal to " + std::to_string(max_arn)));
  auto parts = take_apart(text);
  if (!parts) return std::unexpected(parts.error());
  if (parts->function.size() > max_name)
    return invalid(broken(text, "functionName",
                          "have length less than or equal to " + std::to_string(max_name)));
  if (!qualifier.empty() && !is_qualifier(qualifier))
    return not_valid(
        broken(qualifier, "qualifier",
               "satisfy regular expression pattern: " + std::string(qualifier_pattern)));
  if (!parts->qualifier.empty() && !qualifier.empty() && parts->qualifier != qualifier)
    return invalid(
        "The derived qualifier from the function name does not match the specified qualifier.");
  if (!parts->region.empty() && parts->region != data.region)
    return not_found("Functions from '" + parts->region + "' are not reachable in this region ('" +
                     data.region + "')");
  if (!parts->account.empty() && parts->account != data.account)
    return refuse(403, "AccessDeniedException",
                  "Account " + data.account + " is not authorized to perform: lambda:" +
                      std::string(operation) + " on resource: " + std::string(text));
  if (parts->qualifier.empty()) parts->qualifier = qualifier;
  return Name{std::move(parts->function), std::move(parts->qualifier)};
}

Outcome<Name> name_of_call(Call const& call) {
  return parse_name(call.data, call.operation, call.text("FunctionName"), call.text("Qualifier"));
}

}  // namespace sluice::local::lambda
