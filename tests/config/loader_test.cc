// SPDX-License-Identifier: Apache-2.0
// What the loader makes of a valid file, and its one line about each mistake planted in it.
#include "config/loader.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class LoaderTest : public ConfigText {
 protected:
  void expect(const std::string& text, const std::string& complaint) {
    EXPECT_THAT(verdict(text), HasSubstr(complaint));
  }
};

TEST_F(LoaderTest, ReadsAWholeFile) {
  const Config config = load(std::string(kValid)).value();

  EXPECT_EQ(config.site, "site7");
  EXPECT_EQ(config.capture.socket, "/run/candor/capture.sock");
  EXPECT_EQ(config.volumes.at(0).path, "/srv/candor/a");
  EXPECT_EQ(config.limits.segment, 60s);
  ASSERT_EQ(config.rooms.size(), 2U);
  EXPECT_EQ(config.rooms[0].room_class, RoomClass::kInquiry);
  EXPECT_EQ(config.rooms[0].name.zh, "询问室");
  EXPECT_EQ(config.rooms[0].pre_roll, 30s);
  EXPECT_EQ(std::get<RtspConfig>(config.rooms[1].sources.at(0).origin).url,
            "rtsp://192.0.2.11:8554/stream1");
  EXPECT_EQ(config.lawyer_rooms.at(0).id, "meeting-1");
  EXPECT_EQ(config.monitor.address, "127.0.0.1");
  EXPECT_EQ(config.monitor.port, 8080);
  EXPECT_EQ(config.monitor.hosts.at(0).name, "host-1");
}

TEST_F(LoaderTest, SoundIsOffInDetentionRoomsUnlessSwitchedOn) {
  const Config config = load(std::string(kValid)).value();
  EXPECT_TRUE(config.rooms[0].sources.at(0).sound);
  EXPECT_FALSE(config.rooms[1].sources.at(0).sound);

  const Config with_sound = load(with("id = \"corner\"", "id = \"corner\"\nsound = true")).value();
  EXPECT_TRUE(with_sound.rooms[1].sources.at(0).sound);
}

TEST_F(LoaderTest, AnInquiryRoomHasAMinuteOfPreRollIfNothingIsSaid) {
  EXPECT_EQ(load(with("pre_roll_s = 30\n", "")).value().rooms[0].pre_roll, 60s);
}

TEST_F(LoaderTest, EachLineNamesFileLineAndKey) {
  EXPECT_THAT(verdict(with("authority = \"rec.example\"", "authority = 7")),
              StartsWith("candor.toml:4: key 'site.authority': must be text in quotes"));
  EXPECT_THAT(
      verdict(with("segment_s = 60", "segment_s = 4")),
      StartsWith("candor.toml:13: key 'limits.segment_s': must be a whole number from 5 to 600"));
}

TEST_F(LoaderTest, RemembersWhereItFoundWhatMayBeInUse) {
  const Result<Config> config = load(std::string(kValid));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->capture.state_at, path() + ":7: key 'capture.state'");
  EXPECT_EQ(config->capture.socket_at, path() + ":8: key 'capture.socket'");
  EXPECT_EQ(config->volumes.at(0).path_at, path() + ":11: key 'volume.path'");
  EXPECT_EQ(config->monitor.listen_at, path() + ":39: key 'monitor.listen'");
}

TEST_F(LoaderTest, AMissingFileIsNotFound) {
  const auto config = load_config(folder() + "/absent.toml");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().kind(), ErrorKind::kNotFound);
  EXPECT_THAT(config.error().message(), HasSubstr("absent.toml: cannot be read"));
}

TEST_F(LoaderTest, AFolderIsNoConfiguration) {
  EXPECT_THAT(load_config(folder()).error().message(), HasSubstr("is a folder; name the file"));
}

TEST_F(LoaderTest, BrokenTomlNamesItsLine) {
  EXPECT_THAT(verdict(with("[capture]", "[capture")), StartsWith("candor.toml:5: "));
}

