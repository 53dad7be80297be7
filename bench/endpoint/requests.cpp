#include "endpoint/requests.hpp"

#include "aws/sigv4.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "net/http.hpp"
#include "workplace.hpp"

namespace sluice::bench {

std::string lambda_request(std::string const& url, std::string const& method,
                           std::vector<std::string> path, std::string const& body) {
  path.insert(path.begin(), "2015-03-31");
  aws::Unsigned plain;
  plain.method = method;
  plain.authority = must("read the address", net::Url::parse(url)).authority();
  plain.path = std::move(path);
  plain.headers = {{"Content-Type", "application/json"}};
  plain.payload_hash = hex(sha256(body));
  auto const made =
      aws::sign(plain, {system_clock().now(), "eu-west-1", "lambda"}, {"bench", "bench", ""});
  std::string text = method + " " + made.path + " HTTP/1.1\r\nHost: " + plain.authority + "\r\n";
  for (auto const& [name, value] : made.headers.all()) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return text;
}

}  // namespace sluice::bench
