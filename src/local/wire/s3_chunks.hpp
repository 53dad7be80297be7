#pragma once

#include <map>
#include <string>
#include <string_view>

#include "local/model/fault.hpp"
#include "net/http.hpp"

namespace sluice::local {

/// What the signature of a request leaves for the signatures of its chunks. Without a signing key
/// (an access key nobody declared) chunk signatures are not looked at.
struct ChunkSigner {
  std::string signing_key;     ///< raw
  std::string time;            ///< 20260102T030405Z
  std::string scope;           ///< 20260102/eu-west-1/s3/aws4_request
  std::string seed_signature;  ///< hex
};

/// The bytes of an upload, whatever x-amz-content-sha256 says about their form.
struct Upload {
  std::string bytes;
  std::map<std::string, std::string> trailers;  ///< lower-case names
};

/// Decodes aws-chunked bodies and checks hashes, lengths and, with `signer`, chunk signatures.
/// S3 API: 400 IncompleteBody, InvalidArgument, XAmzContentSHA256Mismatch; 403
/// SignatureDoesNotMatch.
Outcome<Upload> read_upload(net::Headers const& headers, std::string_view body,
                            ChunkSigner const* signer);

/// Compares Content-MD5 and every x-amz-checksum-* field or trailer with the bytes: 400
/// InvalidDigest, BadDigest. Returns the checksum fields, to be stored with the object.
Outcome<std::map<std::string, std::string>> check_digests(net::Headers const& headers,
                                                          Upload const& upload);

}  // namespace sluice::local
