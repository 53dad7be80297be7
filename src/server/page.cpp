#include "server/page.hpp"

#include "base/strings.hpp"

namespace sluice::server {
namespace {

constexpr char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";

net::Response page(int status, std::string_view title, std::string const& content) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy", policy},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  response.body = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" +
                  html(title) +
                  "</title><meta name=\"viewport\" content=\"width=device-width\"></head>\n<body>\n"
                  "<main>\n<h1>" +
                  html(title) + "</h1>\n" + content + "</main>\n</body>\n</html>\n";
  return response;
}

std::string cell(std::string_view text) { return "<td>" + html(text) + "</td>"; }

/// "orders:live version 7 → 8, 10 %": where a release stands.
std::string release_text(json::Value const& release) {
  std::string text = release["function"].as_string();
  if (auto const& alias = release["alias"].as_string(); !alias.empty()) text += ':' + alias;
  auto const& baseline = release["baseline_version"].as_string();
  auto const& candidate = release["candidate_version"].as_string();
  if (!baseline.empty() || !candidate.empty()) text += " version " + baseline + " → " + candidate;
  if (release.contains("weight")) text += ", " + release["weight"].dump() + " %";
  return text;
}

std::string releases_cell(json::Value const& summary) {
  std::string out = "<td>";
  for (auto const& release : summary["releases"].items()) {
    if (out.size() > 4) out += "<br>";
    out += html(release_text(release));
  }
  return out + "</td>";
}

std::string row_of(store::RunRow const& row) {
  return "<tr><th scope=\"row\">" + html(row.id) + "</th>" + cell(row.name) + cell(row.state) +
         releases_cell(row.summary) + cell(row.requester) + cell(rfc3339(row.created)) +
         cell(row.ended ? rfc3339(*row.ended) : "") + "</tr>\n";
}

}  // namespace

std::string html(std::string_view text) {
  std::string out;
  for (char c : printable(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

net::Response runs_page(std::vector<store::RunRow> const& rows,
                        std::optional<std::string> const& next) {
  if (rows.empty())
    return page(200, "Sluice: runs",
                "<p>There are no runs yet. <code>sluice deploy FILE --server URL</code> starts "
                "one.</p>\n");
  std::string content =
      "<table>\n<caption>Newest first</caption>\n<thead><tr><th scope=\"col\">run</th>"
      "<th scope=\"col\">name</th><th scope=\"col\">state</th><th scope=\"col\">releases</th>"
      "<th scope=\"col\">asked for by</th><th scope=\"col\">started</th>"
      "<th scope=\"col\">ended</th></tr></thead>\n<tbody>\n";
  for (auto const& row : rows) content += row_of(row);
  content += "</tbody>\n</table>\n";
  if (next) content += "<p><a href=\"/?cursor=" + html(*next) + "\">Older runs</a></p>\n";
  return page(200, "Sluice: runs", content);
}

net::Response login_page() {
  auto response = page(401, "Sluice",
                       "<p>This server answers those who show a token, and a browser cannot send "
                       "one by itself.</p>\n<p>On your machine, <code>sluice login</code> keeps a "
                       "token; then <code>sluice list --server URL</code> shows the runs. "
                       "A program sends it as <code>Authorization: Bearer TOKEN</code>.</p>\n");
  response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace sluice::server
