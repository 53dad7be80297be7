#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "cli/terminal.hpp"

/// Tokens of servers, one for each URL, in a file that only this user can read (operability A17).
namespace sluice::cli {

struct Credential {
  Secret token;
  std::string name;  ///< whose it is, as the server said; may be empty
  std::optional<Time> expires;
};

class CredentialsFile {
 public:
  /// $XDG_CONFIG_HOME/sluice/credentials, else in ~/.config. An error: neither is known.
  static Result<CredentialsFile> of(Variables const& environment);
  explicit CredentialsFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path const& path() const { return path_; }
  /// denied where others may read the file: what is in it is not used.
  Result<std::optional<Credential>> find(std::string const& url) const;
  /// Replaces that server's entry. Readers see the old file or the new one, whole; of two writers
  /// at the same time none is lost.
  Result<void> put(std::string const& url, Credential const& credential) const;
  /// Whether there was one.
  Result<bool> remove(std::string const& url) const;

 private:
  std::filesystem::path path_;
};

/// What a token looks like as a header field's value: visible ASCII, without blanks around it.
Result<Secret> token_of_text(std::string_view text, std::string const& place);

/// Replaces a file's content and syncs it, so that readers see the old or the new one and a crash
/// leaves one of the two. The folder is made (0700) where it is missing.
Result<void> replace_durably(std::filesystem::path const& file, std::string_view content,
                             unsigned mode);

/// $XDG_CONFIG_HOME/sluice, by default ~/.config/sluice; empty where neither is known.
std::filesystem::path configuration_folder(Variables const& environment);

}  // namespace sluice::cli
