// SPDX-License-Identifier: Apache-2.0
#include "storage/write/tree/stamp_files.h"

#include "evidence/note.h"
#include "storage/write/append_file.h"

namespace candor::storage {

Result<void> write_stamp(const Volume& volume, const LogName& log, const StampFiles& files) {
  const std::string folder = volume.log_folder(log.room, log.epoch);
  const std::string stamps = folder + "/timestamps";
  const std::string base = stamps + "/" + std::to_string(files.size);
  CANDOR_CHECK(make_folders_below(volume.files(), folder, stamps));
  const auto there = read_file(volume.files(), base + ".note", evidence::kNoteBytesMax);
  if (there.has_value() && as_text(*there) != files.note) {
    return fail(ErrorKind::kAlreadyExists, base + ".note: is another note");
  }
  if (!there.has_value()) {
    CANDOR_CHECK(replace_file(volume.files(), base + ".note", as_bytes(files.note)));
  }
  return replace_file(volume.files(), base + "-" + files.authority + ".tsr", files.token);
}

}  // namespace candor::storage
