// SPDX-License-Identifier: Apache-2.0
// A recorded room with an index beside it: verbs to feed the index as the recorder does.
#pragma once

#include <string>
#include <vector>

#include "storage/write/index_rebuild.h"
#include "storage/write/index_writer.h"
#include "tests/storage_write/recorder_fixture.h"
#include "tests/support/index_dump.h"

namespace candor::storage {

class IndexFixture : public RecorderFixture {
 protected:
  // Opens the index and brings it up to the log, as a start of the program does.
  void start_index() {
    (void)room_->take_updates();  // The log holds them too.
    index_.emplace(IndexWriter::open(index_path()).value());
    const auto caught_up = catch_up_index({folder_ / "a"}, *index_);
    ASSERT_TRUE(caught_up.has_value()) << caught_up.error().message();
  }

  // What the recorder does each second.
  void round() {
    commit();
    last_updates_ = room_->take_updates();
    const auto applied = index_->apply(last_updates_);
    ASSERT_TRUE(applied.has_value()) << applied.error().message();
  }

  // A room's life: sessions, a hole, lost packets, a crash in between.
  void record_a_day() {
    start();
    start_index();
    open_session();
    record("IPPPPPPPPPPPPPPPPPPPPPPPP IPPPPPPPPPPP");
    round();
    record("PPPPPPPPPP IPPPP .................... IPPPPPxxPPPP");
    round();
    record("IPPPPPPPP");
    crash();
    start();
    start_index();
    record("IPPPPPPPPPPPPPPPPPPPPPPPP");
    round();
    close_session();
    round();
  }

  [[nodiscard]] std::string index_path() const { return folder_ / "index.db"; }

  std::optional<IndexWriter> index_;
  std::vector<IndexUpdate> last_updates_;
};

}  // namespace candor::storage
