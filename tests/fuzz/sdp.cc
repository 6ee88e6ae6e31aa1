// SPDX-License-Identifier: Apache-2.0
// A camera's session description, and what its tracks start with.
#include "capture/rtsp/sdp.h"

#include "capture/rtsp/depacketizer.h"
#include "core/assert.h"
#include "core/bytes.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto sdp = rtsp::parse_sdp(as_text({data, size}));
  if (!sdp.has_value()) {
    CANDOR_ASSERT(sdp.error().kind() == ErrorKind::kUnsupported);
    return 0;
  }
  CANDOR_ASSERT(!sdp->tracks.empty() && sdp->tracks.size() <= 2);
  for (const rtsp::SdpTrack& track : sdp->tracks) {
    CANDOR_ASSERT(track.clock_rate > 0);
    CANDOR_ASSERT(!rtsp::resolve_control("rtsp://camera/", track.control).empty());
    const auto ignore = [](const rtsp::AccessUnit&) {};
    static_cast<void>(rtsp::make_depacketizer(track, ignore));
  }
  return 0;
}

}  // namespace candor
