// SPDX-License-Identifier: Apache-2.0
// What the campaign records while the journal is written, and what it does with a disk that a power
// cut has left.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "core/result.h"
#include "tests/crash/power/site.h"

namespace candor::crash {

/// About twelve seconds of three rooms below `root`: segments, two sessions, a camera that is away,
/// two kills, the second one soon after the start, and a stop in order. Writes <folder>/journal.*.
[[nodiscard]] Result<void> record(const std::string& root, const std::string& folder,
                                  const SiteOptions& options);

/// Starts the recorder on what is below `root`, records half a second more and stops. Beside the
/// root, in "<root>.index", the index is kept and then made anew.
///
/// {"feed_from":<UTC ns>,"is_index_equal":bool}. Errors: those of the start and of the index.
[[nodiscard]] Result<boost::json::object> recover(const std::string& root, SiteOptions options);

}  // namespace candor::crash
