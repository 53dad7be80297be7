#include "server/unknown_name.hpp"

#include "base/strings.hpp"

namespace sluice::server {

Error unknown_name(std::string_view what, std::string const& name,
                   std::vector<std::string> const& known) {
  auto near = nearest(name, known);
  return {ErrorCode::invalid_input, "unknown " + std::string(what) + " '" + printable(name) + "'",
          near ? "Did you mean '" + *near + "'?" : "There are: " + join(known, ", ") + "."};
}

}  // namespace sluice::server
