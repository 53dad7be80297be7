#include "local/wire/cloudwatch_input.hpp"

#include <zlib.h>

#include <charconv>
#include <cmath>

#include "base/strings.hpp"

namespace sluice::local {

std::optional<double> read_number(json::Value const& value) {
  if (value.is_number()) return value.as_double();
  auto const& text = value.as_string();
  double number = 0;
  auto const* end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(number))
    return {};
  return number;
}

std::optional<Time> read_time(json::Value const& value) {
  if (value.is_string()) {
    if (auto const time = parse_rfc3339(value.as_string())) return *time;
  }
  auto const seconds = read_number(value);
  // 1e11 s is the year 5138: beyond it a number is no time in seconds.
  if (!seconds || std::abs(*seconds) > 1e11) return {};
  return from_millis(static_cast<std::int64_t>(std::llround(*seconds * 1000)));
}

Outcome<std::map<std::string, std::string>> read_dimensions(json::Value const& value) {
  std::map<std::string, std::string> dimensions;
  if (value.items().size() > 30)
    return refuse(400, "InvalidParameterValue", "A metric has at most 30 dimensions.");
  for (auto const& item : value.items()) {
    auto const& name = item["Name"].as_string();
    if (name.empty() || item["Value"].as_string().empty())
      return refuse(400, "InvalidParameterValue", "A dimension needs a Name and a Value.");
    if (!dimensions.emplace(name, item["Value"].as_string()).second)
      return refuse(400, "InvalidParameterValue", "The dimension " + name + " stands twice.");
  }
  return dimensions;
}

namespace {

std::unexpected<Fault> malformed(std::string const& name) {
  return refuse(400, "MalformedQueryString", "The member " + printable(name) + " cannot be read.");
}

/// The value at one further step of a path: an element for a number behind "member", else a member.
json::Value* step_into(json::Value* at, std::vector<std::string> const& path, std::size_t& i) {
  if (path[i] != "member") {
    if (!at->is_null() && !at->is_object()) return nullptr;
    if (!at->contains(path[i])) at->set(path[i], json::Value());
    for (auto& [name, value] : at->mutable_members())
      if (name == path[i]) return &value;
    return nullptr;
  }
  if (++i >= path.size()) return nullptr;
  std::size_t index = 0;
  auto const* end = path[i].data() + path[i].size();
  auto const read = std::from_chars(path[i].data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || index == 0) return nullptr;
  if (!at->is_null() && !at->is_array()) return nullptr;
  auto const size = at->items().size();
  if (index > size + 1) return nullptr;
  if (index == size + 1) at->push(json::Value());
  return &at->mutable_items()[index - 1];
}

}  // namespace

Outcome<json::Value> unflatten(net::Pairs const& form) {
  json::Value root{json::Object{}};
  if (form.size() > 30'000) return malformed("30001");
  for (auto const& [name, value] : form) {
    auto const path = split(name, '.');
    if (path.size() > 16 || !is_valid_utf8(name) || !is_valid_utf8(value)) return malformed(name);
    json::Value* at = &root;
    for (std::size_t i = 0; i < path.size(); ++i) {
      at = step_into(at, path, i);
      if (at == nullptr) return malformed(name);
    }
    if (!at->is_null()) return malformed(name);
    *at = json::Value(value);
  }
  return root;
}

std::optional<std::string> gunzip(std::string_view bytes, std::size_t most) {
  z_stream stream{};
  constexpr int gzip_only = 15 + 16;
  if (inflateInit2(&stream, gzip_only) != Z_OK) return {};
  std::string in(bytes);
  std::string out;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  int state = Z_OK;
  while (state == Z_OK && out.size() <= most) {
    auto const before = out.size();
    out.resize(before + 16'384);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = 16'384;
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END || out.size() > most) return {};
  return out;
}

}  // namespace sluice::local
