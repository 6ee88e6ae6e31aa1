// SPDX-License-Identifier: Apache-2.0
// Reads a policy's lines one after another. Included by policy.cc and policy_parser.cc only.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "evidence/policy.h"

namespace candor::evidence {

/// One policy. One thread, one use.
class PolicyParser {
 public:
  /// Errors: as Policy::parse.
  [[nodiscard]] Result<Policy> parse(std::string_view text);

 private:
  using Items = std::vector<std::string_view>;

  [[nodiscard]] Result<void> take(std::string_view line);
  [[nodiscard]] Result<void> take_log(const Items& items);
  [[nodiscard]] Result<void> take_witness(const Items& items);
  [[nodiscard]] Result<void> take_group(const Items& items);
  [[nodiscard]] Result<void> take_quorum(const Items& items);
  [[nodiscard]] Result<void> check_new_name(std::string_view name) const;
  [[nodiscard]] Result<void> check_new_key(const NoteKey& key) const;
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

  Policy policy_;
};

}  // namespace candor::evidence
