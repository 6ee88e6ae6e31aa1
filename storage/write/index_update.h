// SPDX-License-Identifier: Apache-2.0
// What the recorder tells the index after a commit: the entry as it stands in the log and, for
// media, its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace candor::storage {

/// Where a unit stands in its segment.
struct UnitPlace {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;  // Of the unit's first chunk, from the start of the file.
};

struct IndexUpdate {
  std::string room;
  Bytes entry;                     // Exact bytes.
  std::optional<UnitPlace> place;  // MEDIA entries only.
};

/// Takes the updates of a commit, in log order for each room. Called on the writer thread; must not
/// block.
class IndexSink {
 public:
  virtual ~IndexSink() = default;
  virtual void submit(std::vector<IndexUpdate> updates) = 0;
};

}  // namespace candor::storage
