#pragma once

#include <map>
#include <string>

#include "config/document.hpp"

namespace sluice::dialect::native {

/// The document with every ${name} in its values replaced: by --set's value, else by the one that
/// `variables:` declares. `variables:` itself is left out of the answer.
///
/// Only declared names count: there are no functions, no environment, no files (operability M13). A
/// value is put in as it is and never looked into again; `$${` stands for `${`. A plain scalar that
/// is nothing but ${name} takes on the type of what is put in, as if it had been typed there. Keys
/// are never replaced. Values together may grow by limits::document_bytes.
config::Node substitute(config::Node const& root, std::map<std::string, std::string> const& set,
                        config::Diagnostics& diagnostics);

}  // namespace sluice::dialect::native
