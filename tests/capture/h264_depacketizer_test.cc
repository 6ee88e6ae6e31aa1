// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>

#include "capture/rtsp/depacketizer.h"
#include "tests/capture/support/packets.h"

namespace candor::rtsp {
namespace {

using test::fu_a;
using test::kIdrNal;
using test::kSliceNal;
using test::nal;
using test::VideoPackets;

class H264DepacketizerTest : public testing::Test {
 protected:
  H264DepacketizerTest()
      : depacketizer_(make_h264_depacketizer(
            SdpTrack{}, [this](AccessUnit unit) { units_.push_back(std::move(unit)); })) {}

  void push(const Bytes& packet) {
    const auto parsed = parse_rtp(packet);
    ASSERT_TRUE(parsed.has_value());
    if (const auto lost = sequence_.lost_before(parsed->sequence); lost.has_value()) {
      depacketizer_->push(*parsed, *lost);
    }
  }
  // One more packet of the access unit at `timestamp`.
  void payload(const Bytes& bytes, std::uint32_t timestamp, bool marker = false) {
    push(test::rtp({.marker = marker, .sequence = next_++, .timestamp = timestamp}, bytes));
  }
  void parameter_sets() { payload(test::stap_a({test::sps_1080(), test::pps_1080()}), 0); }

  // "I P P-2": the last one has lost two packets before it.
  [[nodiscard]] std::string came() const {
    std::string text;
    for (const AccessUnit& unit : units_) {
      text += (text.empty() ? "" : " ") + std::string(unit.sync ? "I" : "P");
      text += unit.lost_packets > 0 ? "-" + std::to_string(unit.lost_packets) : "";
    }
    return text;
  }
  std::string stream(std::string_view text) {
    VideoPackets packets;
    for (const Bytes& packet : packets.of(text)) {
      push(packet);
    }
    return came();
  }

  std::vector<AccessUnit> units_;
  std::unique_ptr<Depacketizer> depacketizer_;
  SequenceCounter sequence_;
  std::uint16_t next_ = 0;
};

TEST_F(H264DepacketizerTest, HandsOnEveryFrameOfAnUndamagedStream) {
  EXPECT_EQ(stream("IPP IPP"), "I P P I P P");
}

TEST_F(H264DepacketizerTest, PutsParameterSetsAndFragmentsIntoOneUnitWithLengths) {
  stream("I");

  Bytes expected;
  for (const Bytes& part : {test::sps_1080(), test::pps_1080(), nal(kIdrNal, 301)}) {
    append_be(expected, static_cast<std::uint32_t>(part.size()));
    expected.insert(expected.end(), part.begin(), part.end());
  }
  ASSERT_EQ(units_.size(), 1U);
  EXPECT_EQ(units_[0].data, expected);
  EXPECT_EQ(units_[0].format->width, 1920U);
  EXPECT_EQ(units_[0].format->height, 1080U);
}

TEST_F(H264DepacketizerTest, LeavesOutTheFrameThatLostAPacketAndTellsTheNext) {
  EXPECT_EQ(stream("IP ~IPP"), "I P P-1 P");
}

TEST_F(H264DepacketizerTest, DoesNotVouchForTheFrameAfterAWholeLostOne) {
  // The lost packet may have been the beginning of the frame that follows.
  EXPECT_EQ(stream("IP_PPP"), "I P P-1");
}

TEST_F(H264DepacketizerTest, EndsAFrameWithoutMarkerAtTheNextTime) {
  EXPECT_EQ(stream("IPmPPP"), "I P P P P");
}

TEST_F(H264DepacketizerTest, SendsNothingBeforeParameterSetsAreKnown) {
  EXPECT_EQ(stream("PPIP"), "I P");
}

TEST_F(H264DepacketizerTest, DropsAccessUnitDelimiters) {
  parameter_sets();
  payload(nal(0x09, 2), 0);
  payload(nal(kIdrNal, 10), 0, true);

  ASSERT_EQ(came(), "I");
  EXPECT_EQ(units_[0].data.size(), 3 * 4 + test::sps_1080().size() + test::pps_1080().size() + 10);
}

TEST_F(H264DepacketizerTest, AFragmentWithoutEndDamagesItsFrameAndIsCounted) {
  parameter_sets();
  payload(nal(kIdrNal, 10), 0, true);
  payload(fu_a(nal(kSliceNal, 300), 100)[0], 3600, true);
  payload(nal(kSliceNal, 10), 7200, true);

  EXPECT_EQ(came(), "I P-1");
}

TEST_F(H264DepacketizerTest, AFragmentWithoutStartDamagesItsFrameAndIsCounted) {
  parameter_sets();
  payload(nal(kIdrNal, 10), 0, true);
  payload(fu_a(nal(kSliceNal, 300), 100)[1], 3600, true);
  payload(nal(kSliceNal, 10), 7200, true);

  EXPECT_EQ(came(), "I P-1");
}

TEST_F(H264DepacketizerTest, SurvivesPayloadsThatLie) {
  parameter_sets();
  payload({}, 0);
  payload({24, 0xFF, 0xFF, 1}, 0);  // STAP-A that says more than it has.
  payload({28}, 0);                 // FU-A without its header.
  payload({29, 1, 2, 3}, 0, true);  // FU-B.
  payload(nal(kSliceNal, 10), 3600, true);

  EXPECT_EQ(came(), "P-1");
}

TEST_F(H264DepacketizerTest, NewParameterSetsCountFromTheNextKeyFrameOn) {
  stream("IP");
  const MediaFormatPtr before = units_.back().format;
  next_ = static_cast<std::uint16_t>(65530 + 5);
  const Bytes smaller = from_hex("6764000dacd94141fb011000000300100000030320f1429960").value();
  payload(test::stap_a({smaller, test::pps_1080()}), 90000);
  payload(nal(kSliceNal, 10), 90000, true);
  payload(nal(kIdrNal, 10), 93600, true);

  ASSERT_EQ(came(), "I P P I");
  EXPECT_EQ(units_[2].format, before);
  EXPECT_EQ(units_[3].format->width, 320U);
}

}  // namespace
}  // namespace candor::rtsp
