// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/session_rule.h"

#include <fmt/format.h>

namespace candor::rules {
namespace {

std::string counts_text(const evidence::StreamCount& count) {
  return fmt::format("{} units ({} to {}) and {} gaps", count.fragments, count.first_seq,
                     count.last_seq, count.gaps);
}

bool are_equal(const evidence::StreamCount& a, const evidence::StreamCount& b) {
  return a.fragments == b.fragments && a.gaps == b.gaps && a.first_seq == b.first_seq &&
         a.last_seq == b.last_seq;
}

}  // namespace

void SessionRule::take(const SeenEntry& entry, Report& report) {
  if (const auto* opened = std::get_if<evidence::SessionOpenBody>(&entry.body); opened != nullptr) {
    open(entry, opened->session, report);
  } else if (const auto* closed = std::get_if<evidence::SessionCloseBody>(&entry.body);
             closed != nullptr) {
    close(*closed, report);
  } else if (entry.media() != nullptr) {
    count_media(entry, report);
  } else if (const evidence::GapBody* gap = entry.gap();
             gap != nullptr && entry.header.type == evidence::EntryType::kGapOpen &&
             session_.has_value() && gap->session == session_->id) {
    if (evidence::StreamCount* count = count_of(*session_, gap->stream); count != nullptr) {
      ++count->gaps;
    }
  }
}

void SessionRule::open(const SeenEntry& entry, const Uuid& id, Report& report) {
  if (session_.has_value()) {
    report.add(Rule::kSessions, Severity::kBroken, {},
               "a session begins while another one is open: " + to_string(session_->id));
  }
  session_ =
      Session{.id = id, .index = entry.header.index, .time = entry.header.real, .counts = {}};
  has_seen_change_ = true;
}

bool SessionRule::is_open(const Uuid& session) const {
  return session_.has_value() ? session == session_->id
                              : !beginning_.is_whole() && !has_seen_change_;
}

void SessionRule::count_media(const SeenEntry& entry, Report& report) {
  const evidence::MediaBody& media = *entry.media();
  if (media.session.is_nil()) {
    return;
  }
  if (!is_open(media.session)) {
    report.add(Rule::kSessions, Severity::kBroken, media.stream,
               "the unit is of a session that is not open: " + to_string(media.session));
    return;
  }
  evidence::StreamCount* count = session_.has_value() ? count_of(*session_, media.stream) : nullptr;
  if (count == nullptr) {
    return;
  }
  if (count->fragments++ == 0) {
    count->first_seq = entry.header.chain_sequence;
  }
  count->last_seq = entry.header.chain_sequence;
}

evidence::StreamCount* SessionRule::count_of(Session& session, const Uuid& stream) {
  const auto found = session.counts.find(stream);
  if (found != session.counts.end()) {
    return &found->second;
  }
  return session.counts.size() < kStreamsMax ? &session.counts[stream] : nullptr;
}

void SessionRule::close(const evidence::SessionCloseBody& body, Report& report) {
  if (!is_open(body.session)) {
    report.add(Rule::kSessions, Severity::kBroken, {},
               "a session ends that is not open: " + to_string(body.session));
  } else if (session_.has_value()) {
    std::map<Uuid, evidence::StreamCount>& counts = session_->counts;
    for (const evidence::StreamCount& said : body.streams) {
      const auto found = counts.find(said.stream);
      const evidence::StreamCount seen =
          found == counts.end() ? evidence::StreamCount{} : found->second;
      if (!are_equal(said, seen)) {
        report.add(Rule::kSessions, Severity::kBroken, said.stream,
                   fmt::format("SESSION-CLOSE counts {}, the log holds {}", counts_text(said),
                               counts_text(seen)));
      }
      counts.erase(said.stream);
    }
    for (const auto& [stream, seen] : counts) {
      report.add(Rule::kSessions, Severity::kBroken, stream,
                 fmt::format("SESSION-CLOSE does not name the stream, the log holds {}",
                             counts_text(seen)));
    }
  }
  session_.reset();
  has_seen_change_ = true;
}

void SessionRule::end(Report& report) const {
  if (session_.has_value()) {
    report.add(Rule::kSessions, Severity::kNote, {},
               "the session is not finished: " + to_string(session_->id));
  }
}

}  // namespace candor::rules
