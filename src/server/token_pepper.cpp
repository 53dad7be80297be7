#include "server/key_file.hpp"
#include "server/token_text.hpp"
#include "server/tokens.hpp"

namespace sluice::server {
namespace {

constexpr char pepper_kind[] = "pepper";
constexpr char pepper_id[] = "tokens";
constexpr char without_it[] =
    "API tokens cannot be checked without it. Restore it, or delete it: then every token is void, "
    "and sluice token create makes new ones.";

}  // namespace

Result<std::string> Tokens::pepper() {
  {
    std::lock_guard lock(mutex_);
    if (!pepper_.empty()) return pepper_;
  }
  auto read = options_.pepper_file.empty() ? pepper_in_store() : pepper_in_file();
  if (!read) return read;
  std::lock_guard lock(mutex_);
  pepper_ = *read;
  return read;
}

Result<std::string> Tokens::pepper_in_file() const {
  auto pepper = key_file(options_.pepper_file, random_, without_it);
  if (!pepper && pepper.error().code != ErrorCode::corrupt)
    return fail(pepper.error(), "keep the pepper of the API tokens");
  return pepper;
}

Result<std::string> Tokens::pepper_in_store() {
  std::string made = random_hex(random_);
  return in_store([&](store::Store& store) -> Result<std::string> {
    auto put =
        store.put_record({pepper_kind, pepper_id, json::Value{{"pepper", made}}, 0, std::nullopt});
    if (put) return made;
    if (put.error().code != ErrorCode::conflict) return std::unexpected(put.error());
    auto record = store.record(pepper_kind, pepper_id);
    if (!record) return std::unexpected(record.error());
    if (!*record) return fail(ErrorCode::corrupt, "the pepper of the API tokens is gone");
    return (*record)->body["pepper"].as_string();
  });
}

}  // namespace sluice::server
