// SPDX-License-Identifier: Apache-2.0
// What was found in a mirrored log, kept until a person has settled it: one JSON object a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace candor::mirror {

/// More that are not settled are counted, not kept in memory or written: a log can be wrong at each
/// of its entries.
inline constexpr std::size_t kFindingsKept = 1'000;

/// A finding with the alarm it is.
struct KeptFinding {
  std::string kind;  // Of docs/design/witness.md, "Alarms"; empty: it is told and no alarm.
  std::string rule;
  std::string severity;
  std::uint64_t index = 0;
  UtcTime seen;  // By this monitor's clock.
  std::string stream;
  std::string sentence;
};

/// One thread at a time.
class FindingsFile {
 public:
  /// "<folder>/findings" and "<folder>/settled". Errors: errno kinds.
  [[nodiscard]] static Result<FindingsFile> open(const std::string& folder);

  /// Durable when it returns. Errors: errno kinds; it is then held in memory only.
  [[nodiscard]] Result<void> add(KeptFinding finding);

  /// Those that are not settled, the oldest first.
  [[nodiscard]] const std::vector<KeptFinding>& open_findings() const { return open_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  /// True: a finding of this rule at this entry stands in the file, or a later one was settled.
  [[nodiscard]] bool knows(std::string_view rule, std::uint64_t index) const;
  /// Reads again what a person settled meanwhile. Errors: errno kinds.
  [[nodiscard]] Result<void> look_for_settlement();

  /// Those that are not settled, of a folder that another process may have open. Errors: errno
  /// kinds.
  [[nodiscard]] static Result<std::vector<KeptFinding>> read(const std::string& folder);

  /// All that is in the folder's file now is settled; `who` is kept with it. Another process may
  /// have it open. Errors: errno kinds.
  [[nodiscard]] static Result<void> settle(const std::string& folder, const std::string& who,
                                           UtcTime now);

 private:
  explicit FindingsFile(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<void> load();

  std::string folder_;
  bool is_read_only_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t settled_bytes_ = 0;
  std::vector<KeptFinding> open_;
  std::uint64_t left_out_ = 0;
  std::uint64_t settled_before_ = 0;  // Entries before this one.
};

}  // namespace candor::mirror
