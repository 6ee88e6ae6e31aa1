// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/rtsp_source.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "capture/rtsp/decode_order.h"
#include "capture/rtsp/depacketizer.h"
#include "capture/rtsp/reordered_start.h"
#include "capture/rtsp/rtp.h"
#include "capture/rtsp/sdp.h"
#include "capture/rtsp/session.h"

namespace candor::capture {
namespace {

using rtsp::AccessUnit;
using rtsp::Deadline;

// One track from its packets to the listener.
class Track {
 public:
  Track(const rtsp::SdpTrack& description, std::size_t number, std::uint8_t channel,
        const Clock& clock)
      : is_picture_(description.kind() == MediaKind::kVideo),
        payload_type_(description.payload_type),
        number_(number),
        channel_(channel),
        clock_(clock),
        track_clock_(description.clock_rate),
        start_([this](Sample sample) { listener_->on_sample(number_, std::move(sample)); }),
        depacketizer_(rtsp::make_depacketizer(
            description, [this](AccessUnit unit) { emit(std::move(unit)); })) {}
  Track(const Track&) = delete;
  Track& operator=(const Track&) = delete;
  Track(Track&&) = delete;
  Track& operator=(Track&&) = delete;
  ~Track() = default;

  // True when the packet is of this track.
  bool take(std::uint8_t channel, ByteView bytes, SourceListener& listener) {
    if (channel == channel_ + 1) {
      if (const auto report = rtsp::parse_sender_report(bytes); report.has_value()) {
        track_clock_.report(*report);
      }
      return true;
    }
    if (channel != channel_) {
      return false;
    }
    const auto packet = rtsp::parse_rtp(bytes);
    if (!packet.has_value() || packet->payload_type != payload_type_) {
      return true;  // Counted as lost by the next sequence number, if it was one of ours.
    }
    if (const auto lost = sequence_.lost_before(packet->sequence); lost.has_value()) {
      listener_ = &listener;
      depacketizer_->push(*packet, *lost);
    }
    return true;
  }

  void flush() { start_.flush(); }

  [[nodiscard]] bool is_picture() const { return is_picture_; }
  [[nodiscard]] bool has_media() const { return has_media_; }
  void forget_media() { has_media_ = false; }

 private:
  void emit(AccessUnit unit) {
    const rtsp::TrackClock::Placed placed = track_clock_.place(unit.timestamp);
    const rtsp::DecodeOrder::Placed order =
        decode_order_.place(placed.ticks, unit.reorder, placed.is_restarted);
    Sample sample;
    sample.format = std::move(unit.format);
    sample.data = std::move(unit.data);
    sample.source_ticks = order.decode_ticks;
    sample.composition_offset = order.composition_offset;
    sample.duration = unit.duration;
    sample.arrival = clock_.boot();
    sample.capture = placed.capture;
    sample.sync = unit.sync;
    sample.lost_packets = unit.lost_packets;
    sample.discontinuity = placed.is_restarted;
    has_media_ = true;
    start_.push(std::move(sample), is_picture_ && unit.reorder != 0U);
  }

