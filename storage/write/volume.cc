// SPDX-License-Identifier: Apache-2.0
#include "storage/write/volume.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sys/statvfs.h>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "storage/write/append_file.h"

namespace candor::storage {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t kVolumeVersion = 1;
constexpr std::uint64_t kIdentityBytesMax = 4096;
constexpr std::string_view kRetiredFile = "/volume.retired";

bool is_empty_folder(const std::string& root) {
  std::error_code code;
  const fs::directory_iterator entries(root, code);
  // lost+found stands in every fresh ext4 file system.
  return !code && std::all_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
    return entry.path().filename() == "lost+found";
  });
}

Result<Uuid> make_identity(const std::string& path, const std::string& name, UtcTime now) {
  const Uuid id = make_uuid(now);
  const json::object identity{{"candor_volume", kVolumeVersion},
                              {"id", to_string(id)},
                              {"name", name},
                              {"created", to_rfc3339(now)}};
  CANDOR_CHECK(replace_file(path, as_bytes(json::serialize(identity))));
  return id;
}

Result<Uuid> read_identity(const std::string& path, const std::string& name) {
  CANDOR_TRY(const Bytes bytes, read_file(path, kIdentityBytesMax));
  boost::system::error_code code;
  const json::value value = json::parse(json::string_view(as_text(bytes)), code);
  const json::object* object = value.if_object();
  const json::value* version = object == nullptr ? nullptr : object->if_contains("candor_volume");
  const json::value* id = object == nullptr ? nullptr : object->if_contains("id");
  const json::value* own_name = object == nullptr ? nullptr : object->if_contains("name");
  if (code.failed() || version == nullptr || !version->is_int64() || id == nullptr ||
      !id->is_string() || own_name == nullptr || !own_name->is_string()) {
    return fail(ErrorKind::kFailedPrecondition, path + ": is not the identity of a volume");
  }
  if (version->get_int64() > kVolumeVersion) {
    return fail(ErrorKind::kUnsupported,
                path + ": was written by a newer version of Candor; use that version");
  }
  if (std::string_view(own_name->get_string()) != name) {
    return fail(
        ErrorKind::kFailedPrecondition,
        fmt::format("{}: is volume '{}', the configuration says '{}'; mount the right volume", path,
                    std::string_view(own_name->get_string()), name));
  }
  return parse_uuid(std::string_view(id->get_string()));
}

// Where a folder's sync failed nothing is written before a person has looked.
Result<void> check_retired(const std::string& path) {
  if (!fs::exists(path)) {
    return {};
  }
  const auto why = read_file(path, kIdentityBytesMax);
  return fail(ErrorKind::kFailedPrecondition,
              fmt::format("{}: the volume was retired: {}; look at the disk, then remove this file",
                          path, why.has_value() ? as_text(*why) : "the reason cannot be read"));
}

}  // namespace

Volume::Volume(std::string root, std::string name, Uuid id)
    : root_(std::move(root)), name_(std::move(name)), id_(id) {}

Result<Volume> Volume::open(std::string root, std::string name, UtcTime now) {
  const std::string identity = root + "/volume.json";
  if (fs::exists(identity)) {
    CANDOR_TRY(const Uuid id, read_identity(identity, name));
    CANDOR_CHECK(check_retired(root + std::string(kRetiredFile)));
    return Volume(std::move(root), std::move(name), id);
  }
  CANDOR_CHECK(make_folders(root));
  if (!is_empty_folder(root)) {
    return fail(
        ErrorKind::kFailedPrecondition,
        root + ": holds other files and no volume.json; give an empty folder or the volume");
  }
  CANDOR_TRY(const Uuid id, make_identity(identity, name, now));
  return Volume(std::move(root), std::move(name), id);
}

std::string Volume::segment_path(std::string_view room, std::string_view stream,
                                 std::uint64_t segment, UtcTime start) {
  return fmt::format("media/{}/{}/{}/{:010}-{}.mp4", room, stream, utc_day(start), segment,
                     utc_file_stamp(start));
}

std::string Volume::absolute(std::string_view relative) const {
  return fmt::format("{}/{}", root_, relative);
}

std::string Volume::log_folder(std::string_view room, std::uint32_t epoch) const {
  return fmt::format("{}/log/{}/{}", root_, room, epoch);
}

std::string Volume::quarantine_path(std::string_view relative, UtcTime now) const {
  std::string flat(relative);
  std::replace(flat.begin(), flat.end(), '/', '_');
  return fmt::format("{}/quarantine/{}-{}", root_, flat, utc_file_stamp(now));
}

void Volume::retire(std::string_view why, UtcTime now) const {
  const std::string text = fmt::format("{}: {}", to_rfc3339(now), why);
  log::error("storage.volume-retired", {{"volume", name_}, {"why", why}});
  if (auto told = replace_file(root_ + std::string(kRetiredFile), as_bytes(text));
      !told.has_value()) {
    log::error("storage.volume-retired-unwritten", {{"error", told.error().message()}});
  }
}

Result<VolumeSpace> Volume::space() const {
  struct statvfs status{};
  if (::statvfs(root_.c_str(), &status) != 0) {
    return fail(error_from_errno(errno, root_ + ": free space"));
  }
  return VolumeSpace{.bytes_total = status.f_blocks * status.f_frsize,
                     .bytes_free = status.f_bavail * status.f_frsize};
}

}  // namespace candor::storage
