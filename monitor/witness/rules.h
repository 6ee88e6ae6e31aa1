// SPDX-License-Identifier: Apache-2.0
// The rules of a witness (C2SP tlog-witness v1.0.0, "add-checkpoint"): what it answers to an offer,
// given what it cosigned last. Nothing is stored or signed here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.h"
#include "evidence/checkpoint.h"
#include "evidence/witness_request.h"
#include "monitor/records/witness_logs.h"
#include "monitor/records/witness_offers.h"

namespace candor::witness {

/// What a log sent, as far as its form is right.
struct Offer {
  std::string body;  // As it came: evidence.
  evidence::WitnessRequest request;
  evidence::Checkpoint checkpoint;
};

/// Errors: kInvalidArgument, kResourceExhausted  no request or no checkpoint.
[[nodiscard]] Result<Offer> read_offer(std::string body);

enum class Verdict : std::uint8_t {
  kCosign,        // 200
  kMalformed,     // 400: the old size is larger than the checkpoint's.
  kBadSignature,  // 403
  kUnknownLog,    // 404: not enrolled, or retired.
  kOtherSize,     // 409: the old size is not what was cosigned last, or that size has another root.
  kBadProof,      // 422
};

struct Judgement {
  Verdict verdict = Verdict::kUnknownLog;
  std::string reason;  // A plain sentence; empty: kCosign.
  std::uint64_t known_size = 0;
  /// The log's key signed what contradicts what was cosigned: whatever is answered, it is evidence.
  std::optional<records::RefusedKind> contradiction;
};

/// Thread: any. A log's key that cannot be read counts as a signature that is bad.
[[nodiscard]] Judgement judge(const Offer& offer, const std::optional<records::WitnessedLog>& log);

}  // namespace candor::witness
