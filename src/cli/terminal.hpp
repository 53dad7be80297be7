#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::cli {

using Variables = std::map<std::string, std::string>;

/// Which of the three streams are terminals.
struct Streams {
  bool in = false, out = false, err = false;
};

/// How to write, decided once per command and separately for stdout and stderr.
struct Traits {
  Streams tty;
  bool colour_out = false, colour_err = false;
  bool ascii = false;       ///< symbols have ASCII twins
  bool may_ask = false;     ///< prompts exist: stdin and stderr are terminals, no --no-input
  bool may_redraw = false;  ///< stderr is a terminal that understands cursor movement
};

/// Colour: --color, then NO_COLOR (non-empty), FORCE_COLOR, TERM=dumb, then whether the stream is a
/// terminal. ASCII: --ascii, or a locale that is not UTF-8. Pure.
Traits decide_traits(Streams tty, Variables const& environment, std::string_view color, bool ascii,
                     bool no_input);

/// Colours and symbols for one stream. Neither ever carries meaning alone.
struct Style {
  bool colour = false;
  bool ascii = false;

  std::string bold(std::string_view text) const { return wrapped("1", text); }
  std::string dim(std::string_view text) const { return wrapped("2", text); }
  std::string red(std::string_view text) const { return wrapped("31", text); }
  std::string green(std::string_view text) const { return wrapped("32", text); }
  std::string yellow(std::string_view text) const { return wrapped("33", text); }
  std::string cyan(std::string_view text) const { return wrapped("36", text); }
  std::string wrapped(std::string_view code, std::string_view text) const;
};

/// The port to the three streams. stdout takes the result and nothing else; everything said while
/// working goes to stderr. Used by one thread at a time.
class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
  /// Columns of stderr right now, 80 where that is unknown; asked again for every drawing, so that
  /// a resize is seen.
  virtual int width() = 0;
  virtual int height() = 0;
  /// One line from stdin without its end; none at its end.
  virtual std::optional<std::string> read_line() = 0;
  /// The same without showing what is typed; none after Ctrl-C too.
  virtual std::optional<std::string> read_hidden_line() = 0;
  /// All of stdin, at most `limit` bytes and one more.
  virtual std::string read_all(std::size_t limit) = 0;

  Traits traits;
  Style out_style() const { return {traits.colour_out, traits.ascii}; }
  Style err_style() const { return {traits.colour_err, traits.ascii}; }
};

/// The process's own streams.
class ProcessTerminal final : public Terminal {
 public:
  void out(std::string_view text) override;
  void err(std::string_view text) override;
  int width() override;
  int height() override;
  std::optional<std::string> read_line() override;
  std::optional<std::string> read_hidden_line() override;
  std::string read_all(std::size_t limit) override;

  static Streams streams();
  /// Whether stdout could not be written: a full disk, a closed pipe.
  bool out_failed() const { return out_failed_; }

 private:
  bool out_failed_ = false;
};

/// Keeps what is written; answers from a list. For tests.
class HeldTerminal final : public Terminal {
 public:
  void out(std::string_view text) override { written_out += text; }
  void err(std::string_view text) override { written_err += text; }
  int width() override { return columns; }
  int height() override { return 24; }
  std::optional<std::string> read_line() override;
  std::optional<std::string> read_hidden_line() override { return read_line(); }
  std::string read_all(std::size_t) override { return input; }

  std::string written_out, written_err, input;
  int columns = 80;
};

}  // namespace sluice::cli
