// SPDX-License-Identifier: Apache-2.0
#include "storage/write/mirror/mirror.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace candor::storage {

Mirror::Mirror(std::vector<VolumeSlot> volumes, const Clock& clock, VolumeWriter::Options options) {
  options.is_alone = volumes.size() == 1;
  for (VolumeSlot& slot : volumes) {
    writers_.push_back(VolumeWriter::start(std::move(slot), clock, options));
  }
}

Mirror::~Mirror() { stop(); }

void Mirror::stop() {
  for (const auto& writer : writers_) {
    writer->stop();
  }
}

Mirror::Writers Mirror::present() const {
  Writers present;
  std::ranges::copy_if(writers_, std::back_inserter(present),
                       [](const auto& writer) { return !writer->is_away(); });
  return present;
}

std::size_t Mirror::accepting_media() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(writers_, [](const auto& writer) { return writer->accepts_media(); }));
}

bool Mirror::is_full() const {
  return accepting_media() == 0 &&
         std::ranges::any_of(writers_, [](const auto& writer) { return writer->is_full(); });
}

void Mirror::flush() {
  for (const auto& writer : writers_) {
    writer->flush();
  }
}

Result<void> Mirror::wait(const VotePtr& vote) {
  flush();
  return vote->wait();
}

Mirror::Writers Mirror::tend() {
  Writers returning;
  for (const auto& writer : writers_) {
    if (writer->is_away() && writer->is_ready_to_return()) {
      returning.push_back(writer);
    } else {
      writer->tend();
    }
  }
  return returning;
}

std::vector<VolumeFault> Mirror::take_faults() {
  std::vector<VolumeFault> faults;
  for (const auto& writer : writers_) {
    std::ranges::move(writer->take_faults(), std::back_inserter(faults));
  }
  return faults;
}

std::vector<VolumeStatus> Mirror::status() const {
  std::vector<VolumeStatus> all;
  std::ranges::transform(writers_, std::back_inserter(all),
                         [](const auto& writer) { return writer->status(); });
  return all;
}

}  // namespace candor::storage
