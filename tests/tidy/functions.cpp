#include "tidy/functions.hpp"

#include <optional>

#include "tidy/source_text.hpp"

namespace sluice::tidy {
namespace {

std::string trimmed(std::string text) {
  auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The text without what stands in parentheses: default arguments do not make it a table.
std::string outside_parentheses(std::string const& text) {
  std::string out;
  int depth = 0;
  for (char c : text) {
    if (c == ')') --depth;
    if (depth == 0) out += c;
    if (c == '(') ++depth;
  }
  return out;
}

bool has_word(std::string const& text, char const* word) {
  return find_word(text, word) != std::string::npos;
}

/// Whether a brace after `head`, outside of any function, opens a function's body.
bool opens_function(std::string const& head) {
  std::string plain = outside_parentheses(head);
  if (!plain.contains("()")) return false;
  if (has_word(plain, "operator")) return true;
  return !plain.contains('=') && !has_word(plain, "namespace");
}

class Counter {
 public:
  std::vector<Function> run(std::vector<std::string> const& code) {
    for (line_ = 1; line_ <= code.size(); ++line_) {
      for (char c : code[line_ - 1]) character(c);
      if (!function_) head_ += ' ';
    }
    keep_closed();
    return std::move(found_);
  }

 private:
  void character(char c) {
    if (function_) return inside(c);
    if (closed_ && c != ' ') {
      // `a_{x}, b_{y} {`: that was a member's initialiser, and the body is still to come.
      if (c == ',' || c == '{') {
        closed_.reset();
        head_ = kept_head_;
      } else {
        keep_closed();
      }
    }
    if (c == '(') ++parentheses_;
    if (c == ')') --parentheses_;
    if (c == '{' && parentheses_ == 0 && opens_function(head_)) {
      function_ = Function{.head = trimmed(head_), .begin = line_, .lines = 0};
      depth_ = 1;
      return;
    }
    bool ends_statement = parentheses_ == 0 && (c == ';' || c == '{' || c == '}');
    if (ends_statement)
      head_.clear();
    else
      head_ += c;
  }

  void inside(char c) {
    if (c == '{') ++depth_;
    if (c != '}' || --depth_ > 0) return;
    function_->lines = line_ - function_->begin + 1;
    closed_ = std::move(function_);
    function_.reset();
    kept_head_ = std::move(head_);
    head_.clear();
  }

  void keep_closed() {
    if (closed_) found_.push_back(std::move(*closed_));
    closed_.reset();
  }

  std::vector<Function> found_;
  std::optional<Function> function_, closed_;
  std::string head_, kept_head_;
  int parentheses_ = 0;
  int depth_ = 0;
  std::size_t line_ = 0;
};

}  // namespace

std::vector<Function> functions_of(std::vector<std::string> const& code) {
  return Counter().run(code);
}

}  // namespace sluice::tidy
