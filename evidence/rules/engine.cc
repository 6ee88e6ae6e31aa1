// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/engine.h"

#include <utility>

namespace candor::rules {
namespace {

using evidence::EntryType;

template <typename Body>
Result<SeenBody> as_seen(Result<Body> decoded) {
  if (!decoded.has_value()) {
    return fail(std::move(decoded).error());
  }
  return SeenBody(std::move(*decoded));
}

Result<SeenBody> decode_body(const evidence::EntryView& entry) {
  switch (entry.header.type) {
    case EntryType::kMedia:
      return as_seen(evidence::decode_media_body(entry.body));
    case EntryType::kGapOpen:
    case EntryType::kGapClose:
      return as_seen(evidence::decode_gap(entry.body));
    case EntryType::kSessionOpen:
      return as_seen(evidence::decode_session_open(entry.body));
    case EntryType::kSessionClose:
      return as_seen(evidence::decode_session_close(entry.body));
    case EntryType::kStream:
      return as_seen(evidence::decode_stream(entry.body));
    case EntryType::kInit:
      return as_seen(evidence::decode_init(entry.body));
    default:
      return SeenBody();
  }
}

}  // namespace

RuleEngine::RuleEngine(std::string_view origin, EngineOptions options)
    : next_(options.beginning.index),
      place_(evidence::log_id_of(origin)),
      chain_(options.beginning, std::move(options.may_withhold)),
      timeline_(options.beginning),
      sessions_(options.beginning),
      replay_(options.essences_kept) {}

Result<SeenEntry> RuleEngine::decode(ByteView bytes) {
  CANDOR_TRY(const evidence::EntryView view, evidence::decode_entry(bytes));
  CANDOR_TRY(SeenBody body, decode_body(view));
  return SeenEntry{
      .header = view.header, .leaf = evidence::leaf_hash(bytes), .body = std::move(body)};
}

std::vector<Finding> RuleEngine::take(ByteView bytes) {
  const Result<SeenEntry> entry = decode(bytes);
  if (!entry.has_value()) {
    report_.at(next_, last_.has_value() ? last_->real : UtcTime{});
    report_.add(Rule::kPlace, Severity::kBroken, {},
                "the entry cannot be read: " + entry.error().message());
    std::vector<Finding> found = report_.take();
    (void)take_withheld(evidence::leaf_hash(bytes));
    return found;
  }
  report_.at(next_, entry->header.real);
  place_.take(*entry, next_, report_);
  chain_.take(*entry, report_);
  timeline_.take(*entry, report_);
  clock_.take(*entry, report_);
  coverage_.take(*entry, report_);
  silence_.take(*entry, report_);
  sessions_.take(*entry, report_);
  capture_.take(*entry, report_);
  replay_.take(*entry, report_);
  last_ = entry->header;
  ++next_;
  return report_.take();
}

std::vector<Finding> RuleEngine::take_withheld(const evidence::Digest& leaf) {
  chain_.take_withheld(leaf);
  ++next_;
  return {};
}

std::vector<Finding> RuleEngine::end() {
  report_.at(next_, last_.has_value() ? last_->real : UtcTime{});
  sessions_.end(report_);
  return report_.take();
}

}  // namespace candor::rules
