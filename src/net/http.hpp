#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sluice::net {

/// Header fields in their order; names compare without regard to case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  /// The first value of that name; empty where there is none.
  std::string const& get(std::string_view name) const;
  bool contains(std::string_view name) const;
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  void add(std::string_view name, std::string value);
  void erase(std::string_view name);
  std::vector<std::pair<std::string, std::string>> const& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A body that is not held in memory. Read at any offset, any number of times, so that a request
/// can be hashed first and sent, or sent again, afterwards. Client and server read on their own
/// thread: `read` must be quick (a file, memory) and allow for that.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on; returns the bytes read, 0 at the end.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const = 0;
};

/// What goes out. `url` is absolute and is sent as it stands: it is already escaped.
struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::shared_ptr<BodySource const> stream;  ///< instead of `body` where it is set
};

/// Chunks for an answer that never ends by itself (server-sent events). Thread-safe.
class Feed {
 public:
  virtual ~Feed() = default;
  /// False once the client has gone or the feed was closed: stop producing. A client that left is
  /// noticed one or two chunks later, so an idle feed needs a heartbeat to be freed.
  virtual bool push(std::string chunk) = 0;
  virtual void close() = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// Server side only: sends the body from here instead of `body`.
  std::shared_ptr<BodySource const> stream;
  /// Server side only: makes this an answer that goes on. Called once, on the worker that ran the
  /// handler, with the open feed; it may push from there or keep the feed for others. `body` is
  /// sent first. Not called for HEAD. A client that falls 1 MiB behind is dropped.
  std::function<void(std::shared_ptr<Feed>)> feed;
  /// Server side only: cuts the connection instead of answering (the local endpoint's faults).
  bool drop = false;
};

/// A URL taken apart; every part still escaped as it was written.
struct Url {
  std::string scheme;      ///< lower case
  std::string host;        ///< lower case, IPv6 without brackets
  std::uint16_t port = 0;  ///< the scheme's own where none was written
  std::string path;        ///< at least "/"
  std::string query;       ///< without '?'
  bool port_given = false;

  /// host or host:port as it belongs into the Host field.
  std::string authority() const;
  static Result<Url> parse(std::string_view text);
};

/// %XX for everything outside A-Za-z0-9-_.~ (and '/' where it is kept), upper-case hex.
std::string percent_encode(std::string_view text, bool keep_slash = false);
/// Refuses a broken escape. `plus_is_blank` for form bodies.
Result<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);

using Pairs = std::vector<std::pair<std::string, std::string>>;
/// "a=1&b=%20" → decoded pairs, in order; a name without '=' has an empty value.
Result<Pairs> parse_query(std::string_view query, bool plus_is_blank = false);
std::string format_query(Pairs const& pairs);

}  // namespace sluice::net
