// SPDX-License-Identifier: Apache-2.0
// A room's log in a new epoch: what it takes over from the one before.
#include <string>

#include <gmock/gmock.h>

#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class EpochTest : public RecorderFixture {
 protected:
  void begin_epoch() {
    room_->stop({kStart + next_frame_ * test::kFrameNs});
    commit();
    epoch_ = 2;
    start();
  }
};

TEST_F(EpochTest, GoesOnWithItsSessionItsGapAndTheNumbersOfItsFiles) {
  start();
  open_session();
  record("IPPPPPPPPPPPPPPPPPPPPPPPP I");
  commit();
  const Uuid session = session_;
  const Uuid stream = room_->stream_id(0);
  begin_epoch();

  record("IPPPPPPPPPPPPPPPPPPPPPPPP I");
  commit();

  EXPECT_THAT(log_text(),
              StartsWith("GENESIS RECORDER(start) LINK STREAM SESSION-OPEN GAP-OPEN(recorder-stop) "
                         "INIT GAP-CLOSE(recorder-stop) MEDIA(25)"));
  EXPECT_NE(room_->stream_id(0), stream);
  EXPECT_EQ(room_->log().state().open_session()->session, session);
  EXPECT_THAT(room_->log().state().stream_named("cam-video")->segment->path,
              HasSubstr("/0000000002-"));
}

TEST_F(EpochTest, TakesTheSameOverWhenItWasKilledAfterItsFirstEntry) {
  start();
  open_session();
  record("IPPPPPPPPPPPPPPPPPPPPPPPP I");
  begin_epoch();
  crash();
  // Only GENESIS was durable.
  const std::string part = volume_.log_folder("room-1", 2) + "/tile/entries/000.part";
  const std::size_t genesis = log_entries().at(0).size() + 2;
  std::filesystem::resize_file(part, genesis);

  start();

  EXPECT_THAT(log_text(), StartsWith("GENESIS RECORDER(start) LINK STREAM SESSION-OPEN GAP-OPEN("));
}

TEST_F(EpochTest, RecoversLikeAnyOtherLog) {
  start();
  record("IPPPPPPPPPPPPPPPPPPPPPPPP I");
  begin_epoch();
  record("IPPPPPPPPPPPPPPPPPPPPPPPP I");
  commit();
  crash();

  start();

  EXPECT_THAT(log_text(), HasSubstr("RECORDER(recovery)"));
}

}  // namespace
}  // namespace candor::storage
