// SPDX-License-Identifier: Apache-2.0
// A stream of a test clip as a camera sends it: unit n since 1970 is unit n modulo the clip's
// length, so that its bytes tell when it was sent (bench/README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/media.h"
#include "core/result.h"
#include "media/fragment/fragmenter.h"

namespace candor::crash {

/// One thread.
class ClipStream {
 public:
  /// Errors: those of the clip's loading and of make_init_segment.
  [[nodiscard]] static Result<ClipStream> open(MediaKind kind, const std::string& path);

  /// When the first unit after this instant is sent that can be decoded alone.
  [[nodiscard]] UtcTime first_key_after(UtcTime time) const;

  /// The stream begins with the first such unit at or after `from`; what follows continues it.
  void begin(UtcTime from);
  /// Goes on with the first such unit at or after `to`: a camera that was away.
  void skip_to(UtcTime to);

  /// The next chunk, if all of it has been sent at `now`.
  [[nodiscard]] ChunkPtr next(UtcTime now);

  [[nodiscard]] const InitSegmentPtr& init() const { return init_; }

 private:
  struct Unit {
    Bytes data;
    bool is_key = false;
  };
  ClipStream() = default;
  [[nodiscard]] Result<void> load_picture(const std::string& path);
  [[nodiscard]] Result<void> load_sound(const std::string& path);
  [[nodiscard]] const Unit& unit(std::int64_t number) const;
  [[nodiscard]] UtcTime time_of(std::int64_t number) const;
  [[nodiscard]] Sample sample() const;
  [[nodiscard]] std::int64_t first_key_at(UtcTime time) const;

  std::vector<Unit> units_;
  InitSegmentPtr init_;
  std::int64_t unit_ticks_ = 0;
  std::int64_t next_ = 0;
  bool is_new_ = true;  // The next sample does not continue the one before.
  std::optional<media::Fragmenter> fragmenter_;
};

}  // namespace candor::crash
