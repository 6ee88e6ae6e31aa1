// SPDX-License-Identifier: Apache-2.0
// Answers offers: judged, remembered and cosigned in one transaction, so that no cosignature leaves
// before the disk has what it says, and no two requests are judged by the same state. HTTP is
// witness.h's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "evidence/signer.h"
#include "monitor/records/witness_records.h"
#include "monitor/witness/rules.h"

namespace candor::witness {

struct Answer {
  Verdict verdict = Verdict::kUnknownLog;
  std::string body;  // Of HTTP: signature lines, a size, or the reason.
  /// The log showed more entries than ever before, or its first checkpoint: a sign of life that
  /// nobody else can give, since an old checkpoint can be sent again by anyone.
  bool has_grown = false;
};

/// One thread at a time; the records outlive it.
class Cosigner {
 public:
  /// Opens the witness of a state folder: its key, made at the first start, and its memory, bound
  /// to each other. Errors: kDataLoss  one of the two is missing or no such thing;
  /// kFailedPrecondition  they do not
  ///         belong together, or the name is another one than before; errno kinds; those of the
  ///         database.
  [[nodiscard]] static Result<std::unique_ptr<Cosigner>> open_in(const std::string& state,
                                                                 const std::string& name,
                                                                 UtcTime now);

  Cosigner(std::unique_ptr<records::WitnessRecords> records, evidence::MemorySigner signer,
           std::string name);

  /// Answers all, one after another, in one transaction; when this returns, what was cosigned is
  /// durable (one sync for all).
  /// Errors: those of the database and the signer; nothing was cosigned then.
  [[nodiscard]] Result<std::vector<Answer>> answer(std::span<const Offer* const> offers,
                                                   UtcTime now);

  [[nodiscard]] records::WitnessRecords& records() { return *records_; }
  [[nodiscard]] const std::string& vkey() const { return vkey_; }

 private:
  [[nodiscard]] Result<Answer> answer_one(const Offer& offer, UtcTime now);
  [[nodiscard]] Result<std::string> cosign(const Offer& offer, const records::WitnessedLog& log,
                                           UtcTime now);
  [[nodiscard]] Result<void> keep(const Offer& offer, const Judgement& judged, UtcTime now);

  std::unique_ptr<records::WitnessRecords> records_;
  evidence::MemorySigner signer_;
  const std::string name_;
  const std::string vkey_;
};

}  // namespace candor::witness
