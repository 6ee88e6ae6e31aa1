// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/rtsp_source.h"

#include <string>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/sync.h"
#include "tests/capture/support/scripted_camera.h"

namespace candor::capture {
namespace {

using std::chrono::milliseconds;
using test::ScriptedCamera;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Steps = std::vector<std::string>;

// What came, as text: "video audio: I P a P-2 P!" (losses before it, a new clock). The first six
// pictures come together: the camera's parameter sets allow B-frames.
class Listener final : public SourceListener {
 public:
  void on_tracks(std::span<const SourceTrack> tracks) override {
    for (const SourceTrack& track : tracks) {
      text_ += std::string(text_.empty() ? "" : " ") + std::string(to_string(track.kind));
    }
    text_ += ":";
  }
  void on_sample(std::size_t /*track*/, Sample sample) override {
    const MutexLock lock(mutex_);
    const bool is_sound = sample.format->kind == MediaKind::kAudio;
    text_ += is_sound ? " a" : sample.sync ? " I" : " P";
    text_ += sample.lost_packets > 0 ? fmt::format("-{}", sample.lost_packets) : "";
    text_ += sample.discontinuity ? "!" : "";
    last_ = std::move(sample);
    has_sample_ = true;
    arrived_.notify_all();
  }
  void wait_for_sample() {
    const MutexLock lock(mutex_);
    while (!has_sample_) {
      arrived_.wait(mutex_);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const Sample& last() const { return last_; }

 private:
  Mutex mutex_;
  Condition arrived_;
  bool has_sample_ = false;
  std::string text_;
  Sample last_;
};

class RtspSourceTest : public testing::Test {
 protected:
  // Runs a source against the camera; the error's kind and sentence.
  std::string run(ScriptedCamera& camera, const std::string& password = "secret") {
    RtspOptions options;
    options.url = camera.url();
    options.user = "u";
    options.password = password;
    options.sound = sound_;
    options.connect_timeout = connect_timeout_;
    options.media_timeout = milliseconds(200);
    const auto source = make_rtsp_source(std::move(options), clock_);
    const Error ended = source->run(stop_.get_token(), listener_);
    return fmt::format("{}: {}", to_string(ended.kind()), ended.message());
  }
  static Steps playing(const Steps& more, const std::string& describe = "200 h264") {
    Steps steps{"DESCRIBE -> " + describe, "SETUP -> 200", "PLAY -> 200"};
    steps.insert(steps.end(), more.begin(), more.end());
    return steps;
  }
  // What came of the frames when the camera closes afterwards.
  std::string stream(const Steps& more) {
    ScriptedCamera camera(playing(more));
    ended_ = run(camera);
    return listener_.text();
  }
  // Paths of the requests, without host and port.
  static std::vector<std::string> paths(ScriptedCamera& camera) {
    std::vector<std::string> paths;
    for (const std::string& request : camera.requests()) {
      const std::size_t url = request.find(" rtsp://");
      const std::size_t path = url == std::string::npos ? 0 : request.find('/', url + 8);
      paths.push_back(url == std::string::npos ? request
                                               : request.substr(0, url + 1) + request.substr(path));
    }
    return paths;
  }

  SystemClock clock_;
  std::stop_source stop_;
  Listener listener_;
  bool sound_ = true;
  milliseconds connect_timeout_{2000};
  std::string ended_;
};

TEST_F(RtspSourceTest, HandsOnPictureAndSound) {
  ScriptedCamera camera({"DESCRIBE -> 200 h264 aac", "SETUP -> 200", "SETUP -> 200", "PLAY -> 200",
                         "play IPPPPP", "sound 1", "play P"});

  EXPECT_EQ(run(camera), "unavailable: the camera closed the connection");
  EXPECT_EQ(listener_.text(), "video audio: I P P P P P a a P");
  EXPECT_THAT(paths(camera), ElementsAre("DESCRIBE /live", "SETUP /live/video", "SETUP /live/sound",
                                         "PLAY /live"));
}

TEST_F(RtspSourceTest, LeavesSoundAloneWhenItIsNotWanted) {
  sound_ = false;
  ScriptedCamera camera(playing({"play IP"}, "200 h264 aac"));

  ended_ = run(camera);

  EXPECT_EQ(listener_.text(), "video: I P");
}

TEST_F(RtspSourceTest, TellsTheNextSampleOfALoss) {
  EXPECT_EQ(stream({"play IP ~IPP"}), "video: I P P-1 P");
}

TEST_F(RtspSourceTest, LivesWithoutMarkers) {
  EXPECT_EQ(stream({"play IPmPmPP"}), "video: I P P P P");
}

TEST_F(RtspSourceTest, MarksACameraClockThatWasSet) {
  EXPECT_EQ(stream({"play IPP>IP"}), "video: I P P I! P");
}

TEST_F(RtspSourceTest, TakesTheTimeFromTheSenderReport) {
  EXPECT_EQ(stream({"report", "play IP"}), "video: I P");
  EXPECT_EQ(listener_.last().capture.ns, 1000'040'000'000);
  const Sample& last = listener_.last();
  EXPECT_EQ(last.source_ticks + last.composition_offset, 3600);
}

TEST_F(RtspSourceTest, AnswersAChallenge) {
  ScriptedCamera camera({"DESCRIBE -> 401 digest qop", "DESCRIBE -> 200 h264", "SETUP -> 200",
                         "PLAY -> 200", "play I"});

  ended_ = run(camera);

  EXPECT_EQ(listener_.text(), "video: I");
  EXPECT_THAT(paths(camera),
              ElementsAre("DESCRIBE /live", "DESCRIBE /live", "SETUP /live/video", "PLAY /live"));
  EXPECT_EQ(camera.authorizations()[0], "");
  EXPECT_THAT(camera.authorizations()[1], HasSubstr("nc=00000001"));
  EXPECT_THAT(camera.authorizations()[3], HasSubstr("nc=00000003"));
}

TEST_F(RtspSourceTest, AnswersWithAFreshNonceWhenTheOldOneIsStale) {
  ScriptedCamera camera({"DESCRIBE -> 401 digest", "DESCRIBE -> 200 h264",
                         "SETUP -> 401 digest stale", "SETUP -> 200", "PLAY -> 200", "play I"});

  ended_ = run(camera);

  EXPECT_EQ(listener_.text(), "video: I");
  EXPECT_THAT(camera.requests(), testing::SizeIs(5));
  EXPECT_THAT(camera.authorizations()[3], HasSubstr("nonce=\"second\""));
}

TEST_F(RtspSourceTest, SaysThatThePasswordIsWrong) {
  ScriptedCamera camera({"DESCRIBE -> 401 digest", "DESCRIBE -> 401 digest"});

  EXPECT_EQ(run(camera),
            "permission-denied: the camera refuses user and password (401); check 'user' and "
            "'password_file'");
}

TEST_F(RtspSourceTest, SaysWhatIsOfferedWhenNothingCanBeRecorded) {
  ScriptedCamera camera({"DESCRIBE -> 200 jpeg"});

  EXPECT_EQ(run(camera),
            "unsupported: the camera offers only JPEG; Candor records H.264, H.265, AAC, Opus and "
            "G.711");
}

TEST_F(RtspSourceTest, SaysThatTheStreamIsNotThere) {
  ScriptedCamera camera({"DESCRIBE -> 404"});

  EXPECT_THAT(run(camera), StartsWith("not-found: DESCRIBE: the camera answers 'RTSP/1.0 404"));
}

TEST_F(RtspSourceTest, FollowsContentBase) {
  ScriptedCamera camera(playing({}, "200 h264 base"));

  ended_ = run(camera);

  EXPECT_THAT(paths(camera), ElementsAre("DESCRIBE /live", "SETUP /base/video", "PLAY /base/"));
}

TEST_F(RtspSourceTest, FollowsAbsoluteControls) {
  ScriptedCamera camera(playing({}, "200 h264 base absolute"));

  ended_ = run(camera);

  EXPECT_THAT(paths(camera), ElementsAre("DESCRIBE /live", "SETUP /absolute/video", "PLAY /base/"));
}

TEST_F(RtspSourceTest, TakesAnswersWithBareLineFeeds) {
  ScriptedCamera camera(
      {"DESCRIBE -> 200 h264 lf", "SETUP -> 200 lf", "PLAY -> 200 lf", "play IP"});

  ended_ = run(camera);

  EXPECT_EQ(listener_.text(), "video: I P");
}

TEST_F(RtspSourceTest, TakesMediaThatComesBeforeTheAnswerToPlay) {
  ScriptedCamera camera(
      {"DESCRIBE -> 200 h264", "SETUP -> 200", "play PPP", "PLAY -> 200", "play IP"});

  ended_ = run(camera);

  EXPECT_EQ(listener_.text(), "video: I P");
}

TEST_F(RtspSourceTest, AnswersTheCameraThatAsksWhetherItIsThere) {
  ScriptedCamera camera(playing({"play IP", "OPTIONS", "play P"}));

  ended_ = run(camera);

  EXPECT_EQ(listener_.text(), "video: I P P");
  EXPECT_EQ(camera.requests().back(), "RTSP/1.0 200 OK to 77");
}

// A camera without power was called stalled in the log, because nobody answered in time.
TEST_F(RtspSourceTest, CallsACameraThatNeverAnswersUnreachable) {
  connect_timeout_ = milliseconds(50);
  ScriptedCamera camera({"silence"});

  EXPECT_EQ(run(camera), "unavailable: no answer in time");
}

TEST_F(RtspSourceTest, EndsWhenNoMediaComesThoughTheConnectionStands) {
  EXPECT_EQ(stream({"play IP", "silence"}), "video: I P");
  EXPECT_EQ(ended_, "deadline-exceeded: no media for 200 ms");
}

// The picture stood still while the microphone went on: nobody connected anew.
TEST_F(RtspSourceTest, EndsWhenThePictureStopsThoughSoundGoesOn) {
  ScriptedCamera camera({"DESCRIBE -> 200 h264 aac", "SETUP -> 200", "SETUP -> 200", "PLAY -> 200",
                         "play IPPPPP", "murmur"});

  EXPECT_EQ(run(camera), "deadline-exceeded: no media for 200 ms");
  EXPECT_THAT(listener_.text(), StartsWith("video audio: I P P P P P a a"));
}

TEST_F(RtspSourceTest, EndsWhenTheStreamLosesItsFraming) {
  EXPECT_EQ(stream({"play IP", "raw \x80garbage", "silence"}), "video: I P");
  EXPECT_EQ(ended_, "data-loss: the camera sent something that is not RTSP");
}

TEST_F(RtspSourceTest, EndsWhenTheCameraTalksSomethingElse) {
  stream({"play IP", "raw SSH-2.0-OpenSSH\n\n", "silence"});

  EXPECT_EQ(ended_, "data-loss: the camera sent something that is not RTSP");
}

TEST_F(RtspSourceTest, StopsAtOnceAndSaysGoodbye) {
  ScriptedCamera camera(playing({"play IPPPPP", "TEARDOWN -> 200"}));
  std::chrono::steady_clock::time_point asked;
  std::jthread stopper([&] {
    listener_.wait_for_sample();
    asked = std::chrono::steady_clock::now();
    stop_.request_stop();
  });

  EXPECT_EQ(run(camera), "cancelled: stopped");
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(5));
  EXPECT_THAT(paths(camera).back(), StartsWith("TEARDOWN"));
}

TEST_F(RtspSourceTest, SaysThatNobodyListens) {
  RtspOptions options;
  options.url = "rtsp://127.0.0.1:1/live";
  const auto source = make_rtsp_source(std::move(options), clock_);

  const Error ended = source->run(stop_.get_token(), listener_);

  EXPECT_EQ(ended.kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(ended.message(), HasSubstr("connect"));
}

}  // namespace
}  // namespace candor::capture
