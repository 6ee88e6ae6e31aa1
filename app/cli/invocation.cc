// SPDX-License-Identifier: Apache-2.0
#include "app/cli/invocation.h"

#include "config/loader.h"

namespace candor::app::cli {

Result<std::string> socket_of(const Invocation& invocation) {
  if (!invocation.socket.empty()) {
    return invocation.socket;
  }
  CANDOR_TRY(const config::Config config, config::load_config(invocation.config_path));
  if (config.capture.socket.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                invocation.config_path + ": [capture] has no socket; name one with --socket");
  }
  return config.capture.socket;
}

}  // namespace candor::app::cli
