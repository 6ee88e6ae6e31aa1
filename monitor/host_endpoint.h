// SPDX-License-Identifier: Apache-2.0
// From the configuration to where each capture host is, and to what this monitor shows there.
#pragma once

#include <memory>

#include "config/config.h"
#include "net/endpoint.h"

namespace candor::monitor {

/// What [monitor.tls] names; null without that section.
/// Errors: those of pki::Credentials::load().
[[nodiscard]] Result<std::shared_ptr<pki::Credentials>> load_credentials(
    const config::Config& config);

/// The host's certificate must have the role capture and the host's name.
[[nodiscard]] net::Endpoint endpoint_of(const config::HostConfig& host, const std::string& site,
                                        std::shared_ptr<const pki::Credentials> credentials);

}  // namespace candor::monitor
