// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/epochs.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include <boost/json.hpp>

#include "core/ids.h"
#include "storage/write/append_file.h"

namespace candor::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t kFileBytesMax = std::uint64_t{8} << 20;

std::string path_in(const std::string& state_folder) { return state_folder + "/epochs.json"; }

std::string text_in(const json::object& object, const char* key) {
  const json::value* field = object.if_contains(key);
  return field != nullptr && field->is_string() ? std::string(field->get_string()) : std::string();
}

Result<Epochs> read_file_of(const std::string& path) {
  Epochs epochs;
  const auto bytes = storage::read_file(storage::posix_files(), path, kFileBytesMax);
  if (!bytes.has_value()) {
    return bytes.error().kind() == ErrorKind::kNotFound ? Result<Epochs>(epochs)
                                                        : fail(bytes.error());
  }
  boost::system::error_code code;
  const json::value value = json::parse(json::string_view(as_text(*bytes)), code);
  if (code.failed() || !value.is_object()) {
    return fail(ErrorKind::kDataLoss, path + ": is no register of epochs");
  }
  for (const auto& [room, entry] : value.get_object()) {
    const json::object* fields = entry.if_object();
    const json::value* number = fields == nullptr ? nullptr : fields->if_contains("epoch");
    boost::system::error_code wrong;
    const auto epoch =
        number == nullptr ? std::uint32_t{0} : number->to_number<std::uint32_t>(wrong);
    if (wrong.failed() || epoch == 0) {
      return fail(ErrorKind::kDataLoss, path + ": is no register of epochs");
    }
    epochs[std::string(room)] = {.number = epoch,
                                 .previous_origin = text_in(*fields, "previous"),
                                 .previous_checkpoint = text_in(*fields, "checkpoint"),
                                 .reason = text_in(*fields, "reason")};
  }
  return epochs;
}

// A volume that cannot be read says nothing: opening it says what is wrong.
void look_at_volume(const std::string& root, Epochs& epochs) {
  std::error_code code;
  for (const auto& room : fs::directory_iterator(root + "/log", code)) {
    const std::string name = room.path().filename().string();
    std::error_code inner;
    for (const auto& folder : fs::directory_iterator(room.path(), inner)) {
      const std::string text = folder.path().filename().string();
      std::uint32_t number = 0;
      const char* end = text.data() + text.size();
      if (is_slug(name) && std::from_chars(text.data(), end, number).ptr == end &&
          number > epochs[name].number) {
        epochs[name] = {.number = number,
                        .previous_origin = "",
                        .previous_checkpoint = "",
                        .reason = "the volume holds it"};
      }
    }
  }
}

}  // namespace

Result<Epochs> read_epochs(const std::string& state_folder,
                           const std::vector<std::string>& volume_roots) {
  CANDOR_TRY(Epochs epochs, read_file_of(path_in(state_folder)));
  for (const std::string& root : volume_roots) {
    look_at_volume(root, epochs);
  }
  return epochs;
}

Result<void> begin_next_epoch(const std::string& state_folder, const BrokenLog& broken) {
  CANDOR_TRY(Epochs epochs, read_file_of(path_in(state_folder)));
  Epoch& epoch = epochs[broken.log.room];
  if (epoch.number > broken.log.epoch) {
    return {};
  }
  epoch = {.number = broken.log.epoch + 1,
           .previous_origin = broken.origin,
           .previous_checkpoint = broken.checkpoint,
           .reason = broken.reason};
  json::object object;
  for (const auto& [room, known] : epochs) {
    object[room] = {{"epoch", known.number},
                    {"previous", known.previous_origin},
                    {"checkpoint", known.previous_checkpoint},
                    {"reason", known.reason}};
  }
  CANDOR_CHECK(storage::make_folders(storage::posix_files(), state_folder));
  return storage::replace_file(storage::posix_files(), path_in(state_folder),
                               as_bytes(json::serialize(object)));
}

}  // namespace candor::app