  bool is_picture_;
  std::uint8_t payload_type_;
  std::size_t number_;
  std::uint8_t channel_;
  const Clock& clock_;
  rtsp::TrackClock track_clock_;
  rtsp::DecodeOrder decode_order_;
  rtsp::ReorderedStart start_;
  rtsp::SequenceCounter sequence_;
  std::unique_ptr<rtsp::Depacketizer> depacketizer_;
  SourceListener* listener_ = nullptr;
  bool has_media_ = false;
};

class RtspSource final : public Source {
 public:
  RtspSource(RtspOptions options, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  Error run(std::stop_token stop, SourceListener& listener) override {
    auto ended = play_until_end(stop, listener);
    for (const auto& track : tracks_) {
      track->flush();
    }
    if (ended.has_value()) {
      return {ErrorKind::kInternal, "ended without a reason"};
    }
    // A camera that never played is not stalled: it cannot be reached.
    const bool never_played = !is_playing_ && ended.error().kind() == ErrorKind::kDeadlineExceeded;
    return never_played ? Error(ErrorKind::kUnavailable, ended.error().message())
                        : std::move(ended.error());
  }

 private:
  Result<void> play_until_end(const std::stop_token& stop, SourceListener& listener) {
    CANDOR_TRY(rtsp::Url url, rtsp::parse_url(options_.url));
    CANDOR_TRY(rtsp::Connection connection,
               rtsp::Connection::open(url, {options_.ca_file, options_.fingerprint},
                                      options_.connect_timeout, stop));
    rtsp::Session session(std::move(connection), std::move(url),
                          rtsp::Authorization(options_.user, options_.password),
                          options_.connect_timeout);
    CANDOR_CHECK(begin(session, listener));
    is_playing_ = true;
    return pump(session, listener);
  }

  Result<void> begin(rtsp::Session& session, SourceListener& listener) {
    CANDOR_TRY(const rtsp::Sdp sdp, session.describe());
    CANDOR_CHECK(set_up(session, sdp, listener));
    return session.play(sdp.control);
  }

  Result<void> set_up(rtsp::Session& session, const rtsp::Sdp& sdp, SourceListener& listener) {
    std::vector<SourceTrack> announced;
    for (const rtsp::SdpTrack& track : sdp.tracks) {
      if (track.kind() == MediaKind::kAudio ? !options_.sound : !options_.picture) {
        continue;  // No branch for it is built.
      }
      const auto wanted = static_cast<std::uint8_t>(2 * announced.size());
      CANDOR_TRY(const std::uint8_t channel, session.setup(track, wanted));
      tracks_.push_back(std::make_unique<Track>(track, announced.size(), channel, clock_));
      announced.push_back({.kind = track.kind(), .codec = track.codec});
    }
    if (announced.empty()) {
      return fail(ErrorKind::kUnsupported, options_.picture
                                               ? "the camera offers only sound, and sound = false"
                                               : "the camera offers no sound, and picture = false");
    }
    listener.on_tracks(announced);
    return {};
  }

  Result<void> pump(rtsp::Session& session, SourceListener& listener) {
    const rtsp::OnInterleaved on_packet = [&](std::uint8_t channel, ByteView bytes) {
      for (const auto& track : tracks_) {
        if (track->take(channel, bytes, listener)) {
          return;
        }
      }
    };
    Deadline deadline = std::chrono::steady_clock::now() + options_.media_timeout;
    for (;;) {
      auto pumped = session.pump(deadline, on_packet);
      if (!pumped.has_value()) {
        return pumped.error().kind() == ErrorKind::kDeadlineExceeded ? no_media() : pumped;
      }
      const auto now = std::chrono::steady_clock::now();
      if (take_has_media()) {
        deadline = now + options_.media_timeout;
      } else if (now >= deadline) {
        return no_media();
      }
    }
  }

  // Sound does not stand for a picture that stopped: only a new connection brings that back. A
  // picture stands for sound, which a camera may announce and never send.
  [[nodiscard]] bool take_has_media() const {
    const bool has_picture = std::any_of(tracks_.begin(), tracks_.end(),
                                         [](const auto& track) { return track->is_picture(); });
    bool has_media = false;
    for (const auto& track : tracks_) {
      has_media = has_media || (track->has_media() && track->is_picture() == has_picture);
      track->forget_media();
    }
    return has_media;
  }

  [[nodiscard]] Result<void> no_media() const {
    return fail(ErrorKind::kDeadlineExceeded,
                fmt::format("no media for {} ms", options_.media_timeout.count()));
  }

  const RtspOptions options_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Track>> tracks_;
  bool is_playing_ = false;
};

}  // namespace

std::unique_ptr<Source> make_rtsp_source(RtspOptions options, const Clock& clock) {
  return std::make_unique<RtspSource>(std::move(options), clock);
}

}  // namespace candor::capture
