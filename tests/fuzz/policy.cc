// SPDX-License-Identifier: Apache-2.0
// Trust policies, and what is asked of one: the quorum, and whether two quorums meet.
#include "evidence/policy.h"

#include "core/assert.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = evidence::Policy::parse(as_text({data, size}));
  if (!policy.has_value()) {
    CANDOR_ASSERT(!policy.error().message().empty());
    return 0;
  }
  std::set<std::string> all;
  for (const evidence::PolicyWitness& witness : policy->witnesses()) {
    all.insert(witness.name);
  }
  CANDOR_ASSERT(policy->is_quorum(all));
  CANDOR_ASSERT(policy->keys().size() == policy->logs().size() + all.size());
  // With nobody independent nothing can meet; with everybody, no quorum is empty.
  CANDOR_ASSERT(!policy->check_quorums_meet(all).has_value());
  CANDOR_ASSERT(!policy->check_quorums_meet({}).has_value() || !policy->is_quorum({}));
  return 0;
}

}  // namespace candor
