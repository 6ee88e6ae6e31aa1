// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/place_rule.h"

#include <fmt/format.h>

namespace candor::rules {
namespace {

constexpr std::uint8_t kSuiteSha256 = 1;

}  // namespace

void PlaceRule::take(const SeenEntry& entry, std::uint64_t position, Report& report) {
  const evidence::EntryHeader& header = entry.header;
  if (header.log_id != log_) {
    report.add(Rule::kPlace, Severity::kBroken, {}, "the entry belongs to another log");
  }
  if (header.index != position) {
    report.add(Rule::kPlace, Severity::kBroken, {},
               fmt::format("the entry says that it is number {}", header.index));
  }
  if (header.type < evidence::EntryType::kGenesis || header.type > evidence::EntryType::kNote) {
    report.add(Rule::kPlace, Severity::kNote, {},
               fmt::format("an entry of a kind that is not known here, {}",
                           evidence::entry_type_name(header.type)));
  }
  if ((header.type == evidence::EntryType::kGenesis) != (position == 0)) {
    report.add(
        Rule::kPlace, Severity::kBroken, {},
        position == 0 ? "the log does not begin with GENESIS" : "GENESIS stands within the log");
  }
  if (header.suite != kSuiteSha256) {
    report.add(Rule::kPlace, Severity::kNote, {},
               fmt::format("digests of suite {} are not known here", header.suite));
  }
  if (const evidence::MediaBody* media = entry.media(); media != nullptr) {
    note_stream(media->stream, report);
    if (media->timescale == 0 || header.chain == evidence::kEventChain) {
      report.add(Rule::kPlace, Severity::kBroken, media->stream,
                 "a MEDIA entry without a timescale or a chain of its own");
    }
  } else if (header.chain != evidence::kEventChain) {
    report.add(
        Rule::kPlace, Severity::kNote, {},
        fmt::format("{} stands in chain {}", evidence::entry_type_name(header.type), header.chain));
  }
}

void PlaceRule::note_stream(const Uuid& stream, Report& report) {
  if (streams_.contains(stream) || has_too_many_) {
    return;
  }
  if (streams_.size() < kStreamsMax) {
    streams_.insert(stream);
    return;
  }
  has_too_many_ = true;
  report.add(Rule::kPlace, Severity::kSuspect, stream,
             fmt::format("more than {} streams: the further ones are not followed", kStreamsMax));
}

}  // namespace candor::rules
