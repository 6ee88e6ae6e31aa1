// SPDX-License-Identifier: Apache-2.0
// What a disk was told, in order: a line of JSON for each operation, the written bytes beside it.
#pragma once

#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/bytes.h"
#include "core/time.h"

namespace candor::crash {

/// Thread: any; each line is whole. Shape: <folder>/journal.jsonl, <folder>/journal.data.
class Journal {
 public:
  Journal(const std::string& folder, const Clock& clock);

  /// {"op":..,"path":..,"at":<UTC ns>} and what is in `more`; `data` goes to the end of the other
  /// file, its length into "bytes".
  void note(std::string_view op, std::string_view path, boost::json::object more = {},
            ByteView data = {});

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::ofstream lines_;
  std::ofstream data_;
};

}  // namespace candor::crash
