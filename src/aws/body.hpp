#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/http.hpp"

namespace sluice::aws {

/// A file as a body. It stays open; its size is taken once, and a file that shrinks is an error
/// when it is read.
Result<std::shared_ptr<net::BodySource const>> file_body(std::string const& path);

/// Bytes in memory as a body.
std::shared_ptr<net::BodySource const> text_body(std::string bytes);

/// `head`, then the bytes of `inner` in base64, then `tail`: a JSON document around an archive.
std::shared_ptr<net::BodySource const> base64_body(std::string head,
                                                   std::shared_ptr<net::BodySource const> inner,
                                                   std::string tail);

/// Reads it once from start to end: lower-case hex of its SHA-256.
Result<std::string> sha256_of(net::BodySource const& body);

}  // namespace sluice::aws
