// SPDX-License-Identifier: Apache-2.0
// How many whole copies of a session there are: of an ended one what the register of copies has
// verified, of a running one what is being written.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "app/capture/host.h"
#include "core/result.h"
#include "storage/read/catalogue.h"
#include "storage/write/copies/copy_register.h"

namespace candor::app {

/// One thread: the blocking pool's.
class SessionCopies {
 public:
  /// Without a register nothing is known to be whole.
  [[nodiscard]] static Result<SessionCopies> open(const std::string& register_path);

  /// 0: not known yet, or lost.
  [[nodiscard]] std::size_t of(const storage::SessionRecord& session, CaptureHost& host) const;

 private:
  std::unique_ptr<storage::CopyReader> reader_;
};

}  // namespace candor::app
