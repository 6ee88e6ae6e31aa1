// SPDX-License-Identifier: Apache-2.0
// `candor witness enrol`: what a person must see before a log is let in, and the enrolment.
#pragma once

#include <string>

#include "config/config.h"
#include "core/result.h"
#include "monitor/records/witness_records.h"

namespace candor::app::cli {

struct EnrolOptions {
  std::string origin;
  std::string vkey;       // Empty: the hosts are asked for it.
  bool says_yes = false;  // Nobody is asked.
};

/// Shows key and fingerprint, what the log offered and which epochs it takes the place of; asks;
/// then enrols it and retires those in one transaction. Errors: kInvalidArgument  not this log's
/// key; kPermissionDenied  what it offered is not signed by it;
///         kCancelled  the person said no; kFailedPrecondition  a later epoch is known; kNotFound
///         no host has the log; those of the records and of the hosts.
[[nodiscard]] Result<void> enrol_log(const config::Config& config, records::WitnessRecords& records,
                                     const EnrolOptions& options, const records::Actor& actor);

}  // namespace candor::app::cli
