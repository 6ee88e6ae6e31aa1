// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/mirrored_log.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/log.h"
#include "monitor/mirror/files.h"

namespace candor::mirror {
namespace {

constexpr std::uint64_t kTextBytesMax = 4096;

// Of the closed list of alarms; what is only suspected is told and rings no bell.
std::string kind_of(const rules::Finding& finding) {
  if (finding.severity != rules::Severity::kBroken) {
    return "";
  }
  switch (finding.rule) {
    case rules::Rule::kPlace:
      return "rewritten";
    case rules::Rule::kClock:
      return "clock-offset";
    case rules::Rule::kReplay:
      return "digest-mismatch";
    default:
      return "undeclared-gap";
  }
}

std::optional<std::uint64_t> kept_session(const std::string& path) {
  const auto bytes = read_file(path, kTextBytesMax);
  if (!bytes.has_value()) {
    return std::nullopt;
  }
  const std::string_view text = as_text(*bytes);
  std::uint64_t index = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), index);
  return code == std::errc() ? std::optional(index) : std::nullopt;
}

}  // namespace

std::string log_folder_name(std::string_view origin) {
  return to_hex(evidence::sha256(as_bytes(origin)));
}

Result<std::unique_ptr<MirroredLog>> MirroredLog::open(const std::string& mirror,
                                                       const std::string& origin, UnitBook& units,
                                                       UtcTime now) {
  const std::string folder = mirror + "/" + log_folder_name(origin);
  CANDOR_TRY(EntryFiles entries, EntryFiles::open(folder));
  std::unique_ptr<MirroredLog> log(new MirroredLog(folder, origin, std::move(entries), units));
  CANDOR_CHECK(log->check_origin());
  CANDOR_TRY(LogTree tree, LogTree::open(folder, log->entries_));
  log->tree_ = std::make_unique<LogTree>(std::move(tree));
  CANDOR_TRY(FindingsFile findings, FindingsFile::open(folder));
  log->findings_ = std::make_unique<FindingsFile>(std::move(findings));
  CANDOR_CHECK(log->see_again(now));
  return log;
}

Result<void> MirroredLog::check_origin() const {
  const std::string path = folder_ + "/origin";
  const std::string line = origin_ + "\n";
  if (!exists(path)) {
    return replace(path, as_bytes(line));
  }
  CANDOR_TRY(const Bytes kept, read_file(path, kTextBytesMax));
  return as_text(kept) == line ? Result<void>()
                               : fail(ErrorKind::kDataLoss, path + ": it is of another log");
}

// The rules' memory is not on disk: it is what the last entries say. What was found at the very
// last ones may not have been written down before the end came.
Result<void> MirroredLog::see_again(UtcTime now) {
  kept_session_ = kept_session(folder_ + "/session");
  std::uint64_t first =
      entries_.size() > kEntriesSeenAgain ? entries_.size() - kEntriesSeenAgain : 0;
  first = std::min(first, kept_session_.value_or(first));
  engine_ = std::make_unique<rules::RuleEngine>(
      origin_, rules::EngineOptions{.beginning = {.index = first}});
  return entries_.for_each(first, [&](std::uint64_t index, ByteView entry) -> Result<void> {
    std::vector<rules::Finding> found = engine_->take(entry);
    if (index + kEntriesPerBundle >= entries_.size()) {
      std::erase_if(found, [&](const rules::Finding& finding) {
        return findings_->knows(to_string(finding.rule), finding.index);
      });
      keep_findings(found, now);
    }
    return {};
  });
}

Result<void> MirroredLog::take(ByteView frames, UtcTime now) {
  const evidence::Bundle read = evidence::read_bundle(frames);
  const std::uint64_t room = kEntriesPerBundle - entries_.size() % kEntriesPerBundle;
  if (read.consumed != frames.size() || read.entries.empty() || read.entries.size() > room) {
    return fail(ErrorKind::kInvalidArgument, origin_ + ": not whole entries of one bundle");
  }
  CANDOR_CHECK(entries_.append(frames, read.entries.size()));
  for (const ByteView entry : read.entries) {
    CANDOR_CHECK(take_entry(entry, now));
  }
  keep_session();
  return {};
}

