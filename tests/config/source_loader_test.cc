// SPDX-License-Identifier: Apache-2.0
// Sources of every kind, and where the passwords of cameras come from.
#include "config/source_loader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using ::testing::HasSubstr;

class SourceLoaderTest : public ConfigText {
 protected:
  void expect(const std::string& text, const std::string& complaint) {
    EXPECT_THAT(verdict(text), HasSubstr(complaint));
  }
  // The inquiry room's source with these lines in the place of kind and url.
  static std::string source(const std::string& lines) {
    return with("kind = \"rtsp\"\nurl = \"rtsp://192.0.2.10/stream1\"\n", lines + "\n");
  }
  // "picture sound": the tracks that are built.
  std::string tracks(const std::string& text) {
    const auto config = load(text);
    EXPECT_TRUE(config.has_value()) << config.error().message();
    const SourceConfig& loaded = config->rooms[0].sources.at(0);
    return std::string(loaded.picture ? "picture" : "") + (loaded.sound ? " sound" : "");
  }
};

TEST_F(SourceLoaderTest, EveryKindHasItsTracks) {
  EXPECT_EQ(tracks(source("kind = \"rtsp\"\nurl = \"rtsp://192.0.2.10/\"")), "picture sound");
  EXPECT_EQ(tracks(source("kind = \"rtsp\"\nurl = \"rtsp://192.0.2.10/\"\npicture = false")),
            " sound");
  EXPECT_EQ(tracks(source("kind = \"v4l2\"\ndevice = \"/dev/video0\"")), "picture");
  EXPECT_EQ(tracks(source("kind = \"alsa\"\ndevice = \"hw:1,0\"")), " sound");
  EXPECT_EQ(tracks(source("kind = \"file\"\npath = \"/srv/clip.mp4\"")), "picture sound");
}

TEST_F(SourceLoaderTest, AKeyOfAnotherKindIsUnknown) {
  expect(source("kind = \"alsa\"\ndevice = \"hw:1,0\"\nurl = \"rtsp://a/\""), "is unknown");
  expect(source("kind = \"v4l2\"\ndevice = \"/dev/video0\"\nsound = true"), "is unknown");
  expect(source("kind = \"v4l2\"\ndevice = \"/dev/video0\"\nframe_rate = 0"),
         "key 'room.source.frame_rate': must be a whole number from 1 to 60");
}

TEST_F(SourceLoaderTest, ASourceOfNothingIsAMistake) {
  expect(source("kind = \"rtsp\"\nurl = \"rtsp://a/\"\npicture = false\nsound = false"),
         "nothing would be recorded");
}

TEST_F(SourceLoaderTest, TlsNeedsSomebodyToTrust) {
  const std::string digits(64, 'A');
  expect(source("kind = \"rtsp\"\nurl = \"rtsps://a/\""), "needs 'ca_file' or 'fingerprint'");
  expect(source("kind = \"rtsp\"\nurl = \"rtsp://a/\"\nca_file = \"/x.pem\""), "are for rtsps://");
  expect(source("kind = \"rtsp\"\nurl = \"rtsps://a/\"\nfingerprint = \"12:34\""),
         "64 hexadecimal digits");
  EXPECT_EQ(
      verdict(source("kind = \"rtsp\"\nurl = \"rtsps://a/\"\nfingerprint = \"" + digits + "\"")),
      "ok");
}

TEST_F(SourceLoaderTest, ASubstreamIsAPictureOfTheSameKind) {
  const std::string main = "kind = \"rtsp\"\nurl = \"rtsp://a/1\"\nsubstream = ";
  EXPECT_EQ(verdict(source(main + "\"rtsp://a/2\"")), "ok");
  expect(source(main + "\"http://a/2\""), "key 'room.source.substream': must begin with rtsp://");
  expect(source(main + "\"rtsps://a/2\""), "must begin as 'url' does");
  expect(source(main + "\"rtsp://a/2\"\npicture = false"), "picture = false");
}

class PasswordFileTest : public SourceLoaderTest {
 protected:
  void SetUp() override {
    std::ofstream(file_) << "word\nsecond line\n";
    mode(std::filesystem::perms::owner_read);
  }
  void mode(std::filesystem::perms perms) { std::filesystem::permissions(file_, perms); }
  [[nodiscard]] std::string config() const {
    return with("kind = \"rtsp\"",
                "user = \"candor\"\npassword_file = \"" + file_ + "\"\nkind = \"rtsp\"");
  }

  std::string password(const std::string& text) {
    const auto loaded = load(text);
    EXPECT_TRUE(loaded.has_value()) << loaded.error().message();
    return loaded.has_value()
               ? std::get<RtspConfig>(loaded->rooms[0].sources.at(0).origin).password.reveal()
               : "";
  }

  const std::string file_ = folder() + "/password";
};

TEST_F(PasswordFileTest, ItsFirstLineIsThePassword) { EXPECT_EQ(password(config()), "word"); }

TEST_F(PasswordFileTest, OthersMayNotReadIt) {
  mode(std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
  expect(config(), "can be read by others; run: chmod 600 " + file_);
}

TEST_F(PasswordFileTest, MustExistAndHoldAPassword) {
  std::filesystem::remove(file_);
  expect(config(), "cannot be read: " + file_);
  std::ofstream(file_) << "\n";
  mode(std::filesystem::perms::owner_read);
  expect(config(), "holds no password in its first line");
}

TEST_F(PasswordFileTest, IsAPlainFile) {
  std::filesystem::remove(file_);
  std::filesystem::create_directory(file_);
  mode(std::filesystem::perms::owner_all);
  expect(config(), "is not a plain file");
}

TEST_F(PasswordFileTest, GoesTogetherWithAUser) {
  expect(with("kind = \"rtsp\"", "user = \"candor\"\nkind = \"rtsp\""), "go together");
}

TEST_F(PasswordFileTest, MayBeACredentialOfSystemd) {
  const std::string text = with(
      "kind = \"rtsp\"", "user = \"candor\"\npassword_credential = \"password\"\nkind = \"rtsp\"");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  expect(text, "key 'room.source.password_credential': needs systemd's LoadCredential=");
  ::setenv("CREDENTIALS_DIRECTORY", folder().c_str(), 1);
  EXPECT_EQ(password(text), "word");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  expect(with("kind = \"rtsp\"", "user = \"c\"\npassword_credential = \"../x\"\nkind = \"rtsp\""),
         "must be a name without '/'");
}

}  // namespace
}  // namespace candor::config
