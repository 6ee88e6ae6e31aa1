// SPDX-License-Identifier: Apache-2.0
// Small clips drawn by ffmpeg, played by the source as a camera.
#include "capture/local/file_source.h"

#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "media/fragment/init_segment.h"
#include "tests/capture_local/run_source.h"
#include "tests/support/temp_folder.h"

namespace candor::capture {
namespace {

using std::chrono::milliseconds;
using test::only;
using test::RunSource;
using test::steps;
using testing::Each;
using testing::HasSubstr;
using testing::Le;
using testing::Lt;
using testing::StartsWith;

constexpr auto kPicture = "-f lavfi -i testsrc2=size=160x120:rate=25";
constexpr auto kSound = "-f lavfi -i sine=frequency=1000:sample_rate=48000";

class FileSourceTest : public testing::Test {
 protected:
  // A clip of one second.
  std::string clip(const std::string& name, const std::string& arguments) {
    const std::string path = folder_ / name;
    const std::string command =
        fmt::format("ffmpeg -v error -nostdin {} -t 1 -threads 1 '{}'", arguments, path);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }
  std::string camera_clip() {
    return clip("camera.mp4", fmt::format("{} {} -c:v libx264 -preset ultrafast -g 25 -c:a aac",
                                          kPicture, kSound));
  }
  RunSource play(const std::string& path, bool repeat = false) {
    options_.path = path;
    options_.repeat = repeat;
    return RunSource(make_file_source(options_, clock_));
  }