Result<void> MirroredLog::take_entry(ByteView entry, UtcTime now) {
  if (auto kept = tree_->append(evidence::leaf_hash(entry)); !kept.has_value()) {
    log::warn("mirror.tile-not-kept", {{"origin", origin_}, {"error", kept.error().message()}});
  }
  keep_findings(engine_->take(entry), now);
  tell_units(entry);
  return {};
}

void MirroredLog::keep_findings(const std::vector<rules::Finding>& found, UtcTime now) {
  for (const rules::Finding& finding : found) {
    const std::string rule(to_string(finding.rule));
    const std::string severity(to_string(finding.severity));
    log::warn("mirror.finding", {{"origin", origin_},
                                 {"index", finding.index},
                                 {"rule", rule},
                                 {"severity", severity},
                                 {"sentence", finding.sentence}});
    auto kept = findings_->add({.kind = kind_of(finding),
                                .rule = rule,
                                .severity = severity,
                                .index = finding.index,
                                .seen = now,
                                .stream = finding.stream.is_nil() ? "" : to_string(finding.stream),
                                .sentence = finding.sentence});
    if (!kept.has_value()) {
      log::error("mirror.finding-not-kept",
                 {{"origin", origin_}, {"error", kept.error().message()}});
    }
  }
}

void MirroredLog::note(const std::string& kind, std::string sentence, UtcTime now) {
  const auto& open = findings_->open_findings();
  if (std::ranges::any_of(
          open, [&](const KeptFinding& one) { return one.kind == kind && one.rule.empty(); })) {
    return;
  }
  log::error("mirror.log-wrong", {{"origin", origin_}, {"kind", kind}, {"sentence", sentence}});
  auto kept = findings_->add({.kind = kind,
                              .rule = "",
                              .severity = "broken",
                              .index = size(),
                              .seen = now,
                              .stream = "",
                              .sentence = std::move(sentence)});
  if (!kept.has_value()) {
    log::error("mirror.finding-not-kept", {{"origin", origin_}, {"error", kept.error().message()}});
  }
}

void MirroredLog::tell_units(ByteView bytes) {
  const auto entry = evidence::decode_entry(bytes);
  if (!entry.has_value()) {
    return;
  }
  if (entry->header.type == evidence::EntryType::kMedia) {
    if (const auto media = evidence::decode_media_body(entry->body); media.has_value()) {
      units_.note_logged(*media);
    }
  } else if (entry->header.type == evidence::EntryType::kGapOpen ||
             entry->header.type == evidence::EntryType::kGapClose) {
    if (const auto gap = evidence::decode_gap(entry->body); gap.has_value()) {
      units_.note_gap(gap->stream, gap->from_tfdt, gap->to_tfdt.value_or(gap->from_tfdt));
    }
  }
}

void MirroredLog::keep_session() {
  const std::optional<std::uint64_t> now = engine_->session_index();
  if (now == kept_session_) {
    return;
  }
  const std::string text = now.has_value() ? std::to_string(*now) + "\n" : "none\n";
  if (auto kept = replace(folder_ + "/session", as_bytes(text)); kept.has_value()) {
    kept_session_ = now;
  }
}

Result<bool> MirroredLog::keep_vkey(const std::string& vkey) {
  const std::string path = folder_ + "/vkey";
  const std::string line = vkey + "\n";
  if (!exists(path)) {
    CANDOR_CHECK(replace(path, as_bytes(line)));
    return true;
  }
  CANDOR_TRY(const Bytes kept, read_file(path, kTextBytesMax));
  return as_text(kept) == line;
}

Result<MirroredLog::LastFrame> MirroredLog::last_frame() const {
  if (size() % kEntriesPerBundle == 0) {
    return LastFrame{};
  }
  CANDOR_TRY(const Bytes bundle, entries_.bundle(size() / kEntriesPerBundle));
  const evidence::Bundle read = evidence::read_bundle(bundle);
  if (read.entries.empty()) {
    return fail(ErrorKind::kDataLoss, origin_ + ": the growing bundle is empty");
  }
  const std::size_t frame = 2 + read.entries.back().size();
  const std::size_t offset = read.consumed - frame;
  return LastFrame{.offset = offset,
                   .bytes = Bytes(bundle.begin() + static_cast<std::ptrdiff_t>(offset),
                                  bundle.begin() + static_cast<std::ptrdiff_t>(read.consumed))};
}

}  // namespace candor::mirror
