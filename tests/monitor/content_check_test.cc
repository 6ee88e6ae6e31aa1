// SPDX-License-Identifier: Apache-2.0
// A feed as people watch it against the log of the real recorder: the same chunks, or one byte
// changed.
#include "monitor/content_check.h"

#include <gmock/gmock.h>

#include "core/big_endian.h"
#include "tests/rules/recorded_room.h"

namespace candor::monitor {
namespace {

using test::RecordedRoom;
using namespace std::chrono_literals;

class ContentCheckTest : public testing::Test {
 protected:
  ContentCheckTest() {
    room_.start();
    room_.on_chunk([this](std::size_t, const ChunkPtr& chunk) { send(*chunk); });
    announce("main");
  }

  void say(boost::json::object text) {
    LiveMessage message;
    message.channel = 1;
    message.text = std::move(text);
    check_.take(message);
  }
  void announce(const std::string& role) {
    say({{"type", "stream"}, {"stream", to_string(room_.stream(0))}, {"role", role}});
  }

  // As app/capture sends it.
  void send(const Chunk& chunk) {
    if (sent_++ < skip_) {
      return;
    }
    Bytes bytes = {1, 2};
    append_be(bytes,
              static_cast<std::uint16_t>((chunk.sync ? 1 : 0) | (chunk.starts_unit ? 4 : 0)));
    append_be(bytes, std::uint32_t{1});
    append_be(bytes, chunk.capture.ns);
    bytes.insert(bytes.end(), chunk.bytes.begin(), chunk.bytes.end());
    bytes.back() = static_cast<std::uint8_t>(bytes.back() ^ (sent_ == spoilt_ ? 1 : 0));
    LiveMessage message;
    ASSERT_TRUE(read_binary(std::string(bytes.begin(), bytes.end()), message));
    check_.take(message);
  }

  // The mirror reads the log.
  void read_log() {
    for (const Bytes& bytes : room_.entries()) {
      const auto entry = evidence::decode_entry(bytes).value();
      if (entry.header.type == evidence::EntryType::kMedia && entry.header.index != hidden_) {
        units_.note_logged(evidence::decode_media_body(entry.body).value());
      } else if (entry.header.type == evidence::EntryType::kGapOpen) {
        const auto gap = evidence::decode_gap(entry.body).value();
        units_.note_gap(gap.stream, gap.from_tfdt, gap.from_tfdt);
      }
    }
    units_.note_read("room-1");
  }
  std::string found() {
    std::string kinds;
    for (const auto& one : units_.take("room-1")) {
      kinds += one.kind + " ";
    }
    return kinds;
  }

  RecordedRoom room_;
  mirror::UnitBook units_{room_.clock()};
  ContentCheck check_{"room-1", units_};
  int sent_ = 0;
  int skip_ = 0;
  int spoilt_ = -1;
  std::uint64_t hidden_ = ~std::uint64_t{0};
};

TEST_F(ContentCheckTest, WhatWasWatchedIsWhatWasRecorded) {
  room_.record(10);
  read_log();
  EXPECT_EQ(units_.counts().equal, 9U) << "the last unit has not ended";
  EXPECT_EQ(found(), "");
}

TEST_F(ContentCheckTest, OneByteThatIsAnotherOneIsTold) {
  spoilt_ = 90;
  room_.record(10);
  read_log();
  EXPECT_EQ(units_.counts().equal, 8U);
  EXPECT_EQ(found(), "digest-mismatch ");
}

TEST_F(ContentCheckTest, AUnitThatTheLogDoesNotHaveIsTold) {
  room_.record(4);
  hidden_ = 5;  // One of the MEDIA entries.
  room_.clock().pass(16s);
  read_log();
  EXPECT_EQ(found(), "undeclared-gap ");
}

TEST_F(ContentCheckTest, AViewerWhoComesInTheMiddleChecksFromTheNextUnitOn) {
  skip_ = 30;
  room_.record(10);
  read_log();
  EXPECT_EQ(units_.counts().equal, 7U);
  EXPECT_EQ(found(), "");
}

TEST_F(ContentCheckTest, ADroppedPieceMakesItsUnitUnchecked) {
  room_.record(2);
  for (int i = 0; i < 10; ++i) {
    room_.record(1);
    if (i == 4) {
      skip_ = sent_ + 5;
      say({{"type", "drop"}, {"chunks", 5}});
    }
  }
  read_log();
  EXPECT_EQ(found(), "");
  EXPECT_GE(units_.counts().equal, 9U);
}

TEST_F(ContentCheckTest, ASmallerPictureIsNotPartOfTheEvidence) {
  announce("sub");
  room_.record(5);
  read_log();
  EXPECT_EQ(units_.counts().equal, 0U);
  EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace candor::monitor
