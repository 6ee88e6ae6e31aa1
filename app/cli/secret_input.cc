// SPDX-License-Identifier: Apache-2.0
#include "app/cli/secret_input.h"

#include <iostream>
#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

namespace candor::app::cli {
namespace {

// Hides what is typed for as long as it lives.
class NoEcho {
 public:
  NoEcho() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (is_terminal_) {
      termios hidden = before_;
      hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
  }
  ~NoEcho() {
    if (is_terminal_) {
      ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
      fmt::print(stderr, "\n");
    }
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  NoEcho(NoEcho&&) = delete;
  NoEcho& operator=(NoEcho&&) = delete;

 private:
  termios before_{};
  bool is_terminal_;
};

Result<std::string> read_line(std::string_view asked, std::string_view what) {
  fmt::print(stderr, "{}", asked);
  std::string line;
  if (!std::getline(std::cin, line)) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("no {} was given", what));
  }
  if (line.ends_with('\r')) {
    line.pop_back();  // A file with lines as Windows has them: nobody could type it.
  }
  return line;
}

}  // namespace

Result<std::string> read_secret(const SecretPrompt& prompt, bool from_stdin) {
  if (from_stdin) {
    return read_line("", prompt.what);
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("standard input is no terminal: give {} and the {} as its first line",
                            prompt.option, prompt.what));
  }
  const NoEcho hidden;
  CANDOR_TRY(std::string secret, read_line(fmt::format("{}: ", prompt.what), prompt.what));
  if (!prompt.is_new) {
    return secret;
  }
  CANDOR_TRY(const std::string again, read_line("\nonce more: ", prompt.what));
  if (secret != again) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("the two {}s differ", prompt.what));
  }
  return secret;
}

}  // namespace candor::app::cli