  test::TempFolder folder_;
  SystemClock clock_;
  FileOptions options_;
};

TEST_F(FileSourceTest, PictureAndSoundAsTheyAre) {
  RunSource run = play(camera_clip());

  EXPECT_EQ(run.wait_for_end(), fmt::format("unavailable: {}: has ended", options_.path));
  const auto heard = run.wait_for(0);
  EXPECT_EQ(run.tracks(), "H.264 AAC");
  const auto frames = only(heard, MediaKind::kVideo);
  ASSERT_EQ(frames.size(), 25U);
  EXPECT_EQ(frames[0].format->width, 160U);
  EXPECT_EQ(frames[0].format->height, 120U);
  EXPECT_TRUE(media::make_init_segment(frames[0].format).has_value());
  EXPECT_TRUE(frames[0].sync);
  EXPECT_FALSE(frames[1].sync);
  EXPECT_THAT(steps(frames, false), Each(3600));
  const auto sound = only(heard, MediaKind::kAudio);
  EXPECT_GE(sound.size(), 46U);
  EXPECT_TRUE(media::make_init_segment(sound[0].format).has_value());
  EXPECT_THAT(steps(sound, false), Each(1024));
}

TEST_F(FileSourceTest, TakesTheTimeThatACameraWould) {
  const std::string path = camera_clip();
  RunSource run = play(path);
  const auto frames = only((run.wait_for_end(), run.wait_for(0)), MediaKind::kVideo);

  ASSERT_EQ(frames.size(), 25U);
  const Nanoseconds took = frames.back().arrival - frames.front().arrival;
  EXPECT_GE(took, milliseconds(950));
  EXPECT_LE(took, milliseconds(1500));
}

TEST_F(FileSourceTest, TimeGoesOnOverTheRepeat) {
  RunSource run = play(camera_clip(), true);
  const auto heard = run.wait_for(2 * (25 + 48));
  const auto [ended, took] = run.stop();

  const auto frames = only(heard, MediaKind::kVideo);
  ASSERT_GT(frames.size(), 40U);
  EXPECT_TRUE(frames[25].sync);
  const auto frame_steps = steps(frames, false);
  for (std::size_t i = 0; i < frame_steps.size(); ++i) {
    // The sound is a little longer than the picture: the picture waits for it.
    EXPECT_THAT(frame_steps[i], i == 24 ? Le(3600 + 90 * 50) : Le(3600)) << i;
    EXPECT_GE(frame_steps[i], 3600) << i;
  }
  for (const std::int64_t step : steps(only(heard, MediaKind::kAudio), false)) {
    EXPECT_GE(step, 1000);
    EXPECT_LE(step, 1024 + 48 * 50);
  }
  EXPECT_FALSE(frames[25].discontinuity);
  EXPECT_THAT(ended, StartsWith("cancelled: "));
  EXPECT_THAT(took.count(), Lt(1000));
}

TEST_F(FileSourceTest, WhatIsNotRepeatedIsPlayedOnce) {
  const std::string path = camera_clip();
  play(path).wait_for_end();

  RunSource again = play(path);

  EXPECT_EQ(again.wait_for_end(), fmt::format("unavailable: {}: has ended", path));
  EXPECT_TRUE(again.wait_for(0).empty());
}

TEST_F(FileSourceTest, FramesThatAreReorderedKeepBothTimes) {
  for (const std::string container : {"mp4", "mkv"}) {
    options_.has_ended = std::make_shared<std::atomic<bool>>(false);
    RunSource run =
        play(clip("reordered." + container,
                  std::string(kPicture) + " -c:v libx264 -preset veryfast -bf 2 -g 25"));
    run.wait_for_end();
    const auto frames = only(run.wait_for(0), MediaKind::kVideo);

    ASSERT_EQ(frames.size(), 25U) << container;
    std::set<std::int32_t> offsets;
    for (const Sample& frame : frames) {
      offsets.insert(frame.composition_offset);
    }
    EXPECT_GT(offsets.size(), 1U) << container;
    for (const std::int64_t step : steps(frames, true)) {
      EXPECT_NEAR(static_cast<double>(step), 3600, 90) << container;  // Matroska counts in ms.
    }
    for (const std::int64_t step : steps(frames, false)) {
      EXPECT_GT(step, 0) << container;
    }
  }
}

TEST_F(FileSourceTest, OtherCodecsOfCameras) {
  struct Case {
    std::string name;
    std::string arguments;
    std::string tracks;
  };
  const std::vector<Case> cases = {
      {"h265.mp4",
       std::string(kPicture) + " -c:v libx265 -preset ultrafast -x265-params log-level=0", "H.265"},
      {"opus.mkv", std::string(kSound) + " -c:a libopus", "Opus"},
      {"opus.mp4", std::string(kSound) + " -c:a libopus", "Opus"},
      {"alaw.wav", std::string(kSound) + " -ar 8000 -c:a pcm_alaw", "G.711 A-law"},
      {"mulaw.wav", std::string(kSound) + " -ar 8000 -c:a pcm_mulaw", "G.711 mu-law"},
  };
  for (const Case& one : cases) {
    options_.has_ended = std::make_shared<std::atomic<bool>>(false);
    RunSource run = play(clip(one.name, one.arguments));
    run.wait_for_end();

    EXPECT_EQ(run.tracks(), one.tracks) << one.name;
    const auto heard = run.wait_for(0);
    ASSERT_FALSE(heard.empty()) << one.name;
    EXPECT_TRUE(heard[0].sample.sync) << one.name;
    const auto init = media::make_init_segment(heard[0].sample.format);
    EXPECT_TRUE(init.has_value()) << one.name << init.error().message();
    std::int64_t sound_ticks = 0;
    for (const test::Heard& sample : heard) {
      sound_ticks += sample.sample.duration;
    }
    if (heard[0].sample.format->kind == MediaKind::kAudio) {
      EXPECT_NEAR(static_cast<double>(sound_ticks) / heard[0].sample.format->timescale, 1, 0.1)
          << one.name;
    }
  }
}

TEST_F(FileSourceTest, WhatIsNotWantedIsLeftOut) {
  options_.sound = false;
  RunSource run = play(camera_clip());
  run.wait_for_end();

  EXPECT_EQ(run.tracks(), "H.264");
  EXPECT_EQ(run.wait_for(0).size(), 25U);
}

TEST_F(FileSourceTest, AFileThatCannotBeRecordedIsNamed) {
  RunSource missing = play(folder_ / "missing.mp4");
  EXPECT_THAT(missing.wait_for_end(), HasSubstr("not-found: " + options_.path));

  RunSource mp3 = play(clip("music.mp3", std::string(kSound) + " -c:a libmp3lame"));
  EXPECT_EQ(mp3.wait_for_end(),
            fmt::format("unsupported: {}: holds nothing that can be recorded", options_.path));

  RunSource text = play(clip("text.srt", "-f lavfi -i sine -y -c:a pcm_s16le -f s16le"));
  EXPECT_THAT(text.wait_for_end(), HasSubstr(options_.path));
}

}  // namespace
}  // namespace candor::capture
