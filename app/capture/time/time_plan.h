// SPDX-License-Identifier: Apache-2.0
// What the configuration says of clocks: whom to ask what the own one is worth, and who stamps.
#pragma once

#include <memory>
#include <vector>

#include "app/capture/host.h"
#include "app/capture/notary/office.h"
#include "app/capture/time/clock_watch.h"
#include "app/capture/time/stamper.h"
#include "config/config.h"
#include "core/result.h"

namespace candor::app {

struct TimePlan {
  std::string chronyc;
  std::string state_folder;
  std::vector<AuthoritySpec> authorities;
};

/// Reads the certificates. Errors: kInvalidArgument, with the place in the file; those of reading.
[[nodiscard]] Result<TimePlan> make_time_plan(const config::Config& config);

/// Begins to watch the clock for the host's entries; the host outlives it.
[[nodiscard]] std::unique_ptr<ClockWatch> start_clock_watch(const TimePlan& plan,
                                                            CaptureHost& host);

/// Begins to stamp; host, office (which has started) and clock outlive it. Null: nobody is asked.
/// Errors: those of Stamper::start.
[[nodiscard]] Result<std::unique_ptr<Stamper>> start_stamper(const TimePlan& plan,
                                                             CaptureHost& host,
                                                             const NotaryOffice& office,
                                                             const Clock& clock);

}  // namespace candor::app
