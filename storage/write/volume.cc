// SPDX-License-Identifier: Apache-2.0
#include "storage/write/volume.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "storage/write/append_file.h"
#include "storage/write/log_paths.h"

namespace candor::storage {
namespace {

namespace json = boost::json;

constexpr std::int64_t kVolumeVersion = 1;
constexpr std::uint64_t kIdentityBytesMax = 4096;
constexpr std::string_view kIdentityFile = "/volume.json";
constexpr std::string_view kRetiredFile = "/volume.retired";

Result<bool> is_empty_folder(FileSystem& files, const std::string& root) {
  CANDOR_TRY(const std::vector<std::string> names, files.list(root));
  // lost+found stands in every fresh ext4 file system; the other one is left when the power was cut
  // while a volume was made.
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name == "lost+found" || name == "volume.json.new";
  });
}

Result<Uuid> make_identity(FileSystem& files, const std::string& path, const std::string& name,
                           UtcTime now) {
  const Uuid id = make_uuid(now);
  const json::object identity{{"candor_volume", kVolumeVersion},
                              {"id", to_string(id)},
                              {"name", name},
                              {"created", to_rfc3339(now)}};
  CANDOR_CHECK(replace_file(files, path, as_bytes(json::serialize(identity))));
  return id;
}

Result<Uuid> read_identity(FileSystem& files, const std::string& path, const std::string& name) {
  CANDOR_TRY(const Bytes bytes, read_file(files, path, kIdentityBytesMax));
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
Result<void> check_retired(FileSystem& files, const std::string& path) {
  CANDOR_TRY(const bool is_retired, exists(files, path));
  if (!is_retired) {
    return {};
  }
  const auto why = read_file(files, path, kIdentityBytesMax);
  return fail(ErrorKind::kFailedPrecondition,
              fmt::format("{}: the volume was retired: {}; look at the disk, then remove this file",
                          path, why.has_value() ? as_text(*why) : "the reason cannot be read"));
}

}  // namespace

Volume::Volume(std::string root, std::string name, Uuid id, FileSystem& files)
    : root_(std::move(root)), name_(std::move(name)), id_(id), files_(&files) {}

Result<Volume> Volume::open(std::string root, std::string name, UtcTime now, FileSystem& files) {
  const std::string identity = root + std::string(kIdentityFile);
  CANDOR_TRY(const bool is_known, exists(files, identity));
  if (is_known) {
    CANDOR_TRY(const Uuid id, read_identity(files, identity, name));
    CANDOR_CHECK(check_retired(files, root + std::string(kRetiredFile)));
    CANDOR_CHECK(files.sync_folder(root));  // Whoever made it may have been killed before that.
    return Volume(std::move(root), std::move(name), id, files);
  }
  CANDOR_CHECK(make_folders(files, root));
  CANDOR_TRY(const bool is_empty, is_empty_folder(files, root));
  if (!is_empty) {
    return fail(
        ErrorKind::kFailedPrecondition,
        root + ": holds other files and no volume.json; give an empty folder or the volume");
  }
  CANDOR_TRY(const Uuid id, make_identity(files, identity, name, now));
  return Volume(std::move(root), std::move(name), id, files);
}

Volume Volume::expected(std::string root, std::string name, const Uuid& id, FileSystem& files) {
  return {std::move(root), std::move(name), id, files};
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
  return absolute(storage::log_folder(room, epoch));
}

std::string Volume::quarantine_path(std::string_view relative, UtcTime now) const {
  std::string flat(relative);
  std::replace(flat.begin(), flat.end(), '/', '_');
  return fmt::format("{}/quarantine/{}-{}", root_, flat, utc_file_stamp(now));
}

Result<void> Volume::quarantine(std::string_view relative, UtcTime now) const {
  const std::string aside = quarantine_path(relative, now);
  CANDOR_CHECK(make_folders_below(*files_, root_, parent_of(aside)));
  return rename_file(*files_, absolute(relative), aside);
}

Result<void> Volume::quarantine_tail(std::string_view relative, std::uint64_t keep,
                                     UtcTime now) const {
  return storage::quarantine_tail(*files_, absolute(relative), keep,
                                  quarantine_path(relative, now));
}

Result<void> Volume::check() const {
  const std::string identity = root_ + std::string(kIdentityFile);
  const auto found = read_identity(*files_, identity, name_);
  if (!found.has_value() && found.error().kind() == ErrorKind::kNotFound) {
    return fail(ErrorKind::kNotFound, root_ + ": no volume is there any more; is it mounted?");
  }
  CANDOR_CHECK(found);
  if (*found != id_) {
    return fail(ErrorKind::kFailedPrecondition,
                identity + ": is another volume than the one that was here");
  }
  return {};
}

Result<void> Volume::probe() const {
  CANDOR_CHECK(check());
  CANDOR_CHECK(check_retired(*files_, root_ + std::string(kRetiredFile)));
  const std::string trial = root_ + "/volume.probe";
  CANDOR_CHECK(replace_file(*files_, trial, as_bytes(name_)));
  return remove_file(*files_, trial);
}

void Volume::retire(std::string_view why, UtcTime now) const {
  const std::string text = fmt::format("{}: {}", to_rfc3339(now), why);
  log::error("storage.volume-retired", {{"volume", name_}, {"why", why}});
  if (!check().has_value()) {
    return;  // It is another volume's folder now, or an empty mount point.
  }
  if (auto told = replace_file(*files_, root_ + std::string(kRetiredFile), as_bytes(text));
      !told.has_value()) {
    log::error("storage.volume-retired-unwritten", {{"error", told.error().message()}});
  }
}

Result<VolumeSpace> Volume::space() const { return files_->space(root_); }

}  // namespace candor::storage
