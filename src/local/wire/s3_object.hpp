#pragma once

#include "local/wire/s3.hpp"

namespace sluice::local {

/// The calls about one object. Each answers the finished response or S3's fault.
Outcome<net::Response> put_object(S3& s3, Call const& call, S3Target const& target,
                                  ChunkSigner const* signer);
/// Also HeadObject, whose body the server leaves out.
Outcome<net::Response> get_object(S3& s3, Call const& call, S3Target const& target);
Outcome<net::Response> delete_object(S3& s3, Call const& call, S3Target const& target);

/// CreateMultipartUpload, UploadPart, CompleteMultipartUpload and AbortMultipartUpload.
Outcome<net::Response> answer_upload(S3& s3, Call const& call, S3Target const& target,
                                     ChunkSigner const* signer);

/// The fields of an upload that GetObject gives back as they were.
Outcome<std::map<std::string, std::string>> stored_fields(net::Headers const& headers);

/// The calls about buckets.
Outcome<net::Response> list_buckets(S3 const& s3, Call const& call);
Outcome<net::Response> create_bucket(S3& s3, Call const& call, S3Target const& target);
Outcome<net::Response> delete_bucket(S3& s3, Call const& call, S3Target const& target);
Outcome<net::Response> head_bucket(Bucket const& bucket);
Outcome<net::Response> get_bucket_location(Bucket const& bucket);
Outcome<net::Response> get_bucket_versioning(Bucket const& bucket);
Outcome<net::Response> put_bucket_versioning(S3& s3, Call const& call, S3Target const& target);
Outcome<net::Response> list_objects(Bucket const& bucket, Call const& call);
Outcome<net::Response> list_object_versions(Bucket const& bucket, Call const& call);

inline constexpr std::string_view s3_name_space = "http://s3.amazonaws.com/doc/2006-03-01/";

/// 200 with an XML document.
net::Response xml_response(std::string document);

}  // namespace sluice::local
