// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/power/site.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "tests/support/volume_slots.h"

namespace candor::crash {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSessionRoom = 2;
constexpr auto kSegment = 2s;  // A new file at each key frame: the hardest moment comes often.
constexpr auto kCopiesWait = 30s;
constexpr auto kPreRoll = 2s;  // A GOP of the clip: a session begins with a picture at once.

std::vector<storage::RoomSpec> rooms() {
  const storage::StreamSpec picture{
      .name = "cam-video", .source = "cam", .media = MediaKind::kVideo};
  const storage::StreamSpec sound{.name = "cam-audio", .source = "cam", .media = MediaKind::kAudio};
  return {{.room = "waiting-1", .streams = {picture, sound}},
          {.room = "waiting-2", .streams = {sound}},
          {.room = "inquiry-1", .streams = {picture}}};
}

// Lives as long as the program: the recorder keeps a reference.
const Clock& clock_of_machine() {
  static const SystemClock clock;
  return clock;
}

Result<std::vector<storage::VolumeSlot>> open_volumes(const std::vector<std::string>& roots,
                                                      storage::FileSystem& files, UtcTime now) {
  std::vector<storage::Volume> volumes;
  for (const std::string& root : roots) {
    CANDOR_TRY(storage::Volume volume,
               storage::Volume::open(root, root.substr(root.size() - 1), now, files));
    volumes.push_back(std::move(volume));
  }
  return test::slots_of(std::move(volumes));
}

}  // namespace

std::vector<std::string> volume_roots(const std::string& root, std::size_t volumes) {
  std::vector<std::string> roots;
  for (std::size_t i = 0; i < volumes; ++i) {
    roots.push_back(root + "/" + static_cast<char>('a' + i));
  }
  return roots;
}

Result<Site> Site::open(const std::string& root, storage::FileSystem& files,
                        storage::IndexSink& index, const SiteOptions& options) {
  const Clock& clock = clock_of_machine();
  CANDOR_TRY(std::vector<storage::VolumeSlot> volumes,
             open_volumes(volume_roots(root, options.volumes), files, clock.utc()));
  storage::RecorderOptions recorder_options{
      .authority = "rec.example", .site = "site7", .software = "power campaign"};
  if (options.volumes > 1) {
    recorder_options.copies = {
        .register_path = root + ".copies.db", .interval = 10ms, .settle = 50ms, .retry = 50ms};
  }
  recorder_options.sync_interval = options.sync_interval;
  recorder_options.reserve_bytes = 0;  // Whatever is free on the machine that runs this.
  Site site;
  CANDOR_TRY(site.recorder_, storage::Recorder::open(std::move(volumes), clock,
                                                     std::move(recorder_options), rooms(), index));
  CANDOR_CHECK(site.add({.room = 0, .stream = 0}, MediaKind::kVideo, options.panorama));
  CANDOR_CHECK(site.add({.room = 0, .stream = 1}, MediaKind::kAudio, options.sound));
  CANDOR_CHECK(site.add({.room = 1, .stream = 0}, MediaKind::kAudio, options.sound));
  CANDOR_CHECK(site.add({.room = kSessionRoom, .stream = 0}, MediaKind::kVideo, options.close_up));
  if (const auto& session = site.recorder_->resumed(kSessionRoom).session; session.has_value()) {
    site.session_ = session->session;
  }
  return site;
}

Result<void> Site::add(storage::StreamKey key, MediaKind kind, const std::string& clip) {
  CANDOR_TRY(ClipStream stream, ClipStream::open(kind, clip));
  tracks_.push_back(
      {.key = key, .needs_session = key.room == kSessionRoom, .stream = std::move(stream)});
  return {};
}

UtcTime Site::begin(UtcTime from) {
  for (const Track& track : tracks_) {
    const auto& ends = recorder_->resumed(track.key.room).recorded_ends;
    from = std::max(from, ends[track.key.stream]);
  }
  const UtcTime first = tracks_.front().stream.first_key_after(from);
  for (Track& track : tracks_) {
    track.stream.begin(first);
  }
  return first;
}

Result<void> Site::deliver(UtcTime now) {
  for (Track& track : tracks_) {
    if (!track.needs_session || session_ != Uuid{}) {
      CANDOR_CHECK(deliver(track, now));
    }
  }
  return {};
}

Result<void> Site::deliver(Track& track, UtcTime now) {
  while (const ChunkPtr chunk = track.stream.next(now)) {
    const std::int64_t begin_ns = ticks_to_ns(chunk->decode_time, chunk->timescale);
    const bool cuts =
        chunk->sync && begin_ns - track.segment_ns >= std::chrono::nanoseconds(kSegment).count();
    track.segment_ns = cuts ? begin_ns : track.segment_ns;
    if (!recorder_->try_append(track.key, {.chunk = chunk,
                                           .init = track.stream.init(),
                                           .session = track.needs_session ? session_ : Uuid{},
                                           .starts_segment = cuts})) {
      return fail(ErrorKind::kResourceExhausted, "the recorder's queue is full");
    }
  }
  return {};
}

void Site::lose_camera(UtcTime from, UtcTime to) {
  Track& track = tracks_.front();
  recorder_->open_gap(track.key, {.cause = "camera-offline", .detail = "", .at = from});
  track.stream.skip_to(to);
}

void Site::open_session(UtcTime now, Told told) {
  session_ = make_uuid(now);
  tracks_.back().stream.skip_to(std::max(now + -std::chrono::nanoseconds(kPreRoll), closed_));
  tracks_.back().segment_ns = 0;
  evidence::SessionOpenBody body;
  body.session = session_;
  body.room = "inquiry-1";
  body.case_id = "C-1";
  body.person = "P-1";
  body.interrogators = {"I-1"};
  body.by = "campaign";
  recorder_->open_session(kSessionRoom, {.body = std::move(body)},
                          [told = std::move(told), id = to_string(session_)] { told(id); });
}

Result<void> Site::wait_for_copies() const {
  const auto deadline = std::chrono::steady_clock::now() + kCopiesWait;
  while (std::chrono::steady_clock::now() < deadline) {
    const storage::CopyStatus copies = recorder_->status().copies;
    if (copies.is_known && copies.counts.segments_below_two == 0) {
      return {};
    }
    std::this_thread::sleep_for(5ms);
  }
  return fail(ErrorKind::kDeadlineExceeded, "the volumes do not hold the same after 30 s");
}

void Site::close_session(UtcTime now, Told told) {
  recorder_->close_session(
      kSessionRoom, {.session = session_, .by = "campaign", .reason = "read and signed", .at = now},
      [told = std::move(told), id = to_string(session_)] { told(id); });
  session_ = Uuid{};
  closed_ = now;
}

}  // namespace candor::crash
