// SPDX-License-Identifier: Apache-2.0
// Passwords and passphrases: from the terminal without echo, or from the first line of standard
// input.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace candor::app::cli {

struct SecretPrompt {
  std::string_view what;    // "password", "passphrase".
  std::string_view option;  // That says to read standard input: "--password-stdin".
  bool is_new = false;      // Asked for twice at a terminal.
};

/// Errors: kInvalidArgument  nothing was given, the two differ, no terminal and no option.
[[nodiscard]] Result<std::string> read_secret(const SecretPrompt& prompt, bool from_stdin);

}  // namespace candor::app::cli
