// SPDX-License-Identifier: Apache-2.0
// Cameras and microphones of this machine, with GStreamer's test pictures and sounds in place of
// the driver; encoders and sinks are the real ones. Real drivers: tests/crash/guest.py.
#include <gmock/gmock.h>

#include "capture/local/alsa_source.h"
#include "capture/local/v4l2_source.h"
#include "media/fragment/init_segment.h"
#include "tests/capture_local/run_source.h"

namespace candor::capture {
namespace {

using std::chrono::milliseconds;
using test::only;
using test::RunSource;
using test::steps;
using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Lt;
using testing::StartsWith;

class DeviceSourceTest : public testing::Test {
 protected:
  std::unique_ptr<Source> camera(const std::string& instead) {
    return make_v4l2_source({.device = "/dev/video7",
                             .width = 320,
                             .height = 180,
                             .frame_rate = 25,
                             .bitrate_kbps = 300,
                             .media_timeout = media_timeout_,
                             .instead_of_device = instead},
                            clock_);
  }
  std::unique_ptr<Source> microphone(const std::string& instead, std::uint32_t rate = 48000) {
    return make_alsa_source({.device = "hw:7,0",
                             .sample_rate = rate,
                             .channels = 1,
                             .media_timeout = media_timeout_,
                             .instead_of_device = instead},
                            clock_);
  }

  SystemClock clock_;
  milliseconds media_timeout_{3000};
};

constexpr auto kLivePicture = "videotestsrc is-live=true pattern=ball";
constexpr auto kLiveSound = "audiotestsrc is-live=true samplesperbuffer=480";

TEST_F(DeviceSourceTest, APictureComesAsH264WithAKeyFrameEachTwoSeconds) {
  RunSource run(camera(kLivePicture));
  const auto frames = only(run.wait_for(60), MediaKind::kVideo);

  ASSERT_GE(frames.size(), 60U);
  EXPECT_EQ(run.tracks(), "H.264");
  const MediaFormat& format = *frames[0].format;
  EXPECT_EQ(format.timescale, 90000U);
  EXPECT_EQ(format.width, 320U);
  EXPECT_EQ(format.height, 180U);
  const auto init = media::make_init_segment(frames[0].format);
  ASSERT_TRUE(init.has_value()) << init.error().message();
  EXPECT_THAT((*init)->codecs, StartsWith("avc1.42c0"));  // Constrained Baseline.
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].sync, i % 50 == 0) << i;
    EXPECT_EQ(frames[i].composition_offset, 0);
    EXPECT_EQ(frames[i].format, frames[0].format);
  }
}

TEST_F(DeviceSourceTest, APictureIsPlacedByWhenItWasTaken) {
  RunSource run(camera(kLivePicture));
  const UtcTime begin = clock_.utc();
  const auto frames = only(run.wait_for(10), MediaKind::kVideo);
  const UtcTime end = clock_.utc();

  ASSERT_GE(frames.size(), 10U);
  EXPECT_THAT(steps(frames, false), Each(3600));
  for (const Sample& frame : frames) {
    EXPECT_EQ(frame.capture_source, CaptureSource::kLocalDevice);
    EXPECT_GT(frame.capture, begin);
    EXPECT_LT(frame.capture, end);
  }
  const std::int64_t taken_ns = frames.back().arrival.ns - frames.front().arrival.ns;
  const std::int64_t told_ns =
      ticks_to_ns(frames.back().source_ticks - frames.front().source_ticks, 90000);
  EXPECT_NEAR(static_cast<double>(taken_ns), static_cast<double>(told_ns), 2e6);
}

TEST_F(DeviceSourceTest, SoundComesAsAac) {
  RunSource run(microphone(kLiveSound));
  const auto frames = only(run.wait_for(20), MediaKind::kAudio);

  ASSERT_GE(frames.size(), 20U);
  EXPECT_EQ(run.tracks(), "AAC");
  const MediaFormat& format = *frames[0].format;
  EXPECT_EQ(format.sample_rate, 48000U);
  EXPECT_EQ(format.timescale, 48000U);
  EXPECT_EQ(format.channels, 1U);
  EXPECT_EQ(to_hex(format.codec_config).substr(0, 4), "1188");  // AAC-LC, 48 kHz, mono.
  EXPECT_THAT(steps(frames, false), Each(1024));
  for (const Sample& frame : frames) {
    EXPECT_TRUE(frame.sync);
    EXPECT_EQ(frame.duration, 1024U);
    EXPECT_EQ(frame.capture_source, CaptureSource::kLocalDevice);
  }
}

