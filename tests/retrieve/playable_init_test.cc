// SPDX-License-Identifier: Apache-2.0
#include "retrieve/playable_init.h"

#include <gtest/gtest.h>

#include "media/bmff/box_reader.h"
#include "media/fragment/init_segment.h"
#include "tests/support/stream_text.h"

namespace candor::retrieve {
namespace {

// "ftyp moov{mvhd trak{tkhd ...": the boxes down to the tracks' level.
std::string outline(ByteView bytes, int depth = 0) {
  std::string text;
  bmff::BoxReader reader(bytes);
  while (const auto box = reader.next().value()) {
    text += (text.empty() ? "" : " ") + bmff::fourcc_text(box->type);
    const bool is_parent = box->type == bmff::fourcc("moov") || box->type == bmff::fourcc("trak") ||
                           box->type == bmff::fourcc("mvex") || box->type == bmff::fourcc("edts");
    if (is_parent && depth < 4) {
      text += "{" + outline(reader.payload(*box), depth + 1) + "}";
    }
  }
  return text;
}

Bytes recorded_init() { return media::make_init_segment(test::h264_format()).value()->bytes; }

TEST(PlayableInitTest, PutsInAnEditListAndADuration) {
  const Bytes init =
      playable_init(recorded_init(), {.timescale = 90000, .media_time = 90000, .end = 900000})
          .value();
  EXPECT_EQ(outline(init), "ftyp moov{mvhd trak{tkhd edts{elst} mdia} mvex{mehd trex} udta}");
}

TEST(PlayableInitTest, ReplacesAnEditListThatWasThere) {
  const AnswerTimeline timeline{.timescale = 90000, .media_time = 3600, .end = 900000};
  const Bytes once = playable_init(recorded_init(), timeline).value();
  EXPECT_EQ(playable_init(once, timeline).value(), once);
}

TEST(PlayableInitTest, RefusesEveryShortenedInit) {
  const Bytes init = recorded_init();
  for (std::size_t size = 0; size < init.size(); ++size) {
    EXPECT_FALSE(playable_init(ByteView(init).first(size), {.timescale = 90000}).has_value())
        << size;
  }
}

}  // namespace
}  // namespace candor::retrieve
