#pragma once

#include <cstddef>

/// The bounds of everything that input could make grow. Each is tested at the limit and one above.
namespace sluice::limits {

constexpr std::size_t document_bytes = 1 << 20;       ///< a release file
constexpr std::size_t document_depth = 64;            ///< nesting of a document
constexpr std::size_t document_nodes = 100'000;       ///< after alias expansion
constexpr std::size_t document_text_bytes = 8 << 20;  ///< keys and scalars, after alias expansion
constexpr std::size_t plan_leaves = 20'000;           ///< steps that one file may stand for
constexpr std::size_t diagnostics = 50;               ///< reported together
constexpr std::size_t diagnostic_bytes = 1'000;       ///< each text of a diagnostic
constexpr std::size_t zip_direct_bytes = 52'428'800;  ///< Lambda quotas, zip uploaded directly
constexpr std::size_t unzipped_bytes = 262'144'000;   ///< Lambda quotas, layers included
constexpr std::size_t archive_entries = 65'535;
constexpr std::size_t response_bytes = 64 << 20;  ///< an answer held in memory
constexpr std::size_t api_body_bytes = 72 << 20;  ///< CreateFunction's own limit is 70,167,211

}  // namespace sluice::limits