TEST_F(DeviceSourceTest, SoundOfAnyRateThatAacHas) {
  RunSource run(microphone(kLiveSound, 8000));

  const auto frames = only(run.wait_for(3), MediaKind::kAudio);

  ASSERT_GE(frames.size(), 3U);
  EXPECT_EQ(frames[0].format->sample_rate, 8000U);
}

TEST_F(DeviceSourceTest, ARateThatAacLacksIsNamed) {
  RunSource run(microphone(kLiveSound, 9000));

  EXPECT_THAT(run.wait_for_end(), StartsWith("unsupported: hw:7,0: AAC has no sample_rate 9000"));
}

TEST_F(DeviceSourceTest, AMissingCameraIsNamedWithWhatToDo) {
  RunSource run(camera(""));

  EXPECT_THAT(run.wait_for_end(), AllOf(StartsWith("not-found: /dev/video7: is not there"),
                                        HasSubstr("v4l2-ctl --list-devices")));
  EXPECT_EQ(run.tracks(), "");
}

TEST_F(DeviceSourceTest, AMissingMicrophoneIsNamedWithWhatToDo) {
  RunSource run(microphone(""));

  EXPECT_THAT(run.wait_for_end(),
              AllOf(HasSubstr(": hw:7,0: Could not open audio device"), HasSubstr("arecord -L")));
}

TEST_F(DeviceSourceTest, APictureThatTheCameraDoesNotOfferIsNamed) {
  RunSource run(camera("audiotestsrc is-live=true"));

  EXPECT_THAT(run.wait_for_end(),
              AllOf(StartsWith("unsupported: /dev/video7: offers no 320x180 at 25 frames"),
                    HasSubstr("--list-formats-ext")));
}

TEST_F(DeviceSourceTest, AnElementThatIsNotInstalledIsNamedWithItsPackage) {
  RunSource run(camera("nosuchsrc"));

  EXPECT_THAT(run.wait_for_end(),
              AllOf(StartsWith("unsupported: /dev/video7: no element \"nosuchsrc\""),
                    HasSubstr("gstreamer1.0-plugins-base")));
}

TEST_F(DeviceSourceTest, StopIsPrompt) {
  RunSource picture(camera(kLivePicture));
  RunSource sound(microphone(kLiveSound));
  picture.wait_for(3);
  sound.wait_for(3);

  const auto [picture_ended, picture_took] = picture.stop();
  const auto [sound_ended, sound_took] = sound.stop();

  EXPECT_EQ(picture_ended, "cancelled: /dev/video7: stopped");
  EXPECT_EQ(sound_ended, "cancelled: hw:7,0: stopped");
  EXPECT_THAT(picture_took.count(), Lt(1000));
  EXPECT_THAT(sound_took.count(), Lt(1000));
}

TEST_F(DeviceSourceTest, AStopBeforeTheFirstSampleIsPrompt) {
  RunSource run(camera(kLivePicture));

  const auto [ended, took] = run.stop();

  EXPECT_EQ(ended, "cancelled: /dev/video7: stopped");
  EXPECT_THAT(took.count(), Lt(1000));
}

TEST_F(DeviceSourceTest, ACameraThatGivesNoMoreEnds) {
  RunSource run(camera("videotestsrc is-live=true num-buffers=5"));

  EXPECT_EQ(run.wait_for_end(), "unavailable: /dev/video7: gives no more media");
  EXPECT_EQ(run.wait_for(5).size(), 5U);
}

TEST_F(DeviceSourceTest, ACameraThatStandsStillIsGivenUp) {
  media_timeout_ = milliseconds(400);
  const auto begin = std::chrono::steady_clock::now();
  RunSource run(camera("videotestsrc is-live=true ! identity drop-probability=1"));

  const std::string ended = run.wait_for_end();

  EXPECT_THAT(ended, HasSubstr("deadline-exceeded: /dev/video7: no media for 400 ms"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(400));
}

TEST_F(DeviceSourceTest, AFailureOfTheDeviceEndsIt) {
  RunSource run(camera("videotestsrc is-live=true ! identity error-after=4"));

  EXPECT_THAT(run.wait_for_end(), StartsWith("unavailable: /dev/video7: "));
}

}  // namespace
}  // namespace candor::capture
