// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/decode_order.h"

#include <algorithm>

#include "capture/rtsp/sequence_facts.h"

namespace candor::rtsp {
namespace {

constexpr std::int64_t kFirstStep = kVideoClockRate / 25;
constexpr std::int64_t kEarlyMax = kVideoClockRate;  // No reordering reaches a second back.

}  // namespace

std::int64_t DecodeOrder::before_the_first() const {
  const auto missing = static_cast<std::int64_t>(depth_ + 1 - pending_.size());
  return pending_.front() - missing * kFirstStep;
}

DecodeOrder::Placed DecodeOrder::place(std::int64_t presentation_ticks, ReorderDepth told,
                                       bool is_restarted) {
  if (is_restarted || !is_started_) {
    pending_.clear();
  }
  depth_ = std::max<std::size_t>(depth_, std::min(told.value_or(0), kReorderFramesMax));
  const bool is_early = is_started_ && !is_restarted && presentation_ticks <= last_;
  const bool is_reordered = depth_ > 0 || !told.has_value();
  if (is_early && (!is_reordered || last_ - presentation_ticks > kEarlyMax)) {
    return {.decode_ticks = ++last_};  // No frame is reordered like this: the stamp is wrong.
  }
  if (is_early && !told.has_value() && depth_ < kReorderFramesMax) {
    ++depth_;
  }
  pending_.insert(std::ranges::upper_bound(pending_, presentation_ticks), presentation_ticks);
  std::int64_t decode = 0;
  if (pending_.size() > depth_) {
    decode = pending_.front();
    pending_.erase(pending_.begin());
  } else {
    decode = before_the_first();
  }
  last_ = is_started_ && !is_restarted ? std::max(decode, last_ + 1) : decode;
  is_started_ = true;
  return {.decode_ticks = last_,
          .composition_offset = static_cast<std::int32_t>(presentation_ticks - last_)};
}

}  // namespace candor::rtsp
