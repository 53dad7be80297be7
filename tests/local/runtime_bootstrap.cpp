// A small Lambda runtime for the tests. The event, a JSON string, says what to do.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string const host = std::getenv("AWS_LAMBDA_RUNTIME_API");
std::string const base = "/2018-06-01/runtime/";

struct Answer {
  int status = 0;
  std::string head, body;
};

class Connection {
 public:
  Connection() {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(host.substr(host.find(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(40);
  }
  ~Connection() { close(socket_); }

  void send(std::string const& text) {
    for (std::size_t sent = 0; sent < text.size();) {
      ssize_t wrote = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (wrote <= 0) std::exit(41);
      sent += static_cast<std::size_t>(wrote);
    }
  }

  Answer answer() {
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) more();
    Answer answer{std::stoi(buffer_.substr(9, 3)), buffer_.substr(0, end + 2), ""};
    std::size_t length = std::stoul(field(answer.head, "Content-Length"));
    while (buffer_.size() < end + 4 + length) more();
    answer.body = buffer_.substr(end + 4, length);
    buffer_.erase(0, end + 4 + length);
    return answer;
  }

  static std::string field(std::string const& head, std::string const& name) {
    std::size_t start = head.find("\r\n" + name + ": ");
    if (start == std::string::npos) return "";
    start += name.size() + 4;
    return head.substr(start, head.find("\r\n", start) - start);
  }

 private:
  void more() {
    char piece[65536];
    ssize_t got = read(socket_, piece, sizeof piece);
    if (got <= 0) std::exit(0);
    buffer_.append(piece, static_cast<std::size_t>(got));
  }

  int socket_;
  std::string buffer_;
};

std::string request(std::string const& method, std::string const& path, std::string const& body,
                    std::string const& fields = "") {
  return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunk(std::string const& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

int status(std::string const& text) {
  Connection connection;
  connection.send(text);
  return connection.answer().status;
}

/// What the API says to things that are not allowed while `id` is running.
std::string refusals(std::string const& id) {
  std::string const self = base + "invocation/" + id + "/response";
  std::string out;
  for (int each :
       {status(request("POST", base + "invocation/other/response", "1")),
        status(request("GET", base + "invocation/next", "")),
        status(request("POST", base + "init/error", "{}")),
        status(request("GET", "/2018-06-01/elsewhere", "")), status(request("PUT", self, "1")),
        status(request("POST", self, "1", "Origin: http://example.com\r\n")),
        status("POST " + self + " HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1\r\n\r\n1"),
        status("nonsense\r\n\r\n")})
    out += (out.empty() ? "" : " ") + std::to_string(each);
  return "\"" + out + "\"";
}

void stream(Connection& to, std::string const& path, std::string const& trailers) {
  to.send(
      "POST " + path + " HTTP/1.1\r\nHost: " + host +
      "\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (auto const* piece : {"one ", "two ", "three"}) to.send(chunk(piece));
  to.send("0\r\n" + trailers + "\r\n");
}

std::string last_status = "0";

void handle(Connection& api, std::string const& id, std::string const& head,
            std::string const& event) {
  std::string const path = base + "invocation/" + id;
  std::string command =
      event.size() > 1 && event[0] == '"' ? event.substr(1, event.size() - 2) : event;
  std::string word = command.substr(0, command.find(' '));
  std::string rest = command.size() > word.size() ? command.substr(word.size() + 1) : "";
  std::string body = event;
  if (word == "exit") std::exit(std::stoi(rest));
  if (word == "kill") raise(std::stoi(rest));
  if (word == "hang") pause();
  if (word == "refusals") body = refusals(id);
  if (word == "last") body = last_status;
  if (word == "head") body = "\"" + Connection::field(head, rest) + "\"";
  if (word == "big") body = std::string(std::stoul(rest), 'x');
  if (word == "print") std::printf("%s", rest.c_str()), std::fflush(stdout);
  if (word == "env")
    body = std::string("\"") + (std::getenv(rest.c_str()) ? std::getenv(rest.c_str()) : "(none)") +
           "\"";
  if (word == "pid") body = std::to_string(getpid());
  if (word == "stream") {
    stream(api, path + "/response", "");
  } else if (word == "broken-stream") {
    stream(api, path + "/response",
           "Lambda-Runtime-Function-Error-Type: Stream.Broken\r\n"
           "Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJTdHJlYW0uQnJva2VuIn0=\r\n");
  } else if (word == "error") {
    api.send(
        request("POST", path + "/error", "", "Lambda-Runtime-Function-Error-Type: My.Error\r\n"));
  } else {
    api.send(request("POST", path + "/response", body));
  }
  last_status = std::to_string(api.answer().status);
  if (word == "twice")
    last_status = std::to_string(status(request("POST", path + "/response", "1")));
  if (word == "then-exit") std::exit(3);
  if (word == "linger") pause();
}

}  // namespace

int main() {
  std::printf("started\n");
  std::fflush(stdout);
  if (std::getenv("EXIT_AT_START")) return 7;
  if (std::getenv("HANG_AT_START")) pause();
  // The first start hangs, the next one does not.
  if (char const* marker = std::getenv("HANG_UNLESS")) {
    if (access(marker, F_OK) != 0) {
      std::fclose(std::fopen(marker, "w"));
      pause();
    }
  }
  Connection api;
  for (;;) {
    api.send(request("GET", base + "invocation/next", ""));
    Answer next = api.answer();
    handle(api, Connection::field(next.head, "Lambda-Runtime-Aws-Request-Id"), next.head,
           next.body);
  }
}
