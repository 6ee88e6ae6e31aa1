// SPDX-License-Identifier: Apache-2.0
// Reads what the two ends of the link over the network are told: addresses and TLS's files.
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace candor::config {

/// `listen` and `[capture.tls]`, both or neither.
void read_capture_link(TableReader& reader, CaptureConfig& capture);

/// `socket` or `address` of a `[[monitor.host]]`.
void read_host_address(TableReader& reader, HostConfig& host);

/// `[monitor.tls]`; after the hosts, some of which may need it.
void read_monitor_tls(TableReader& reader, MonitorConfig& monitor);

}  // namespace candor::config
