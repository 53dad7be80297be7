#include "local/wire/s3_chunks.hpp"

#include <charconv>
#include <optional>

#include "aws/sigv4_verify.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::local {
namespace {

std::unexpected<Fault> incomplete() {
  return refuse(400, "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP "
                "header");
}

std::unexpected<Fault> bad_signature() {
  return refuse(403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method.");
}

std::string trailer_signature(ChunkSigner const& signer, std::string_view previous,
                              std::string_view trailers) {
  auto const text = "AWS4-HMAC-SHA256-TRAILER\n" + signer.time + "\n" + signer.scope + "\n" +
                    std::string(previous) + "\n" + hex(sha256(trailers));
  return hex(hmac_sha256(signer.signing_key, text));
}

/// Takes one line without its CRLF off the front.
std::optional<std::string_view> take_line(std::string_view& rest) {
  auto const end = rest.find("\r\n");
  if (end == std::string_view::npos) return {};
  auto const line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

struct ChunkHead {
  std::size_t size = 0;
  std::string_view signature;
};

std::optional<ChunkHead> parse_head(std::string_view line) {
  ChunkHead head;
  auto const semicolon = line.find(';');
  auto const digits = line.substr(0, semicolon);
  auto const* end = digits.data() + digits.size();
  auto const read = std::from_chars(digits.data(), end, head.size, 16);
  if (digits.empty() || read.ec != std::errc() || read.ptr != end) return {};
  if (semicolon == std::string_view::npos) return head;
  constexpr std::string_view name = "chunk-signature=";
  auto const extension = line.substr(semicolon + 1);
  if (extension.starts_with(name)) head.signature = extension.substr(name.size());
  return head;
}

Outcome<void> read_trailers(std::string_view rest, ChunkSigner const* signer,
                            std::string_view previous, Upload& upload) {
  std::string signed_part;
  std::string signature;
  while (auto const line = take_line(rest)) {
    if (line->empty()) break;
    auto const colon = line->find(':');
    if (colon == std::string_view::npos || upload.trailers.size() > 16)
      return refuse(400, "MalformedTrailerError",
                    "The request contained trailing data that was not well-formed or did not "
                    "conform to our published schema.");
    auto const name = lower(trim(line->substr(0, colon)));
    auto const value = std::string(trim(line->substr(colon + 1)));
    if (name == "x-amz-trailer-signature") {
      signature = value;
      continue;
    }
    signed_part += name + ":" + value + "\n";
    upload.trailers[name] = value;
  }
  if (signer && signature != trailer_signature(*signer, previous, signed_part))
    return bad_signature();
  return {};
}

Outcome<Upload> read_chunks(std::string_view rest, ChunkSigner const* signer, bool has_trailers) {
  Upload upload;
  upload.bytes.reserve(rest.size());
  std::string previous = signer ? signer->seed_signature : std::string();
  while (true) {
    auto const line = take_line(rest);
    auto const head = line ? parse_head(*line) : std::nullopt;
    if (!head || head->size > rest.size()) return incomplete();
    auto const data = rest.substr(0, head->size);
    rest.remove_prefix(head->size);
    if (signer) {
      auto const wanted =
          aws::chunk_signature(signer->signing_key, signer->time, signer->scope, previous, data);
      if (head->signature != wanted) return bad_signature();
      previous = wanted;
    }
    if (head->size == 0) break;
    upload.bytes += data;
    if (!rest.starts_with("\r\n")) return incomplete();
    rest.remove_prefix(2);
  }
  if (has_trailers) {
    auto fine = read_trailers(rest, signer, previous, upload);
    if (!fine) return std::unexpected(fine.error());
  }
  return upload;
}

}  // namespace

Outcome<Upload> read_upload(net::Headers const& headers, std::string_view body,
                            ChunkSigner const* signer) {
  auto const& form = headers.get("x-amz-content-sha256");
  if (!form.starts_with("STREAMING-")) {
    if (headers.get("content-encoding").starts_with("aws-chunked"))
      return refuse(400, "InvalidRequest",
                    "Content-Encoding aws-chunked needs a STREAMING-* x-amz-content-sha256.");
    if (form.size() == 64 && form != hex(sha256(body)))
      return refuse(400, "XAmzContentSHA256Mismatch",
                    "The provided 'x-amz-content-sha256' header does not match what was computed.");
    return Upload{std::string(body), {}};
  }
  bool const with_trailers = form.ends_with("-TRAILER");
  bool const with_signatures = form.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  if (!with_signatures && form != "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    return refuse(501, "NotImplemented",
                  "The local endpoint does not read the payload form " + form + ".");
  auto upload = read_chunks(body, with_signatures ? signer : nullptr, with_trailers);
  if (!upload) return upload;
  auto const& length = headers.get("x-amz-decoded-content-length");
  if (!length.empty() && length != std::to_string(upload->bytes.size())) return incomplete();
  return upload;
}

}  // namespace sluice::local
