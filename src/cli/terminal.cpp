#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"

namespace sluice::cli {
namespace {

std::string_view look_up(Variables const& environment, std::string const& name) {
  auto found = environment.find(name);
  return found == environment.end() ? std::string_view() : std::string_view(found->second);
}

bool utf8_locale(Variables const& environment) {
  for (auto name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = lower(look_up(environment, name));
    if (value.empty()) continue;
    return value.contains("utf-8") || value.contains("utf8");
  }
  return false;
}

/// Writes everything or says that it could not.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      if (::poll(&ready, 1, 1000) >= 0 || errno == EINTR) continue;
    }
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<winsize> window() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return std::nullopt;
  return size;
}

/// Letters as they are typed, up to the end of the line; none where the typing was given up.
std::optional<std::string> read_typed_line() {
  constexpr char ctrl_c = 3, ctrl_d = 4, ctrl_u = 21, backspace = 8, erase = 127;
  std::string line;
  for (char c = 0; line.size() < 4096;) {
    ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || c == ctrl_c || (c == ctrl_d && line.empty())) return std::nullopt;
    if (c == '\n' || c == '\r' || c == ctrl_d) return line;
    if (c == ctrl_u) line.clear();
    bool back = c == backspace || c == erase;
    if (back && !line.empty()) line.pop_back();
    if (!back && c != ctrl_u) line += c;
  }
  return line;
}

}  // namespace

Traits decide_traits(Streams tty, Variables const& environment, std::string_view color, bool ascii,
                     bool no_input) {
  Traits traits{.tty = tty};
  bool dumb = look_up(environment, "TERM") == "dumb";
  auto colour = [&](bool terminal) {
    if (color == "always") return true;
    if (color == "never" || !look_up(environment, "NO_COLOR").empty()) return false;
    if (!look_up(environment, "FORCE_COLOR").empty()) return true;
    return terminal && !dumb;
  };
  traits.colour_out = colour(tty.out);
  traits.colour_err = colour(tty.err);
  traits.ascii = ascii || !utf8_locale(environment);
  traits.may_ask = tty.in && tty.err && !no_input;
  traits.may_redraw = tty.err && !dumb;
  return traits;
}

std::string Style::wrapped(std::string_view code, std::string_view text) const {
  if (!colour || text.empty()) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

void ProcessTerminal::out(std::string_view text) {
  if (!out_failed_ && !write_all(STDOUT_FILENO, text)) out_failed_ = true;
}

void ProcessTerminal::err(std::string_view text) { write_all(STDERR_FILENO, text); }

int ProcessTerminal::width() {
  auto size = window();
  return size && size->ws_col > 0 ? size->ws_col : 80;
}

int ProcessTerminal::height() {
  auto size = window();
  return size && size->ws_row > 0 ? size->ws_row : 24;
}

std::optional<std::string> ProcessTerminal::read_line() {
  std::string line;
  for (char c = 0; line.size() < 4096;) {
    ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return line.empty() ? std::nullopt : std::optional(line);
    if (c == '\n') return line;
    line += c;
  }
  return line;
}

std::optional<std::string> ProcessTerminal::read_hidden_line() {
  termios before{};
  if (::tcgetattr(STDIN_FILENO, &before) != 0) return std::nullopt;
  termios silent = before;
  // Ctrl-C too comes as a letter: ended by a signal, the program would leave the terminal silent.
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
  if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0) return std::nullopt;
  auto line = read_typed_line();
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  err("\n");
  return line;
}

std::string ProcessTerminal::read_all(std::size_t limit) {
  std::string text;
  char block[65536];
  while (text.size() <= limit) {
    ssize_t count = ::read(STDIN_FILENO, block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(block, static_cast<std::size_t>(count));
  }
  return text;
}

Streams ProcessTerminal::streams() {
  return {::isatty(STDIN_FILENO) == 1, ::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1};
}

std::optional<std::string> HeldTerminal::read_line() {
  if (input.empty()) return std::nullopt;
  auto end = input.find('\n');
  std::string line = input.substr(0, end);
  input.erase(0, end == std::string::npos ? end : end + 1);
  return line;
}

}  // namespace sluice::cli
