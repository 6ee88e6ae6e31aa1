// SPDX-License-Identifier: Apache-2.0
// Reads what a monitor is told of its witness and of the program that is run for alarms.
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace candor::config {

/// `[monitor.witness]` and `alarm_hook`, both of which may be missing.
void read_witness(TableReader& reader, MonitorConfig& monitor);

}  // namespace candor::config
