#include "local/wire/json_syntax.hpp"

#include <string>

#include "base/strings.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_depth = 1'000;

/// Walks over the text without recursion: how deep it is must not decide how much stack is used.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool document() {
    while (true) {
      blanks();
      if (!begin_value()) return false;
      // After a whole value: close what ends here, or go on behind a comma.
      while (!wants_value_) {
        blanks();
        if (open_.empty()) return at_ == text_.size();
        if (take(',')) {
          if (open_.back() == '}' && !name()) return false;
          wants_value_ = true;
        } else if (take(open_.back())) {
          open_.pop_back();
        } else {
          return false;
        }
      }
    }
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
      ++at_;
  }

  /// A scalar or an empty list or object is a whole value; otherwise the first item comes next.
  bool begin_value() {
    if (at_ == text_.size()) return false;
    wants_value_ = false;
    char c = text_[at_];
    if (c == '{' || c == '[') return open(c == '{' ? '}' : ']');
    if (c == '"') return string();
    if (c == 't') return word("true");
    if (c == 'f') return word("false");
    if (c == 'n') return word("null");
    return number();
  }

  bool open(char end) {
    if (open_.size() == max_depth) return false;
    ++at_;
    blanks();
    if (take(end)) return true;
    open_.push_back(end);
    wants_value_ = true;
    return end == ']' || name();
  }

  bool name() {
    blanks();
    if (at_ == text_.size() || text_[at_] != '"' || !string()) return false;
    blanks();
    return take(':');
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool escape() {
    if (at_ == text_.size()) return false;
    char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    constexpr std::string_view hex = "0123456789abcdefABCDEF";
    for (int i = 0; i < 4; ++i, ++at_)
      if (at_ == text_.size() || hex.find(text_[at_]) == std::string_view::npos) return false;
    return true;
  }

  bool digits() {
    auto start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > start;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;  ///< the closing brackets that are still owed
  bool wants_value_ = true;
};

}  // namespace

bool is_json_text(std::string_view text) { return is_valid_utf8(text) && Scanner(text).document(); }

}  // namespace sluice::local
