#pragma once

#include <string>
#include <string_view>

#include "local/model/s3.hpp"
#include "local/wire/call.hpp"
#include "local/wire/s3_chunks.hpp"

namespace sluice::local {

/// What an S3 request points at, in path style or as `bucket.localhost`; decoded. Both may be
/// empty.
struct S3Target {
  std::string bucket, key;
};

/// 400 InvalidURI for a broken escape, InvalidArgument for a key that is not UTF-8.
Outcome<S3Target> s3_target(net::Incoming const& request);

/// The API name of the operation; empty for one the endpoint does not serve.
std::string s3_operation(net::Incoming const& request, S3Target const& target,
                         net::Pairs const& query);

/// Answers one S3 call; `call.operation` is from s3_operation. `signer` is set where chunk
/// signatures have to be right.
net::Response answer_s3(S3& s3, Call const& call, S3Target const& target,
                        ChunkSigner const* signer);

/// A fault as S3 answers it: XML without a namespace; no body for HEAD.
net::Response s3_fault(Fault const& fault, net::Incoming const& request,
                       std::string const& request_id);

}  // namespace sluice::local
