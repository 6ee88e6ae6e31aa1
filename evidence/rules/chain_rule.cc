// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/chain_rule.h"

#include <fmt/format.h>

namespace candor::rules {

void ChainRule::take_withheld(const evidence::Digest& leaf) {
  if (!withheld_.insert(leaf).second) {
    return;
  }
  withheld_order_.push_back(leaf);
  if (withheld_order_.size() > kWithheldKept) {
    withheld_.erase(withheld_order_.front());
    withheld_order_.pop_front();
  }
}

void ChainRule::take(const SeenEntry& entry, Report& report) {
  const evidence::EntryHeader& header = entry.header;
  const auto found = ends_.find(header.chain);
  if (found != ends_.end() || beginning_.is_whole()) {
    compare(entry, found == ends_.end() ? End{} : found->second, report);
  }
  if (found != ends_.end() || ends_.size() <= kStreamsMax) {
    ends_[header.chain] = {.next = header.chain_sequence + 1, .previous = entry.leaf};
  }
}

void ChainRule::compare(const SeenEntry& entry, const End& end, Report& report) const {
  const evidence::EntryHeader& header = entry.header;
  const Uuid stream = entry.media() == nullptr ? Uuid{} : entry.media()->stream;
  const bool is_next = header.chain_sequence == end.next;
  if (is_next && header.chain_previous == end.previous) {
    return;
  }
  const bool is_behind_withheld =
      header.chain_sequence > end.next && withheld_.contains(header.chain_previous);
  if (!is_behind_withheld) {
    report.add(Rule::kChain, Severity::kBroken, stream,
               is_next ? fmt::format("chain {} names another entry as the one before number {}",
                                     header.chain, header.chain_sequence)
                       : fmt::format("chain {} goes on with number {}, the next one is {}",
                                     header.chain, header.chain_sequence, end.next));
    return;
  }
  const bool may_be = may_withhold_.contains(header.chain);
  report.add(Rule::kChain, may_be ? Severity::kNote : Severity::kBroken, stream,
             fmt::format("{} of chain {} {} withheld before number {}",
                         header.chain_sequence - end.next, header.chain,
                         header.chain_sequence - end.next == 1 ? "entry was" : "entries were",
                         header.chain_sequence));
}

}  // namespace candor::rules
