// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/message.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace candor::rtsp {
namespace {

using testing::HasSubstr;

// "200 body=..", "more" or the error's sentence.
std::string read(std::string_view text) {
  const auto parsed = parse_message(text);
  if (!parsed.has_value()) {
    return parsed.error().message();
  }
  if (!parsed->has_value()) {
    return "more";
  }
  return fmt::format("{} cseq={} body={} of {}", (*parsed)->message.status,
                     (*parsed)->message.header("cseq"), (*parsed)->message.body, (*parsed)->bytes);
}

TEST(MessageTest, ReadsAnAnswerWithItsBodyAndNoMore) {
  EXPECT_EQ(read("RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 2\r\n\r\nabRTSP"),
            "200 cseq=3 body=ab of 49");
}

TEST(MessageTest, TakesBareLineFeeds) {
  EXPECT_EQ(read("RTSP/1.0 200 OK\nCSeq:3\ncontent-length:2\n\nab"), "200 cseq=3 body=ab of 43");
}

TEST(MessageTest, ReadsARequestOfTheCamera) {
  EXPECT_EQ(read("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"), "0 cseq=9 body= of 31");
}

TEST(MessageTest, WaitsForEveryByte) {
  const std::string whole = "RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 2\r\n\r\nab";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read(whole.substr(0, size)), "more") << size;
  }
}

TEST(MessageTest, RefusesWhatIsNotRtsp) {
  EXPECT_THAT(read("\x80 media"), HasSubstr("not RTSP"));
  EXPECT_THAT(read("HTTP/1.1 200 OK\r\n\r\n"), HasSubstr("not RTSP"));
  EXPECT_THAT(read("RTSP/1.0 OK\r\n\r\n"), HasSubstr("malformed status line"));
}

TEST(MessageTest, RefusesWhatIsTooLong) {
  EXPECT_THAT(read("RTSP/1.0 200 OK\r\n" + std::string(16 * 1024, 'x')), HasSubstr("16 KiB"));
  for (const char* length : {"65537", "-1", "99999999999999999999", "many"}) {
    EXPECT_THAT(read(fmt::format("RTSP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", length)),
                HasSubstr("64 KiB"))
        << length;
  }
}

TEST(UrlTest, TakesHostPortAndPathAndNothingElse) {
  const auto read_url = [](std::string_view text) {
    const auto url = parse_url(text);
    return url.has_value() ? url->host + " " + url->port : std::string("refused");
  };
  EXPECT_EQ(read_url("rtsp://camera/live"), "camera 554");
  EXPECT_EQ(read_url("rtsp://192.0.2.1:8554"), "192.0.2.1 8554");
  EXPECT_EQ(read_url("rtsp://[2001:db8::1]:8554/x"), "2001:db8::1 8554");
  for (const char* bad : {"", "http://camera/", "rtsp://", "rtsp:///live", "rtsp://camera:/",
                          "rtsp://camera:port/", "rtsp://user:secret@camera/", "rtsp://[::1/"}) {
    EXPECT_EQ(read_url(bad), "refused") << bad;
  }
}

}  // namespace
}  // namespace candor::rtsp
