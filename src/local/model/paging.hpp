#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "local/model/fault.hpp"

namespace sluice::local {

/// One page of a list: what to answer and where the next page begins.
class Page {
 public:
  /// From the request's Marker and MaxItems. Lambda never answers more than `most`, whatever
  /// MaxItems says. Faults: 400 for a MaxItems outside 1–10000 or a Marker not given out here.
  static Outcome<Page> of(json::Value const& request, std::size_t most = 50);

  /// Offers one item; keys must come in ascending order. The item is made only when it belongs to
  /// the page. False once the page is full: stop.
  bool offer(std::string_view key, std::function<json::Value()> const& make);

  /// {member: items, NextMarker where there is more}.
  json::Value answer(std::string_view member) &&;

 private:
  std::size_t size_ = 0;
  std::string after_;  ///< the last key of the page before; empty on the first
  std::string last_;
  json::Array items_;
  bool more_ = false;
};

/// A number as a key that sorts like it.
std::string sortable(std::int64_t number);

}  // namespace sluice::local
