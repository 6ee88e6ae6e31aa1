// SPDX-License-Identifier: Apache-2.0
#include "storage/write/unowned_files.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "storage/write/chunk_walk.h"

namespace candor::storage {
namespace {

constexpr std::size_t kDays = 2;  // The clock may have passed midnight since.

// "0000000012-20260921T141320.000Z.mp4": 12.
std::optional<std::uint64_t> segment_number(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_segment = error == std::errc() && end != name.data() + name.size() && *end == '-' &&
                          name.ends_with(".mp4");
  return is_segment ? std::optional(number) : std::nullopt;
}

// What cannot be read as boxes holds none.
bool holds_chunk(const std::string& path) {
  auto file = bmff::BoxFile::open(path);
  if (!file.has_value()) {
    return false;
  }
  const auto chunk = next_chunk(*file);
  return chunk.has_value() && chunk->has_value();
}

Result<std::vector<std::string>> names_in(const Volume& volume, const std::string& folder) {
  auto names = volume.files().list(volume.absolute(folder));
  if (!names.has_value() && names.error().kind() == ErrorKind::kNotFound) {
    return std::vector<std::string>();
  }
  return names;
}

}  // namespace

Result<std::size_t> quarantine_unowned(const Volume& volume, const UnownedFrom& from, UtcTime now) {
  const std::string folder = fmt::format("media/{}/{}", from.room, from.stream);
  CANDOR_TRY(const std::vector<std::string> days, names_in(volume, folder));
  std::size_t moved = 0;
  for (std::size_t day = days.size() - std::min(days.size(), kDays); day < days.size(); ++day) {
    const std::string day_folder = fmt::format("{}/{}", folder, days[day]);
    CANDOR_TRY(const std::vector<std::string> names, names_in(volume, day_folder));
    for (const std::string& name : names) {
      const std::string path = fmt::format("{}/{}", day_folder, name);
      if (segment_number(name).value_or(0) >= from.next_segment &&
          !holds_chunk(volume.absolute(path))) {
        CANDOR_CHECK(volume.quarantine(path, now));
        ++moved;
      }
    }
  }
  return moved;
}

}  // namespace candor::storage
