// SPDX-License-Identifier: Apache-2.0
// Requests come whole out of any splitting of the stream.
#include "bench/camsim/rtsp_message.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace candor::camsim {
namespace {

using testing::ElementsAre;

/// The methods of all requests that are whole, or "error".
std::vector<std::string> drain(RtspReader& reader) {
  std::vector<std::string> methods;
  for (;;) {
    auto next = reader.next();
    if (!next.has_value()) {
      methods.emplace_back("error");
      return methods;
    }
    const std::optional<RtspRequest>& request = *next;
    if (!request.has_value()) {
      return methods;
    }
    methods.push_back(request->method);
  }
}

TEST(RtspReaderTest, ReadsMethodUrlAndHeaders) {
  RtspReader reader;
  reader.append("SETUP rtsp://h/cam/1/trackID=0 RTSP/1.0\r\ncseq: 3\r\nTransport:  x \r\n\r\n");
  const RtspRequest request = reader.next().value().value_or(RtspRequest{});
  EXPECT_EQ(request.method, "SETUP");
  EXPECT_EQ(request.url, "rtsp://h/cam/1/trackID=0");
  EXPECT_EQ(request.header("CSeq"), "3");
  EXPECT_EQ(request.header("transport"), "x");
  EXPECT_EQ(request.header("Session"), "");
}

TEST(RtspReaderTest, FindsTheSameRequestsHoweverTheStreamIsCut) {
  using std::string_view_literals::operator""sv;
  const std::string stream = std::string("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n") +
                             std::string("$\x01\x00\x03"sv) + "\r\n\r" +
                             "SET_PARAMETER x RTSP/1.0\r\nContent-Length: 4\r\n\r\nbody" +
                             "PLAY x RTSP/1.0\r\n\r\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    RtspReader reader;
    reader.append(stream.substr(0, cut));
    std::vector<std::string> methods = drain(reader);
    reader.append(stream.substr(cut));
    for (std::string& method : drain(reader)) {
      methods.push_back(std::move(method));
    }
    EXPECT_THAT(methods, ElementsAre("OPTIONS", "SET_PARAMETER", "PLAY")) << cut;
  }
}

TEST(RtspReaderTest, RefusesWhatIsNoRequest) {
  for (const std::string_view text :
       {"GET / HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n", "PLAY x RTSP/1.0\r\nno colon\r\n\r\n",
        "PLAY x RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
        "PLAY x RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n"}) {
    RtspReader reader;
    reader.append(text);
    EXPECT_THAT(drain(reader), ElementsAre("error")) << text;
  }
}

TEST(RtspReaderTest, RefusesAHeadWithoutEnd) {
  RtspReader reader;
  reader.append(std::string(RtspReader::kRequestBytesMax + 1, 'x'));
  EXPECT_THAT(drain(reader), ElementsAre("error"));
}

}  // namespace
}  // namespace candor::camsim
