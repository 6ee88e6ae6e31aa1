// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/power/journal.h"

#include <utility>

namespace candor::crash {

Journal::Journal(const std::string& folder, const Clock& clock)
    : clock_(clock),
      lines_(folder + "/journal.jsonl"),
      data_(folder + "/journal.data", std::ios::binary) {}

void Journal::note(std::string_view op, std::string_view path, boost::json::object more,
                   ByteView data) {
  more["op"] = op;
  more["path"] = path;
  const std::lock_guard lock(mutex_);
  more["at"] = clock_.utc().ns;
  if (!data.empty()) {
    more["bytes"] = data.size();
    data_ << as_text(data);
  }
  lines_ << boost::json::serialize(more) << '\n';
}

}  // namespace candor::crash
