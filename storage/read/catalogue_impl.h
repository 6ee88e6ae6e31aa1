// SPDX-License-Identifier: Apache-2.0
// What the catalogue's source files share: its connection and prepared statements.
#pragma once

#include "storage/read/catalogue.h"
#include "storage/read/sqlite.h"

namespace candor::storage {

struct Catalogue::Impl {
  Database database;
  Statement segments;

  [[nodiscard]] Result<TrackRecord> track(const Uuid& stream);
  [[nodiscard]] Result<void> add_coverage(TrackRecord& track, const std::optional<Uuid>& session,
                                          TimeRange range);
  [[nodiscard]] Result<void> add_gaps(TrackRecord& track, const std::optional<Uuid>& session,
                                      TimeRange range);
};

}  // namespace candor::storage
