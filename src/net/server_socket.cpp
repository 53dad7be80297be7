#include "net/server_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/strings.hpp"

namespace sluice::net {
namespace {

constexpr int waiting_connections = 512;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&storage); }
};

std::unexpected<Error> refuse(std::string const& place, int problem, std::string hint) {
  auto code = problem == EADDRINUSE ? ErrorCode::conflict
              : problem == EACCES   ? ErrorCode::denied
                                    : ErrorCode::unavailable;
  std::string why = problem == EADDRINUSE ? "another program already listens there"
                                          : lower(std::strerror(problem));
  return fail(code, "cannot listen on " + place + ": " + why, std::move(hint));
}

Result<Address> ip_address(std::string const& text, std::uint16_t port) {
  Address address;
  std::string number = text == "localhost" ? "127.0.0.1" : text;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, number.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, number.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
  } else {
    return fail(ErrorCode::invalid_input,
                "'" + printable(text) + "' is not an address to listen on",
                "give an IP address, for example 127.0.0.1, ::1 or 0.0.0.0");
  }
  return address;
}

Result<Address> file_address(std::string const& path) {
  Address address;
  auto* file = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.size() >= sizeof(file->sun_path))
    return fail(ErrorCode::invalid_input,
                "the path of the socket " + printable(path) + " is longer than " +
                    std::to_string(sizeof(file->sun_path) - 1) + " bytes",
                "choose a shorter folder, for example with XDG_RUNTIME_DIR");
  file->sun_family = AF_UNIX;
  std::memcpy(file->sun_path, path.c_str(), path.size() + 1);
  address.size = sizeof(sockaddr_un);
  return address;
}

/// A socket file outlives a killed process; then nobody answers on it and it may be replaced.
/// Anything that is not a socket stays.
void remove_if_abandoned(std::string const& path, Address const& address) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return;
  bool refused = connect(probe, address.get(), address.size) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  if (refused) unlink(path.c_str());
}

std::uint16_t port_of(int fd) {
  Address address;
  address.size = sizeof(address.storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0) return 0;
  if (address.storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(ServerOptions const& options) {
  if (int const given = options.listening_socket; given >= 0)
    return ListeningSocket(given, port_of(given), {});
  std::string const& path = options.unix_socket;
  bool on_file = !path.empty();
  auto address = on_file ? file_address(path) : ip_address(options.address, options.port);
  if (!address) return std::unexpected(address.error());
  std::string place =
      on_file ? printable(path) : options.address + " port " + std::to_string(options.port);
  if (on_file) remove_if_abandoned(path, *address);
  int family = address->storage.ss_family;
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return refuse(place, errno, {});
  ListeningSocket listening(fd, 0, {});
  int yes = 1;
  if (!on_file) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, address->get(), address->size) != 0)
    return refuse(place, errno, on_file ? "stop it first" : "choose another port or stop it first");
  // Nobody can connect before listen, so the file is never open to others.
  if (on_file) listening.file_ = path;
  if (on_file && chmod(path.c_str(), 0600) != 0) return refuse(place, errno, {});
  if (::listen(fd, waiting_connections) != 0) return refuse(place, errno, "choose another port");
  if (!on_file) listening.port_ = port_of(fd);
  return listening;
}

int ListeningSocket::duplicate() const { return fcntl(fd_, F_DUPFD_CLOEXEC, 0); }

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      port_(other.port_),
      file_(std::exchange(other.file_, {})) {}

ListeningSocket::~ListeningSocket() { close(); }

void ListeningSocket::close() {
  if (!file_.empty()) unlink(std::exchange(file_, {}).c_str());
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace sluice::net
