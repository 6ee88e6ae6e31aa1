// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/init_segment.h"

#include <gtest/gtest.h>

#include "tests/support/stream_text.h"

namespace candor::media {
namespace {

TEST(InitSegmentTest, NamesTheCodecsAsBrowsersExpect) {
  const auto video = make_init_segment(test::h264_format());
  const auto audio = make_init_segment(test::aac_format());
  ASSERT_TRUE(video.has_value()) << video.error().message();
  ASSERT_TRUE(audio.has_value()) << audio.error().message();
  EXPECT_EQ((*video)->codecs, "avc1.64000d");
  EXPECT_EQ((*audio)->codecs, "mp4a.40.2");
}

TEST(InitSegmentTest, GivesTheSameBytesForTheSameFormat) {
  EXPECT_EQ((*make_init_segment(test::h264_format()))->bytes,
            (*make_init_segment(test::h264_format()))->bytes);
}

TEST(InitSegmentTest, RefusesAnAnnexBConfiguration) {
  auto format = std::make_shared<MediaFormat>(*test::h264_format());
  format->codec_config = {0, 0, 0, 1, 0x67, 0x64, 0, 0x0d};
  EXPECT_FALSE(make_init_segment(format).has_value());
}

}  // namespace
}  // namespace candor::media
