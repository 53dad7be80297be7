#include "local/direct_client.hpp"

#include "base/limits.hpp"

namespace sluice::local {
namespace {

using net::Failure;

std::unexpected<Failure> never_sent(Error error) {
  return std::unexpected(Failure{std::move(error), false});
}

Result<std::string> body_of(net::Request const& request) {
  if (!request.stream) return request.body;
  if (request.stream->size() > limits::zip_direct_bytes * 6)
    return fail(ErrorCode::invalid_input, "the body is larger than the local endpoint takes");
  std::string body(request.stream->size(), '\0');
  std::size_t filled = 0;
  while (filled < body.size()) {
    auto const got = request.stream->read(filled, std::span(body).subspan(filled));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return fail(ErrorCode::unavailable, "the body ended before its announced size");
    filled += *got;
  }
  return body;
}

}  // namespace

std::expected<net::Response, Failure> DirectClient::send(net::Request const& request,
                                                         net::SendOptions const& options,
                                                         std::stop_token stop) {
  if (stop.stop_requested())
    return never_sent({ErrorCode::cancelled, "the request was cancelled", {}});
  auto url = net::Url::parse(request.url);
  if (!url) return never_sent(url.error());
  auto body = body_of(request);
  if (!body) return never_sent(body.error());
  net::Incoming incoming;
  incoming.method = request.method;
  incoming.path = url->path;
  incoming.query = url->query;
  incoming.headers = request.headers;
  if (!incoming.headers.contains("host")) incoming.headers.set("Host", url->authority());
  incoming.body = std::move(*body);
  incoming.peer = "direct";

  auto response = endpoint_.handle(incoming);
  if (response.drop)
    return std::unexpected(Failure{
        {ErrorCode::unavailable, "the connection was cut before an answer came", {}}, true});
  // As the server would: the length is that of the body, also where HEAD leaves it out.
  response.headers.set("Content-Length", std::to_string(response.body.size()));
  if (request.method == "HEAD") response.body.clear();
  if (response.body.size() > options.max_response)
    return std::unexpected(Failure{
        {ErrorCode::invalid_input, "the answer is larger than the caller takes", {}}, true});
  if (options.sink && response.status / 100 == 2) {
    auto taken = options.sink(response.body);
    if (!taken) return std::unexpected(Failure{taken.error(), true});
    response.body.clear();
  }
  return response;
}

}  // namespace sluice::local
