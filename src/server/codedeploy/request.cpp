#include "server/codedeploy/request.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "server/cursor.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_description = 256;
constexpr std::size_t most_quoted = 10;

Outcome<std::string> checked_name(std::string const& name, std::string const& what,
                                  std::string const& thing) {
  if (name.empty()) return refuse(what + "NameRequired", "The " + thing + " name is missing.");
  if (is_name(name)) return name;
  return refuse("Invalid" + what + "Name",
                "'" + printable(name.substr(0, longest_name)) + "' is no name for " +
                    (thing.starts_with('a') ? "an " : "a ") + thing +
                    ": a name has 1 to 100 letters, digits and the characters . _ + = , @ -");
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_name(std::string_view text) {
  auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._+=,@-").contains(c);
  };
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, fits);
}

Outcome<std::string> application_name(std::string const& name) {
  return checked_name(name, "Application", "application");
}

Outcome<std::string> group_name(std::string const& name) {
  return checked_name(name, "DeploymentGroup", "deployment group");
}

Outcome<std::string> configuration_name(std::string const& name) {
  return checked_name(name, "DeploymentConfig", "deployment configuration");
}

Outcome<void> check_description(std::string const& text) {
  if (characters(text) <= longest_description) return {};
  return refuse("DescriptionTooLong", "A description has at most 256 characters.");
}

Outcome<Application> named_application(Request& request) {
  auto name = application_name(request.text("applicationName"));
  if (!name) return std::unexpected(name.error());
  return existing_application(request, *name);
}

Outcome<Application> existing_application(Request& request, std::string const& name) {
  auto found = request.registry.application(name);
  if (!found) return broken(found.error());
  if (!*found) return refuse("ApplicationDoesNotExist", "No application found for name: " + name);
  return std::move(**found);
}

Outcome<Group> existing_group(Request& request, Application const& of, std::string const& name) {
  auto found = request.registry.group(of, name);
  if (!found) return broken(found.error());
  if (!*found)
    return refuse("DeploymentGroupDoesNotExist", "No Deployment Group found for name: " + name);
  return std::move(**found);
}

json::Value timestamp(Time time) { return static_cast<double>(to_millis(time)) / 1000.0; }

Answer page_of(std::vector<std::string> const& sorted, std::string_view list,
               std::string const& token, std::string_view member) {
  auto from = sorted.begin();
  if (!token.empty()) {
    auto place = place_of(list, token);
    if (!place) return refuse("InvalidNextToken", "The next token is none of this list.");
    from = std::ranges::upper_bound(sorted, *place);
  }
  auto const left = static_cast<std::size_t>(sorted.end() - from);
  auto const to = from + static_cast<std::ptrdiff_t>(std::min(left, page_size));
  json::Value names = json::Array{};
  for (auto name = from; name != to; ++name) names.push(*name);
  json::Value answer = json::Object{};
  answer.set(member, std::move(names));
  // Without another page the member has to be absent: clients would ask for one.
  if (to != sorted.end()) answer.set("nextToken", cursor_to(list, *std::prev(to)));
  return answer;
}

std::string quoted(std::vector<std::string> const& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most_quoted); ++i)
    out += (i ? ", '" : "'") + printable(names[i]) + "'";
  return names.size() > most_quoted ? out + " …" : out;
}

}  // namespace sluice::server::codedeploy
