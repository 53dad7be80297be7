#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "store/store.hpp"

/// The plain page at "/": no script, no style, nothing from elsewhere.
namespace sluice::server {

/// With the headers of operability M20.
net::Response runs_page(std::vector<store::RunRow> const& rows,
                        std::optional<std::string> const& next);
/// For a browser that has shown nothing: how to authenticate. Holds no data.
net::Response login_page();

/// Text as it may stand in an element or a quoted attribute.
std::string html(std::string_view text);

}  // namespace sluice::server
