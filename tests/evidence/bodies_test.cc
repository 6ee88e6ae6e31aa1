// SPDX-License-Identifier: Apache-2.0
// The JSON bodies: their exact text (docs/design/log-bodies.md), the way back, and what strangers
// wrote in them.
#include "evidence/bodies.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/entry.h"

namespace candor::evidence {
namespace {

using testing::HasSubstr;

constexpr std::string_view kStream = "0192f0c1-0000-7000-8000-000000000001";
constexpr std::string_view kSession = "0192f0c1-0000-7000-8000-000000000002";

GapBody gap() {
  GapBody body;
  body.stream = parse_uuid(kStream).value();
  body.cause = "camera-offline";
  body.from_tfdt = 90'000;
  body.timescale = 90'000;
  body.last_real_ns = 1'000'000'000;
  body.detail = "connection refused";
  return body;
}

TEST(BodiesTest, WriteAGapInTheOrderOfTheFormatPage) {
  EXPECT_EQ(as_text(encode(gap())),
            R"({"stream":"0192f0c1-0000-7000-8000-000000000001","session":null,)"
            R"("cause":"camera-offline","from_tfdt":90000,"timescale":90000,)"
            R"("last_real_ns":1000000000,"detail":"connection refused"})");
}

TEST(BodiesTest, WriteTheEndOfAGapWithItsCountOrNull) {
  GapBody body = gap();
  body.to_tfdt = 180'000;
  body.first_real_ns = 2'000'000'000;
  EXPECT_THAT(std::string(as_text(encode(body))),
              HasSubstr(R"("from_tfdt":90000,"to_tfdt":180000,"timescale":90000,)"
                        R"("last_real_ns":1000000000,"first_real_ns":2000000000,"lost":null,)"));
  body.lost = 7;
  const auto read = decode_gap(encode(body));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(read->to_tfdt, 180'000);
  EXPECT_EQ(read->lost, 7U);
}

TEST(BodiesTest, WriteAnInitAndReadItBack) {
  InitBody body;
  body.stream = parse_uuid(kStream).value();
  body.segment = 12;
  body.path = "media/room-1/cam-video/2026-11-24/0000000012-20261124T080000.000Z.mp4";
  body.run = parse_uuid(kSession).value();
  body.init_digest = sha256(as_bytes("init"));
  body.init_len = 700;
  body.timescale = 90'000;
  body.codecs = "avc1.64000d";
  body.width = 320;
  body.height = 240;

  const auto read = decode_init(encode(body));

  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_TRUE(read->session.is_nil());
  EXPECT_EQ(as_text(encode(*read)), as_text(encode(body)));
}

TEST(BodiesTest, WriteASessionAndReadItBack) {
  const SessionOpenBody open{.session = parse_uuid(kSession).value(),
                             .room = "room-1",
                             .case_id = "案-1",
                             .person = "P-1",
                             .interrogators = {"O-1", "O-2"},
                             .by = "duty",
                             .streams = {parse_uuid(kStream).value()}};
  const auto read = decode_session_open(encode(open));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(as_text(encode(*read)), as_text(encode(open)));
}

TEST(BodiesTest, WriteASessionsCountsAndReadThemBack) {
  const SessionCloseBody close{.session = parse_uuid(kSession).value(),
                               .by = "duty",
                               .reason = "read and signed",
                               .streams = {{.stream = parse_uuid(kStream).value(),
                                            .fragments = 3,
                                            .gaps = 1,
                                            .first_seq = 5,
                                            .last_seq = 7}}};
  const auto read = decode_session_close(encode(close));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(as_text(encode(*read)), as_text(encode(close)));
}

// A camera answered "404" in GBK: the entry could not be read again and the recorder stopped.
TEST(BodiesTest, StayReadableWhateverACameraAnswers) {
  GapBody body = gap();
  body.detail = "DESCRIBE: the camera answers 'RTSP/1.0 404 \xD5\xD5\xCF\xFF'";
  const auto read = decode_gap(encode(body));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(read->detail, "DESCRIBE: the camera answers 'RTSP/1.0 404 \?\?\?\?'");
}

TEST(BodiesTest, FitIntoAnEntryHoweverLongTheTextIs) {
  GapBody body = gap();
  body.detail = std::string(100'000, '\x01');
  EXPECT_LT(encode(body).size(), kJsonBodyBytesMax);
  body.detail = std::string(100'000, '"');
  EXPECT_LT(encode(body).size(), kJsonBodyBytesMax);
  const SessionCloseBody close{.session = {},
                               .by = std::string(100'000, 'b'),
                               .reason = std::string(100'000, '\\'),
                               .streams = {}};
  EXPECT_LT(encode(close).size(), kJsonBodyBytesMax);
}

TEST(BodiesTest, AreRefusedWithTheNameOfTheFieldThatIsWrong) {
  const auto missing = decode_stream(as_bytes(R"({"stream":"x"})"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message(), HasSubstr("'stream'"));
  std::string text(as_text(encode(gap())));
  text.replace(text.find("90000"), 5, "\"no\"");
  const auto retyped = decode_gap(as_bytes(text));
  ASSERT_FALSE(retyped.has_value());
  EXPECT_THAT(retyped.error().message(), HasSubstr("'from_tfdt'"));
  EXPECT_FALSE(decode_recorder(as_bytes("[1]")).has_value());
}

TEST(BodiesTest, AnAnchorNamesTheTokenAndTheCheckpoint) {
  TimeAnchorBody body{.authority = "tsa-1",
                      .origin = "rec.example/site7/room-1/1",
                      .size = 11,
                      .time = {1'790'000'000'250'000'000},
                      .policy = "1.2.3"};
  body.root[0] = 1;
  body.note_digest[0] = 2;
  body.token_digest[0] = 3;

  const TimeAnchorBody read = decode_time_anchor(encode(body)).value();

  EXPECT_EQ(read.authority, body.authority);
  EXPECT_EQ(read.origin, body.origin);
  EXPECT_EQ(read.size, body.size);
  EXPECT_EQ(read.root, body.root);
  EXPECT_EQ(read.note_digest, body.note_digest);
  EXPECT_EQ(read.token_digest, body.token_digest);
  EXPECT_EQ(read.time.ns, body.time.ns);
  EXPECT_EQ(read.policy, body.policy);
  EXPECT_FALSE(decode_time_anchor(as_bytes("{\"authority\":\"tsa-1\"}")).has_value());
}

TEST(BodiesTest, AnotherStateOfTheClockIsSaidWithItsSource) {
  EXPECT_EQ(as_text(encode(ClockStateBody{.state = ClockState::kHoldover,
                                          .error_us = 710,
                                          .source = "192.0.2.7",
                                          .real = {5},
                                          .boot = {6},
                                          .detail = "why"})),
            R"({"step_ns":0,"real_ns":5,"boot_ns":6,"state":3,"error_us":710,)"
            R"("source":"192.0.2.7","detail":"why"})");
  EXPECT_EQ(as_text(encode(ClockStateBody{.real = {5}, .boot = {6}, .detail = "why"})),
            R"({"step_ns":0,"real_ns":5,"boot_ns":6,"state":0,"error_us":null,)"
            R"("source":null,"detail":"why"})");
}

}  // namespace
}  // namespace candor::evidence
