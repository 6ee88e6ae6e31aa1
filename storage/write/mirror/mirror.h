// SPDX-License-Identifier: Apache-2.0
// The volumes that hold the same recording. What one of them cannot do, the others do; it is told,
// and it is taken back when it is well.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "storage/write/mirror/open_volumes.h"
#include "storage/write/mirror/volume_writer.h"
#include "storage/write/mirror/vote.h"

namespace candor::storage {

/// Thread: the recorder's, but for status(). Stops its volumes when destroyed.
class Mirror {
 public:
  using Writers = std::vector<std::shared_ptr<VolumeWriter>>;

  Mirror(std::vector<VolumeSlot> volumes, const Clock& clock, VolumeWriter::Options options);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;
  Mirror(Mirror&&) = delete;
  Mirror& operator=(Mirror&&) = delete;

  [[nodiscard]] const Writers& writers() const { return writers_; }
  [[nodiscard]] Writers present() const;  // Those that are not away.
  /// Volumes that a new file would be written to.
  [[nodiscard]] std::size_t accepting_media() const;
  /// No volume takes media, and one of them for want of space.
  [[nodiscard]] bool is_full() const;

  /// Nothing can be written any more.
  [[nodiscard]] bool is_lost() const { return writers_.size() == 1 || present().empty(); }

  /// Hands the volumes what was posted.
  void flush();
  /// Hands over and waits for the first volume that has done it. Errors: those of the vote.
  [[nodiscard]] Result<void> wait(const VotePtr& vote);

  /// Each second: measures space, gives up what is stuck, looks after what is away. Returns the
  /// volumes that are well again; each must come_back() and have its logs brought up.
  [[nodiscard]] Writers tend();
  [[nodiscard]] std::vector<VolumeFault> take_faults();

  [[nodiscard]] std::vector<VolumeStatus> status() const;
  void stop();

 private:
  Writers writers_;
};

}  // namespace candor::storage
