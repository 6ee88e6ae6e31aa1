// SPDX-License-Identifier: Apache-2.0
// A client's requests over a socket pair, against one connection of the server.
#include "bench/camsim/connection.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/camsim/clip.h"
#include "bench/camsim/media_track.h"
#include "bench/camsim/settings.h"
#include "core/bytes.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr UtcTime kNow{16'000'000'000LL * 100'000'000};

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    VideoClip video;
    video.units.push_back({{Bytes{0x65, 1, 2, 3}}, true});
    video.parameter_sets = {{0x67, 0x64, 0, 0x28, 0xac}, {0x68, 0xee}};
    site_.clips.push_back({make_video_track(video)});
    site_.cameras = 4;
  }
  ~ConnectionTest() override {
    if (client_ >= 0) {
      ::close(client_);
    }
  }
  ConnectionTest(const ConnectionTest&) = delete;
  ConnectionTest& operator=(const ConnectionTest&) = delete;
  ConnectionTest(ConnectionTest&&) = delete;
  ConnectionTest& operator=(ConnectionTest&&) = delete;

  void connect() {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    connection_ = std::make_unique<Connection>(ends[0], site_, counters_, 1);
    client_ = ends[1];
  }

  std::string ask(std::string_view method, std::string_view url, std::string_view headers = "") {
    const std::string request = std::string(method) + " " + std::string(url) +
                                " RTSP/1.0\r\nCSeq: 7\r\n" + std::string(headers) + "\r\n";
    EXPECT_EQ(::send(client_, request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    connection_->on_readable(kNow);
    return received();
  }

  void play() {
    connect();
    EXPECT_THAT(ask("SETUP", "rtsp://h/cam/0/trackID=0", "Transport: RTP/AVP/TCP;unicast\r\n"),
                StartsWith("RTSP/1.0 200 OK"));
    EXPECT_THAT(ask("PLAY", "rtsp://h/cam/0/"), StartsWith("RTSP/1.0 200 OK"));
  }

  std::string received() {
    std::array<char, 65536> buffer{};
    const auto got = ::recv(client_, buffer.data(), buffer.size(), 0);
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
  }

  Site site_;
  Counters counters_;
  std::unique_ptr<Connection> connection_;
  int client_ = -1;
};

TEST_F(ConnectionTest, DescribesACameraWithItsParameterSets) {
  connect();
  const std::string reply = ask("DESCRIBE", "rtsp://h/cam/3");
  EXPECT_THAT(reply, StartsWith("RTSP/1.0 200 OK\r\nCSeq: 7\r\n"));
  EXPECT_THAT(reply, HasSubstr("profile-level-id=640028;sprop-parameter-sets=Z2QAKKw=,aO4="));
  EXPECT_THAT(reply, HasSubstr("a=control:trackID=0"));
}

TEST_F(ConnectionTest, KnowsNoCameraBeyondTheLast) {
  connect();
  EXPECT_THAT(ask("DESCRIBE", "rtsp://h/cam/4"), StartsWith("RTSP/1.0 404 "));
  EXPECT_THAT(ask("DESCRIBE", "rtsp://h/other"), StartsWith("RTSP/1.0 404 "));
}

TEST_F(ConnectionTest, SendsMediaOverTcpOnly) {
  connect();
  EXPECT_THAT(ask("SETUP", "rtsp://h/cam/0/trackID=0", "Transport: RTP/AVP;client_port=1-2\r\n"),
              StartsWith("RTSP/1.0 461 "));
}

TEST_F(ConnectionTest, PlaysWhatWasSetUp) {
  play();
  connection_->send_due(kNow + milliseconds(40));
  EXPECT_THAT(received(), StartsWith("$\x01"));
}

TEST_F(ConnectionTest, RefusesToPlayWithoutSetup) {
  connect();
  EXPECT_THAT(ask("PLAY", "rtsp://h/cam/0/"), StartsWith("RTSP/1.0 455 "));
}

TEST_F(ConnectionTest, StopsWithTeardown) {
  play();
  EXPECT_THAT(ask("TEARDOWN", "rtsp://h/cam/0/"), StartsWith("RTSP/1.0 200 OK"));
  EXPECT_FALSE(connection_->due().has_value());
}

TEST_F(ConnectionTest, AsksForAPasswordWhenThereIsOne) {
  site_.auth.emplace("admin", "s3cret", std::chrono::seconds(60));
  connect();
  const std::string reply = ask("DESCRIBE", "rtsp://h/cam/0");
  EXPECT_THAT(reply, StartsWith("RTSP/1.0 401 Unauthorized"));
  EXPECT_THAT(reply, HasSubstr("WWW-Authenticate: Digest realm=\"candor-camsim\", nonce=\""));
}

TEST_F(ConnectionTest, FallsSilentOnRequestAndKeepsTheConnection) {
  site_.faults.stop_media_after = milliseconds(100);
  play();
  connection_->send_due(kNow + milliseconds(80));
  EXPECT_NE(received(), "");
  connection_->send_due(kNow + milliseconds(160));
  EXPECT_EQ(received(), "");
  EXPECT_FALSE(connection_->is_over());
}

TEST_F(ConnectionTest, ClosesOnRequest) {
  site_.faults.close_after = milliseconds(100);
  play();
  connection_->send_due(kNow + milliseconds(160));
  EXPECT_TRUE(connection_->is_over());
}

TEST_F(ConnectionTest, FaultsOfOneCameraLeaveTheOthersAlone) {
  site_.faults.close_after = milliseconds(100);
  site_.faults.camera = 1;
  play();
  connection_->send_due(kNow + milliseconds(160));
  EXPECT_FALSE(connection_->is_over());
}

TEST_F(ConnectionTest, ClosesOnNonsense) {
  connect();
  ASSERT_EQ(::send(client_, "x\r\n\r\n", 5, 0), 5);
  connection_->on_readable(kNow);
  EXPECT_TRUE(connection_->is_over());
}

TEST_F(ConnectionTest, SpreadsCamerasOverOneFrame) {
  EXPECT_EQ(site_.phase_of(0), milliseconds(0));
  EXPECT_EQ(site_.phase_of(3), milliseconds(30));
  site_.phase = milliseconds(0);
  EXPECT_EQ(site_.phase_of(3), milliseconds(0));
}

}  // namespace
}  // namespace candor::camsim
