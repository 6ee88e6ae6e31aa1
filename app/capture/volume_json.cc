// SPDX-License-Identifier: Apache-2.0
#include "app/capture/volume_json.h"

#include <string_view>

namespace candor::app {
namespace {

namespace json = boost::json;

std::string_view state_word(storage::VolumeState state) {
  switch (state) {
    case storage::VolumeState::kOk:
      return "ok";
    case storage::VolumeState::kSlow:
      return "slow";
    case storage::VolumeState::kFull:
      return "full";
    case storage::VolumeState::kAway:
      return "away";
  }
  return "away";
}

}  // namespace

json::array volumes_json(const storage::RecorderStatus& recorder) {
  json::array volumes;
  for (const storage::VolumeStatus& volume : recorder.volumes) {
    volumes.push_back({{"name", volume.name},
                       {"state", state_word(volume.state)},
                       {"detail", volume.detail},
                       {"bytes_total", volume.space.bytes_total},
                       // What cannot be told counts as none.
                       {"bytes_free", volume.is_space_known ? volume.space.bytes_free : 0},
                       {"behind_ms", volume.behind.count()},
                       {"failed_files", volume.failed_files}});
  }
  return volumes;
}

}  // namespace candor::app
