// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/cosigner.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "evidence/note.h"
#include "evidence/note_key.h"
#include "monitor/witness/key_file.h"

namespace candor::witness {
namespace {

using records::WitnessRecords;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// Of the log only the lines of its own key: a stranger's lines say nothing and have no limit of
// ours.
evidence::Note signed_by_log(const evidence::Note& note, const evidence::NoteKey& key) {
  evidence::Note kept{.text = note.text, .signatures = {}};
  const std::uint32_t id = evidence::key_id(key);
  std::ranges::copy_if(note.signatures, std::back_inserter(kept.signatures),
                       [&](const evidence::NoteSignature& line) {
                         return line.name == key.name && line.key_id == id;
                       });
  return kept;
}

Result<evidence::MemorySigner> open_key(const std::string& state, bool is_bound) {
  const std::string path = records::witness_key_path(state);
  std::error_code ignored;  // Reading it says what is the matter.
  if (std::filesystem::exists(path, ignored)) {
    return load_key(path);
  }
  if (is_bound) {
    return fail(
        ErrorKind::kDataLoss,
        fmt::format("{} is missing and {} belongs to it; bring the key back, or begin a new "
                    "witness (docs/design/witness.md, \"Lost memory\")",
                    path, records::witness_memory_path(state)));
  }
  return make_key(path);
}

}  // namespace

Result<std::unique_ptr<Cosigner>> Cosigner::open_in(const std::string& state,
                                                    const std::string& name, UtcTime now) {
  CANDOR_TRY(auto records, WitnessRecords::open_in(state));
  CANDOR_TRY(const std::optional<std::string> bound, records->vkey());
  CANDOR_TRY(evidence::MemorySigner signer, open_key(state, bound.has_value()));
  auto cosigner = std::make_unique<Cosigner>(std::move(records), std::move(signer), name);
  CANDOR_CHECK(cosigner->records().bind(cosigner->vkey(), now));
  return cosigner;
}

Cosigner::Cosigner(std::unique_ptr<WitnessRecords> records, evidence::MemorySigner signer,
                   std::string name)
    : records_(std::move(records)),
      signer_(std::move(signer)),
      name_(std::move(name)),
      vkey_(evidence::format_vkey(
          {.type = evidence::KeyType::kCosignature, .name = name_, .key = signer_.public_key()})) {}

Result<std::vector<Answer>> Cosigner::answer(std::span<const Offer* const> offers, UtcTime now) {
  CANDOR_TRY(records::Transaction transaction, records::Transaction::begin(records_->database));
  std::vector<Answer> answers;
  for (const Offer* offer : offers) {
    CANDOR_TRY(Answer answer, answer_one(*offer, now));
    answers.push_back(std::move(answer));
  }
  CANDOR_CHECK(transaction.commit());
  return answers;
}

Result<Answer> Cosigner::answer_one(const Offer& offer, UtcTime now) {
  CANDOR_TRY(const auto log, records_->logs.find(offer.checkpoint.origin));
  const Judgement judged = judge(offer, log);
  CANDOR_CHECK(keep(offer, judged, now));
  Answer answer{.verdict = judged.verdict, .body = judged.reason + "\n", .has_grown = false};
  if (judged.verdict == Verdict::kOtherSize) {
    answer.body = evidence::format_known_size(judged.known_size);
  }
  if (judged.verdict == Verdict::kCosign && log.has_value()) {
    CANDOR_TRY(answer.body, cosign(offer, *log, now));
    answer.has_grown = !log->last.has_value() || offer.checkpoint.size > log->last->size;
  }
  return answer;
}

Result<std::string> Cosigner::cosign(const Offer& offer, const records::WitnessedLog& log,
                                     UtcTime now) {
  // A clock that was set back must not make an older time of a newer checkpoint.
  const auto clock_s = static_cast<std::uint64_t>(std::max<std::int64_t>(1, now.ns / kNsPerSecond));
  const std::uint64_t time_s = log.last.has_value() ? std::max(clock_s, log.last->time_s) : clock_s;
  CANDOR_TRY(const evidence::NoteKey key, evidence::parse_vkey(log.vkey));
  evidence::Note note = signed_by_log(offer.request.checkpoint, key);
  CANDOR_TRY(evidence::NoteSignature line,
             evidence::cosign_note(note.text, name_, time_s, signer_));
  std::string answer = evidence::format_signature(line);
  note.signatures.push_back(std::move(line));
  CANDOR_CHECK(
      records_->logs.set_cosigned(offer.checkpoint.origin, {.size = offer.checkpoint.size,
                                                            .root = offer.checkpoint.root,
                                                            .time_s = time_s,
                                                            .note = evidence::format_note(note)}));
  return answer;
}

Result<void> Cosigner::keep(const Offer& offer, const Judgement& judged, UtcTime now) {
  const std::string& origin = offer.checkpoint.origin;
  if (judged.contradiction.has_value()) {
    const ByteView body = as_bytes(offer.body);
    return records_->offers.add_refused({.origin = origin,
                                         .kind = *judged.contradiction,
                                         .size = offer.checkpoint.size,
                                         .root = offer.checkpoint.root,
                                         .cosigned_size = judged.known_size,
                                         .first = now,
                                         .last = now,
                                         .count = 1,
                                         .request = Bytes(body.begin(), body.end())});
  }
  const bool may_be_enrolled =
      origin.size() <= evidence::kKeyNameBytesMax && evidence::is_key_name(origin);
  if (judged.verdict != Verdict::kUnknownLog || !may_be_enrolled) {
    return {};
  }
  CANDOR_TRY(const auto log, records_->logs.find(origin));
  return log.has_value() ? Result<void>()  // Retired.
                         : records_->offers.add_pending(
                               origin, evidence::format_note(offer.request.checkpoint), now);
}

}  // namespace candor::witness
