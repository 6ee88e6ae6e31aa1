// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/replay_rule.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/big_endian.h"

namespace candor::rules {

void ReplayRule::take(const SeenEntry& entry, Report& report) {
  if (const auto* named = std::get_if<evidence::StreamBody>(&entry.body); named != nullptr) {
    if (Stream* stream = streams_.find_or_add(named->stream); stream != nullptr) {
      stream->is_sound = named->media == MediaKind::kAudio;
    }
  } else if (const auto* init = std::get_if<evidence::InitBody>(&entry.body); init != nullptr) {
    if (Stream* stream = streams_.find_or_add(init->stream); stream != nullptr) {
      stream->is_sound = init->sample_rate > 0;  // The STREAM entry may lie before the first one.
    }
  } else if (entry.media() != nullptr) {
    if (Stream* stream = streams_.find_or_add(entry.media()->stream); stream != nullptr) {
      take_media(*entry.media(), *stream, report);
    }
  }
}

void ReplayRule::take_media(const evidence::MediaBody& media, Stream& stream,
                            Report& report) const {
  const auto essence = get_be<Essence>(media.essence_digest.data());
  const std::uint64_t number = stream.units++;
  const auto found = stream.known.find(essence);
  if (found == stream.known.end()) {
    stream.piece.clear();
    stream.is_told = false;
  } else {
    note_repeat(media, number - found->second, stream, report);
  }
  stream.known[essence] = number;
  stream.order.push_back(essence);
  if (stream.order.size() > kept_) {
    const std::uint64_t oldest = stream.units - stream.order.size();
    const auto gone = stream.known.find(stream.order.front());
    if (gone != stream.known.end() && gone->second == oldest) {
      stream.known.erase(gone);
    }
    stream.order.pop_front();
  }
}

// `back` units ago the same was recorded. A piece that goes on is told once.
void ReplayRule::note_repeat(const evidence::MediaBody& media, std::uint64_t back, Stream& stream,
                             Report& report) {
  const bool goes_on = !stream.piece.empty() && stream.distance == back;
  if (!goes_on) {
    stream.piece.clear();
    stream.is_told = false;
  }
  stream.distance = back;
  stream.piece.push_back(get_be<Essence>(media.essence_digest.data()));
  if (stream.piece.size() > kSoundUnits) {
    stream.piece.pop_front();
  }
  const std::set<Essence> kinds(stream.piece.begin(), stream.piece.end());
  const bool counts =
      !stream.is_sound || (stream.piece.size() == kSoundUnits && kinds.size() >= kSoundKinds);
  if (counts && !std::exchange(stream.is_told, true)) {
    report.add(Rule::kReplay, Severity::kSuspect, media.stream,
               fmt::format("the same {} was recorded {} units before",
                           stream.is_sound ? "piece of sound" : "picture", back));
  }
}

}  // namespace candor::rules
