// SPDX-License-Identifier: Apache-2.0
#include "app/capture/plan.h"

#include <gmock/gmock.h>

namespace candor::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Nobody final : public capture::SourceListener {
 public:
  void on_tracks(std::span<const capture::SourceTrack> /*tracks*/) override {}
  void on_sample(std::size_t /*track*/, Sample /*sample*/) override {}
};

// One room with such a source.
HostPlan plan_of(config::Origin origin, bool picture, bool sound, const Clock& clock) {
  config::SourceConfig source;
  source.id = "one";
  source.picture = picture;
  source.sound = sound;
  source.origin = std::move(origin);
  config::RoomConfig room;
  room.id = "waiting-1";
  room.room_class = config::RoomClass::kWaiting;
  room.sources.push_back(std::move(source));
  config::Config config;
  config.rooms.push_back(std::move(room));
  return make_plan(config, clock);
}

// The tracks of the room, and what a try at its source says.
std::vector<std::string> told(const HostPlan& plan) {
  std::vector<std::string> words;
  const RoomPlan& room = plan.rooms.at(0);
  for (const TrackOptions& track : room.options.tracks) {
    words.push_back(track.name);
  }
  Nobody nobody;
  words.push_back(room.sources.at(0).factory()->run(std::stop_token(), nobody).message());
  return words;
}

TEST(PlanTest, SourcesOfEachKindHaveTheirFactory) {
  const SystemClock clock;
  config::V4l2Config camera;
  camera.device = "/dev/video77";
  config::AlsaConfig microphone;
  microphone.device = "hw:77,0";
  microphone.sample_rate = 9000;  // Refused before GStreamer is asked: it would start its threads.
  config::FileConfig file;
  file.path = "/nowhere/drill.mp4";
  config::RtspConfig rtsp;
  rtsp.url = "rtsp://127.0.0.1:1/live";

  EXPECT_THAT(told(plan_of(camera, true, false, clock)),
              ElementsAre("one-video", HasSubstr("/dev/video77: is not there")));
  EXPECT_THAT(told(plan_of(microphone, false, true, clock)),
              ElementsAre("one-audio", HasSubstr("hw:77,0: AAC has no sample_rate")));
  EXPECT_THAT(told(plan_of(file, true, true, clock)),
              ElementsAre("one-video", "one-audio", HasSubstr("/nowhere/drill.mp4: is not there")));
  EXPECT_THAT(told(plan_of(rtsp, true, true, clock)),
              ElementsAre("one-video", "one-audio", HasSubstr("refused")));
}

}  // namespace
}  // namespace candor::app
