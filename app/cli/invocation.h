// SPDX-License-Identifier: Apache-2.0
// What all commands of `candor` share: common options, and the one thing that was asked for.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"

namespace candor::app::cli {

/// Filled while the command line is read; `action` is run once afterwards.
struct Invocation {
  std::string config_path = "/etc/candor/candor.toml";
  std::string socket;  // Of candor-capture; empty: the configuration's.
  bool is_json = false;
  std::function<Result<void>()> action;
};

/// The socket to talk to. Errors: those of loading the configuration.
[[nodiscard]] Result<std::string> socket_of(const Invocation& invocation);

}  // namespace candor::app::cli
