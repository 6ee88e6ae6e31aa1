// SPDX-License-Identifier: Apache-2.0
#include "storage/write/mirror/open_volumes.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <sys/stat.h>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "storage/write/append_file.h"

namespace candor::storage {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kRegisterBytesMax = 65'536;

using KnownVolumes = std::map<std::string, Uuid>;

Result<KnownVolumes> read_register(const std::string& path) {
  KnownVolumes known;
  const auto bytes = read_file(posix_files(), path, kRegisterBytesMax);
  if (!bytes.has_value()) {
    return bytes.error().kind() == ErrorKind::kNotFound ? Result<KnownVolumes>(known)
                                                        : fail(bytes.error());
  }
  boost::system::error_code code;
  const json::value value = json::parse(json::string_view(as_text(*bytes)), code);
  if (code.failed() || !value.is_object()) {
    return fail(ErrorKind::kFailedPrecondition, path + ": is not a register of volumes");
  }
  for (const auto& [name, id] : value.get_object()) {
    if (!id.is_string()) {
      return fail(ErrorKind::kFailedPrecondition, path + ": is not a register of volumes");
    }
    CANDOR_TRY(known[std::string(name)], parse_uuid(std::string_view(id.get_string())));
  }
  return known;
}

Result<void> write_register(const std::string& path, const KnownVolumes& known) {
  json::object object;
  for (const auto& [name, id] : known) {
    object[name] = to_string(id);
  }
  CANDOR_CHECK(make_folders(posix_files(), parent_of(path)));
  return replace_file(posix_files(), path, as_bytes(json::serialize(object)));
}

// The volume this name has always been.
Result<Volume> open_known(const VolumeSpec& spec, const Uuid& id, FileSystem& files) {
  Volume expected = Volume::expected(spec.path, spec.name, id, files);
  CANDOR_CHECK(expected.probe());
  return expected;
}

Result<void> take_lock(const VolumeSpec& spec, VolumeSlot& slot) {
  CANDOR_TRY(slot.lock, with_context(StateLock::take_volume(spec.path), spec.place));
  return {};
}

Result<dev_t> device_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(error_from_errno(errno, path));
  }
  return status.st_dev;
}

Result<void> check_devices(const std::vector<VolumeSpec>& specs,
                           const std::vector<VolumeSlot>& slots) {
  std::map<dev_t, std::string> found;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (slots[i].fault.has_value()) {
      continue;
    }
    CANDOR_TRY(const dev_t device, device_of(specs[i].path));
    const auto [first, is_new] = found.emplace(device, specs[i].name);
    if (!is_new && !specs[i].may_share_device) {
      return fail(
          ErrorKind::kFailedPrecondition,
          fmt::format("{}: is on the same device as volume '{}', which both die with; mount "
                      "another one, or say same_device = true",
                      specs[i].place, first->second));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<VolumeSlot>> open_volumes(const std::vector<VolumeSpec>& specs,
                                             const std::string& state_folder, UtcTime now,
                                             FileSystem& files) {
  const std::string path = state_folder + "/volumes.json";
  CANDOR_TRY(KnownVolumes known, read_register(path));
  std::vector<VolumeSlot> slots;
  std::string first_fault;
  for (const VolumeSpec& spec : specs) {
    const auto id = known.find(spec.name);
    if (id == known.end()) {
      CANDOR_TRY(Volume fresh,
                 with_context(Volume::open(spec.path, spec.name, now, files), spec.place));
      CANDOR_CHECK(with_context(fresh.probe(), spec.place));
      known[spec.name] = fresh.id();
      slots.push_back({.volume = std::move(fresh)});
      CANDOR_CHECK(take_lock(spec, slots.back()));
      continue;
    }
    auto opened = open_known(spec, id->second, files);
    slots.push_back({.volume = Volume::expected(spec.path, spec.name, id->second, files)});
    if (opened.has_value()) {
      CANDOR_CHECK(take_lock(spec, slots.back()));
    } else {
      slots.back().fault = opened.error();
      if (first_fault.empty()) {
        first_fault = std::move(opened.error()).within(spec.place).message();
      }
    }
  }
  const bool is_any_well =
      std::ranges::any_of(slots, [](const VolumeSlot& slot) { return !slot.fault.has_value(); });
  if (!is_any_well) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("{}; to begin a new volume in its place, take its line out of {}",
                            first_fault, path));
  }
  CANDOR_CHECK(check_devices(specs, slots));
  CANDOR_CHECK(write_register(path, known));
  return slots;
}

}  // namespace candor::storage