TEST_F(LoaderTest, AnUnknownKeyIsAMistakeInEverySection) {
  expect(with("log_level", "loglevel"), ":1: key 'loglevel': is unknown");
  expect(with("[capture]", "[capture]\nhots = 1"), ":6: key 'capture.hots': is unknown");
  expect(with("segment_s", "segments"), "key 'limits.segments': is unknown");
  expect(with("pre_roll_s", "preroll"), "key 'room.preroll': is unknown");
  expect(with("en = \"Panorama\"", "en = \"Panorama\", fr = \"x\""),
         "key 'room.source.label.fr': is unknown");
}

TEST_F(LoaderTest, NeededKeysAreMissedByName) {
  expect(with("name = \"site7\"\n", ""), "key 'site.name': is missing");
  expect(with("socket = \"/run/candor/capture.sock\"\n", ""), "key 'capture.socket': is missing");
  expect(with("path = \"/srv/candor/a\"\n", ""), "key 'volume.path': is missing");
  expect(with("url = \"rtsp://192.0.2.10/stream1\"\n", ""), "key 'room.source.url': is missing");
  expect(with("[site]\nname = \"site7\"\nauthority = \"rec.example\"\n", ""),
         "the section [site] is missing");
  expect(with(", zh = \"全景\"", ""), "key 'room.source.label.zh': is missing");
}

TEST_F(LoaderTest, NamesMustBeSafeInPaths) {
  expect(with("id = \"inquiry-1\"", "id = \"../etc\""), "key 'room.id': must be 1 to 63 of a-z");
  expect(with("name = \"site7\"", "name = \"Site 7\""), "key 'site.name': must be 1 to 63 of a-z");
}

TEST_F(LoaderTest, PathsMustBeAbsolute) {
  expect(with("path = \"/srv", "path = \"srv"), "key 'volume.path': must be an absolute path");
}

TEST_F(LoaderTest, IdsAreUnique) {
  expect(with("id = \"cell-1\"", "id = \"inquiry-1\""), "'inquiry-1' is the id of two rooms");
  expect(with("[[room]]\nid = \"cell-1\"",
              "[[room.source]]\nid = \"panorama\"\nkind = \"rtsp\"\nurl = \"rtsp://192.0.2.12/\"\n"
              "label = { en = \"x\", zh = \"y\" }\n[[room]]\nid = \"cell-1\""),
         "'panorama' is the id of two sources of this room");
}

TEST_F(LoaderTest, ARoomHasAKnownClassAndASource) {
  expect(with("class = \"inquiry\"", "class = \"office\""), "key 'room.class': must be interrog");
  expect(with("class = \"lawyer\"", "class = \"waiting\""), "room 'meeting-1' has no");
}

TEST_F(LoaderTest, ALawyersRoomHasNoPlaceForASource) {
  expect(
      with(
          "class = \"inquiry\"\nname = { en = \"Inquiry room\", zh = \"询问室\" }\npre_roll_s = 30",
          "class = \"lawyer\"\nname = { en = \"x\", zh = \"y\" }"),
      ":19: key 'room.source.id': a room of class lawyer has no source");
}

TEST_F(LoaderTest, PreRollIsForSessionsAndHasAHardLimit) {
  expect(with("pre_roll_s = 30", "pre_roll_s = 601"),
         "key 'room.pre_roll_s': must be a whole number from 0 to 600");
  expect(with("class = \"inquiry\"", "class = \"mediation\""), "only rooms of class interrogation");
}

