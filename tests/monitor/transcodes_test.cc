// SPDX-License-Identifier: Apache-2.0
// Which streams are made anew, with the real program at the other end.
#include "monitor/transcoding/transcodes.h"

#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/g711_feed.h"

namespace candor::monitor {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class TranscodesTest : public testing::Test {
 protected:
  TranscodesTest() { make({.program = CANDOR_TRANSCODE}); }

  void make(TranscodeOptions options) {
    options_ = std::move(options);
    transcodes_ =
        std::make_unique<FeedTranscodes>(context_.get_executor(), options_, counts_, "room-1",
                                         [this](const LiveMessagePtr& message) { tell(*message); });
  }
  // "stream(mp4a.40.2 from alaw)", "init", "chunk", ...; chunks after the first are left out.
  void tell(const LiveMessage& message) {
    std::string word = message.kind == LiveMessage::Kind::kInit ? "init" : "chunk";
    if (message.kind == LiveMessage::Kind::kText) {
      word = text_of(message.text, "type");
      if (word == "stream") {
        word +=
            "(" + text_of(message.text, "codecs") + " from " + text_of(message.text, "from") + ")";
      } else if (word == "unplayable") {
        word += "(" + text_of(message.text, "reason") + ")";
      }
    }
    channel_ = message.channel == 0 ? channel_ : message.channel;
    if (!told_.ends_with("chunk") || word != "chunk") {
      told_ += (told_.empty() ? "" : " ") + word;
    }
  }
  void say(boost::json::object text) {
    auto message = std::make_shared<LiveMessage>();
    message->text = std::move(text);
    message->channel = 7;
    transcodes_->take(message);
  }
  void announce(const std::string& codecs, const std::string& source = "cam") {
    say({{"type", "stream"},
         {"channel", 7},
         {"codecs", codecs},
         {"source", source},
         {"name", "x"}});
  }
  void send(const Bytes& bytes) {
    auto message = std::make_shared<LiveMessage>();
    ASSERT_TRUE(read_binary(std::string(bytes.begin(), bytes.end()), *message));
    message->channel = 7;
    transcodes_->take(message);
  }
  void send_sound(int packets) {
    send(test::sound_init());
    for (int i = 0; i < packets; ++i) {
      send(test::sound_packet(i));
    }
  }
  // Runs until `word` was told.
  void run_until(const std::string& word) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (told_.find(word) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
      context_.restart();
      context_.run_for(20ms);
    }
    EXPECT_THAT(told_, HasSubstr(word));
  }

  boost::asio::io_context context_;
  TranscodeOptions options_;
  TranscodeCounts counts_;
  std::string told_;
  std::uint32_t channel_ = 0;
  std::unique_ptr<FeedTranscodes> transcodes_;
};

TEST_F(TranscodesTest, SoundOfG711IsMadeAacOnce) {
  announce("alaw");
  send_sound(100);
  EXPECT_EQ(counts_.sounds, 1U);
  run_until("chunk");
  EXPECT_EQ(told_, "stream(mp4a.40.2 from alaw) init chunk");
  EXPECT_EQ(channel_, 7 + kDerivedChannel);
  transcodes_->clear();
  EXPECT_EQ(counts_.sounds, 0U);
}

TEST_F(TranscodesTest, WhatBrowsersPlayIsLeftAlone) {
  for (const char* codecs : {"avc1.640028", "mp4a.40.2", "opus"}) {
    announce(codecs);
    send_sound(2);
  }
  EXPECT_EQ(told_, "");
  EXPECT_EQ(counts_.sounds + counts_.pictures, 0U);
}

TEST_F(TranscodesTest, TheEndOfTheOriginalIsTheEndOfWhatWasMade) {
  announce("alaw");
  send_sound(100);
  run_until("chunk");
  say({{"type", "end"}, {"channel", 7}});
  EXPECT_THAT(told_, testing::EndsWith("end"));
  EXPECT_EQ(counts_.sounds, 0U);
}

TEST_F(TranscodesTest, PicturesAreCappedAndTheRefusalIsToldOnce) {
  make({.program = CANDOR_TRANSCODE, .pictures_max = 0});
  announce("hvc1.1.6.L120.90");
  send_sound(3);  // Any init and chunk will do: nothing may be started.
  EXPECT_EQ(told_, "unplayable(transcodes-busy)");
  EXPECT_EQ(counts_.pictures_refused, 1U);
}

TEST_F(TranscodesTest, ASubstreamOfH264MakesATranscodeNeedless) {
  announce("avc1.4d001f");
  say({{"type", "stream"}, {"channel", 8}, {"codecs", "hvc1.1.6.L120.90"}, {"source", "cam"}});
  send_sound(3);
  EXPECT_EQ(told_, "");
  EXPECT_EQ(counts_.pictures, 0U);
}

TEST_F(TranscodesTest, AProgramThatDiesIsSaidAndNoDisaster) {
  announce("alaw");
  send(test::feed_message(1, Bytes(100, 0xAB)));  // No init segment: the program refuses it.
  send(test::sound_packet(0));
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (counts_.sounds > 0 && std::chrono::steady_clock::now() < deadline) {
    context_.restart();
    context_.run_for(20ms);
  }
  EXPECT_EQ(counts_.sounds, 0U);
  EXPECT_EQ(told_, "unplayable(transcode-failed)");
}

TEST_F(TranscodesTest, AMissingProgramIsSaid) {
  make({.program = "/absent/candor-transcode"});
  announce("ulaw");
  send_sound(2);
  EXPECT_THAT(told_, StartsWith("unplayable(transcode-failed)"));
}

}  // namespace
}  // namespace candor::monitor
