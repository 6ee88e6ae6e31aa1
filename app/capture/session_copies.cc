// SPDX-License-Identifier: Apache-2.0
#include "app/capture/session_copies.h"

#include <utility>

namespace candor::app {

Result<SessionCopies> SessionCopies::open(const std::string& register_path) {
  SessionCopies copies;
  auto reader = storage::CopyReader::open(register_path);
  if (reader.has_value()) {
    copies.reader_ = std::make_unique<storage::CopyReader>(std::move(*reader));
  } else if (reader.error().kind() != ErrorKind::kNotFound) {
    return fail(std::move(reader.error()));
  }
  return copies;
}

std::size_t SessionCopies::of(const storage::SessionRecord& session, CaptureHost& host) const {
  if (Room* room = host.find_session(session.session); room != nullptr) {
    const auto running = room->find_session(session.session);
    return running.has_value() ? running->copies : 0;
  }
  return reader_ == nullptr ? 0 : reader_->copies_of(session.session).value_or(0);
}

}  // namespace candor::app
