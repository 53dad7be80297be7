#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/strings.hpp"
#include "net/client_transfer.hpp"
#include "net/egress.hpp"
#include "net/fields.hpp"

namespace sluice::net {
namespace {

/// Servers commonly drop idle connections after 20 s or more; a younger one is rarely dead.
constexpr long max_idle_seconds = 15;

Transfer& transfer_of(void* self) { return *static_cast<Transfer*>(self); }

bool may_be_repeated(std::string const& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

/// Runs before each writing of the request. libcurl writes a request again by itself when a pooled
/// connection ends before any byte of the answer, whatever the method. The server may have acted on
/// the first writing, so only methods without effect are let through a second time.
int on_begin(void* self, char*, char*, int, int) {
  Transfer& transfer = transfer_of(self);
  long size = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &size);
  if (transfer.begun.exchange(true) && size > transfer.sent_before) {
    transfer.wrote_earlier = true;
    if (!may_be_repeated(transfer.request.method)) {
      transfer.problem = "the connection was closed before an answer came";
      return CURL_PREREQFUNC_ABORT;
    }
  }
  transfer.sent_before = size;
  return CURL_PREREQFUNC_OK;
}

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
  Transfer& transfer = transfer_of(self);
  auto got = transfer.request.stream->read(transfer.offset, std::span(buffer, size * count));
  if (!got) {
    transfer.problem = "reading the body to send failed: " + got.error().text();
    return CURL_READFUNC_ABORT;
  }
  if (*got == 0 && transfer.offset < transfer.request.stream->size()) {
    transfer.problem = "the body to send ended before its announced size";
    return CURL_READFUNC_ABORT;
  }
  transfer.offset += *got;
  return *got;
}

int on_seek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  transfer_of(self).offset = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t on_field(char* data, std::size_t size, std::size_t count, void* self) {
  Transfer& transfer = transfer_of(self);
  std::string_view line(data, size * count);
  transfer.head_size += line.size();
  if (transfer.head_size > max_response_head) {
    transfer.problem = "the header of the answer is larger than 256 KiB";
    return 0;
  }
  std::lock_guard lock(transfer.mutex);
  Headers& headers = transfer.shared.response.headers;
  std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/"))
    headers = {};  // An interim answer (100) came before this one.
  else if (colon != std::string_view::npos)
    headers.add(line.substr(0, colon), std::string(trim(line.substr(colon + 1))));
  return line.size();
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
  Transfer& transfer = transfer_of(self);
  std::string_view piece(data, size * count);
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  bool into_sink = transfer.options.sink && status / 100 == 2;
  std::lock_guard lock(transfer.mutex);
  Transfer::Shared& shared = transfer.shared;
  if (shared.cancelled) return 0;
  if (into_sink) {
    if (shared.backlog.size() >= sink_backlog) {
      shared.paused = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    shared.backlog.append(piece);
    transfer.changed.notify_all();
    return piece.size();
  }
  if (shared.response.body.size() + piece.size() > transfer.options.max_response) {
    transfer.problem =
        "the answer is larger than " + std::to_string(transfer.options.max_response) + " bytes";
    return 0;
  }
  shared.response.body.append(piece);
  return piece.size();
}

/// As libcurl's own, but never inherited by the programs we start, and under the rules.
curl_socket_t on_open(void* context, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(context);
  auto const& rules = transfer.options.egress;
  if (rules && !rules->allows(address->addr)) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Result<void> set_fields(Transfer& transfer) {
  auto append = [&](std::string const& line) {
    transfer.fields = curl_slist_append(transfer.fields, line.c_str());
    ENSURE(transfer.fields != nullptr);
  };
  Headers const& headers = transfer.request.headers;
  for (auto const& [name, value] : headers.all()) {
    if (!is_token(name) || !is_field_value(value))
      return fail(ErrorCode::invalid_input, "the header '" + printable(name) +
                                                "' cannot be sent: its name or value holds "
                                                "characters that HTTP does not allow");
    // Both say how long the body is, which only the one who writes it knows.
    if (equal_ignoring_case(name, "content-length")) continue;
    if (equal_ignoring_case(name, "transfer-encoding")) continue;
    std::string line = name;
    line += trim(value).empty() ? ";" : ": " + value;
    append(line);
  }
  append("Expect:");
  if (!headers.contains("content-type")) append("Content-Type:");
  curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.fields);
  return {};
}

void set_method_and_body(Transfer& transfer) {
  CURL* easy = transfer.easy;
  Request& request = transfer.request;
  bool has_body = request.stream || !request.body.empty();
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.stream) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(request.stream->size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, &transfer);
  } else if (has_body || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_connection(Transfer& transfer, ClientOptions const& options) {
  CURL* easy = transfer.easy;
  SendOptions const& send = transfer.options;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(send.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(send.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, max_idle_seconds);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  if (!send.unix_socket.empty())
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, send.unix_socket.c_str());
  // An empty proxy overrules the environment.
  bool direct = !options.use_proxies || !send.unix_socket.empty() || send.egress;
  if (direct) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  // A pooled connection may lead to an address that was never judged.
  if (send.egress) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
  // The folder of the system's certificates (CAPATH) stays in force beside this file.
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
}

void set_behaviour(Transfer& transfer, ClientOptions const& options) {
  CURL* easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // One request per connection at a time: what was written, and what may be written again, stays
  // decidable, which streams of HTTP/2 that share a connection would blur.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // Dropping a transfer must not wait for a name server that does not answer.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT,
                   options.user_agent.empty() ? "sluice" : options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.message);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_field);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
}

}  // namespace

Transfer::~Transfer() {
  if (easy) curl_easy_cleanup(easy);
  curl_slist_free_all(fields);
}

Result<void> prepare(Transfer& transfer, ClientOptions const& options) {
  auto url = Url::parse(transfer.request.url);
  if (!url) return std::unexpected(url.error());
  transfer.url = std::move(*url);
  if (!is_token(transfer.request.method))
    return fail(ErrorCode::invalid_input,
                "'" + printable(transfer.request.method) + "' is not an HTTP method");
  transfer.easy = curl_easy_init();
  ENSURE(transfer.easy != nullptr);
  curl_easy_setopt(transfer.easy, CURLOPT_URL, transfer.request.url.c_str());
  set_behaviour(transfer, options);
  set_connection(transfer, options);
  set_method_and_body(transfer);
  return set_fields(transfer);
}

}  // namespace sluice::net