TEST_F(LoaderTest, ACameraUrlIsRtspWithoutCredentials) {
  expect(with("rtsp://192.0.2.10", "http://192.0.2.10"), "must begin with rtsp:// or rtsps://");
  expect(with("rtsp://192", "rtsp://me:word@192"), "holds a user or password");
  expect(with("rtsp://192.0.2.10/", "rtsp:///"), "names no host");
  expect(with("192.0.2.10/", "192.0.2.10:0/"), "has a port that is no number from 1 to 65535");
  expect(with("192.0.2.10/", "192.0.2.10:99999/"), "has a port");
  expect(with("192.0.2.10/", "[::zz]/"), "has no IPv6 address");
  expect(with("192.0.2.10/", "192.0.2.10?stream=1/"), "has a host that is no address");
  expect(with("stream1", "a stream"), "holds a space");
  EXPECT_EQ(verdict(with("192.0.2.10/", "[2001:db8::1]:554/")), "ok");
  EXPECT_EQ(verdict(with("192.0.2.10/stream1", "camera-1.example")), "ok");
  EXPECT_EQ(verdict(with("/stream1", "/a?user@b=1")), "ok");
  expect(with("kind = \"rtsp\"", "kind = \"usb\""), "key 'room.source.kind': must be \"rtsp\"");
}

TEST_F(LoaderTest, TheMonitorListensOnAnAddressAndPort) {
  for (const char* listen :
       {"127.0.0.1", ":8080", "127.0.0.1:http", "127.0.0.1:70000", "127.0.0.1:0", "localhost:80",
        "::1:8080", "[127.0.0.1]:80", "[::1]", "127.0.0.1:80 "}) {
    expect(with("127.0.0.1:8080", listen),
           "key 'monitor.listen': must be an IP address and a port");
  }
  EXPECT_EQ(load(with("127.0.0.1:8080", "[::1]:8080")).value().monitor.address, "::1");
  expect(with("[[monitor.host]]\nname = \"host-1\"\nsocket = \"/run/candor/capture.sock\"\n", ""),
         "needs at least one [[monitor.host]]");
}

TEST_F(LoaderTest, TheMonitorNamesEachHostOnce) {
  expect(std::string(kValid) + "[[monitor.host]]\nname = \"host-1\"\nsocket = \"/run/b.sock\"\n",
         ":46: key 'monitor.host.name': 'host-1' is the name of two hosts");
}

TEST_F(LoaderTest, TheLogLevelIsAKnownOne) {
  expect(with("\"info\"", "\"verbose\""),
         ":1: key 'log_level': must be debug, info, warn or error");
}

TEST_F(LoaderTest, TheAuthorityIsADomain) {
  for (const char* authority : {"Rec.Example", "rec..example", ".example", "rec.example.", "a b"}) {
    expect(with("rec.example", authority), "key 'site.authority': must be a domain");
  }
  EXPECT_EQ(verdict(with("rec.example", "localhost")), "ok");
}

TEST_F(LoaderTest, TwoVolumesAtMostAreWrittenEachWithANameAndAFolderOfItsOwn) {
  const auto with_volume = [](const std::string& name, const std::string& path) {
    return "[[volume]]\nname = \"" + name + "\"\npath = \"" + path + "\"\n";
  };
  const std::string second = with_volume("b", "/srv/candor/b");
  EXPECT_EQ(load(with("[limits]", second + "[limits]")).value().volumes.size(), 2U);
  expect(with("[limits]", second + with_volume("c", "/srv/candor/c") + "[limits]"),
         "a host writes two volumes at most");
  expect(with("[limits]", with_volume("a", "/srv/candor/b") + "[limits]"),
         "another volume has this name");
  expect(with("[limits]", with_volume("b", "/srv/candor/a") + "[limits]"),
         "another volume has this folder");
}

TEST_F(LoaderTest, EveryReconnectWaitIsInRange) {
  expect(with("segment_s = 60", "reconnect_ms = [1000, 5]"), "key 'limits.reconnect_ms'");
  expect(with("segment_s = 60", "reconnect_ms = [1000, \"x\"]"), "key 'limits.reconnect_ms'");
  EXPECT_EQ(
      load(with("segment_s = 60", "reconnect_ms = [500]")).value().limits.reconnect_waits.size(),
      1U);
}

}  // namespace
}  // namespace candor::config
