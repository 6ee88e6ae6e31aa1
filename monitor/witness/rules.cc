// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/rules.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "evidence/proofs.h"

namespace candor::witness {
namespace {

using evidence::TreeHead;
using records::RefusedKind;

// Whoever has no valid signature of the log has shown nothing, so all else comes after it.
Result<void> check_signature(const evidence::Note& note, const std::string& vkey) {
  CANDOR_TRY(const evidence::NoteKey key, evidence::parse_vkey(vkey));
  const std::array known = {key};
  CANDOR_TRY([[maybe_unused]] const auto signatures, evidence::verify_note(note, known));
  return {};
}

std::optional<RefusedKind> contradiction_of(const TreeHead& offered,
                                            const std::optional<records::Cosigned>& last) {
  if (!last.has_value()) {
    return std::nullopt;
  }
  if (offered.size < last->size) {
    return RefusedKind::kRolledBack;
  }
  if (offered.size == last->size && offered.root != last->root) {
    return RefusedKind::kRewritten;
  }
  return std::nullopt;
}

}  // namespace

Result<Offer> read_offer(std::string body) {
  CANDOR_TRY(evidence::WitnessRequest request, evidence::parse_witness_request(body));
  CANDOR_TRY(evidence::Checkpoint checkpoint, evidence::parse_checkpoint(request.checkpoint.text));
  return Offer{
      .body = std::move(body), .request = std::move(request), .checkpoint = std::move(checkpoint)};
}

Judgement judge(const Offer& offer, const std::optional<records::WitnessedLog>& log) {
  const std::string& origin = offer.checkpoint.origin;
  if (!log.has_value() || !log->is_enrolled) {
    return {.verdict = Verdict::kUnknownLog,
            .reason = fmt::format("log {} is {}", origin,
                                  log.has_value() ? "retired" : "not enrolled at this witness"),
            .contradiction = std::nullopt};
  }
  if (const auto checked = check_signature(offer.request.checkpoint, log->vkey);
      !checked.has_value()) {
    return {.verdict = Verdict::kBadSignature,
            .reason = checked.error().message(),
            .contradiction = std::nullopt};
  }
  const TreeHead offered{.size = offer.checkpoint.size, .root = offer.checkpoint.root};
  const TreeHead known = log->last.has_value()
                             ? TreeHead{.size = log->last->size, .root = log->last->root}
                             : TreeHead{.size = 0, .root = evidence::empty_root()};
  Judgement judged{.verdict = Verdict::kCosign,
                   .reason = "",
                   .known_size = known.size,
                   .contradiction = contradiction_of(offered, log->last)};
  const std::uint64_t old_size = offer.request.old_size;
  if (old_size > offered.size) {
    judged.verdict = Verdict::kMalformed;
    judged.reason =
        fmt::format("the old size {} is larger than the checkpoint's {}", old_size, offered.size);
  } else if (old_size != known.size || judged.contradiction.has_value()) {
    judged.verdict = Verdict::kOtherSize;
    judged.reason = old_size == known.size
                        ? fmt::format("size {} was cosigned with another root", known.size)
                        : fmt::format("size {} was cosigned last, not {}", known.size, old_size);
  } else if (const auto proven = evidence::check_consistency(offer.request.proof, known, offered);
             !proven.has_value()) {
    judged.verdict = Verdict::kBadProof;
    judged.reason = proven.error().message();
    if (known.size > 0 && offered.size > known.size) {
      judged.contradiction = RefusedKind::kRewritten;
    }
  }
  return judged;
}

}  // namespace candor::witness
