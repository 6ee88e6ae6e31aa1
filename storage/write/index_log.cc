// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_log.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/ids.h"
#include "storage/write/append_file.h"
#include "storage/write/log_paths.h"
#include "storage/write/mirror/log_copy.h"

namespace candor::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBundleBytesMax = kEntriesPerBundle * (2 + evidence::kEntryBytesMax);
constexpr std::uint64_t kOriginBytesMax = 4096;

Result<std::vector<std::string>> folders_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
    if (it->is_directory(code)) {
      names.push_back(it->path().filename().string());
    }
  }
  if (code) {
    return fail(error_from_errno(code.value(), path));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> add_epochs(const std::string& room, const std::string& folder,
                        std::vector<LogPlace>& logs) {
  CANDOR_TRY(const std::vector<std::string> epochs, folders_in(folder));
  for (const std::string& name : epochs) {
    LogPlace log{.room = room, .epoch = 0, .folder = folder + "/" + name, .log_id = {}};
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data(), end, log.epoch).ptr != end) {
      continue;
    }
    CANDOR_TRY(const Bytes origin,
               read_file(posix_files(), log.folder + "/origin", kOriginBytesMax));
    std::string_view line = as_text(origin);
    line = line.substr(0, line.find('\n'));
    log.log_id = evidence::log_id_of(line);
    logs.push_back(std::move(log));
  }
  return {};
}

Result<std::vector<LogPlace>> logs_of(const std::string& volume_root) {
  std::vector<LogPlace> logs;
  CANDOR_TRY(const std::vector<std::string> rooms, folders_in(volume_root + "/log"));
  for (const std::string& room : rooms) {
    if (is_slug(room)) {
      CANDOR_CHECK(add_epochs(room, volume_root + "/log/" + room, logs));
    }
  }
  return logs;
}

LogExtent reach_of(const LogPlace& log) {
  return extent_of(posix_files(), log.folder).value_or(LogExtent{});
}

}  // namespace

Result<std::vector<LogPlace>> find_logs(const std::vector<std::string>& volume_roots) {
  std::map<std::pair<std::string, std::uint32_t>, LogPlace> furthest;
  Result<void> read = fail(ErrorKind::kNotFound, "there is no volume");
  for (const std::string& root : volume_roots) {
    auto logs = logs_of(root);
    if (!logs.has_value()) {
      read = read.has_value() ? read : fail(std::move(logs.error()));
      continue;
    }
    read = {};
    for (LogPlace& log : *logs) {
      const auto [best, is_first] = furthest.try_emplace({log.room, log.epoch}, log);
      if (!is_first && reach_of(log) > reach_of(best->second)) {
        best->second = std::move(log);
      }
    }
  }
  CANDOR_CHECK(std::move(read));
  std::vector<LogPlace> all;
  for (auto& [name, log] : furthest) {
    all.push_back(std::move(log));
  }
  return all;
}

Result<void> read_log(const LogPlace& log, std::uint64_t first_bundle,
                      const std::function<Result<void>(const std::vector<ByteView>&)>& each) {
  for (std::uint64_t number = first_bundle;; ++number) {
    const std::string whole = bundle_path(log.folder, number, true);
    std::string path = whole;
    // The growing bundle is renamed when it is full: whoever looked for it just then looks again.
    auto bytes = read_file(posix_files(), path, kBundleBytesMax);
    bool is_whole = bytes.has_value();
    if (!is_whole && bytes.error().kind() == ErrorKind::kNotFound) {
      path = bundle_path(log.folder, number, false);
      bytes = read_file(posix_files(), path, kBundleBytesMax);
    }
    if (!bytes.has_value() && bytes.error().kind() == ErrorKind::kNotFound) {
      bytes = read_file(posix_files(), whole, kBundleBytesMax);
      is_whole = bytes.has_value();
    }
    if (!bytes.has_value()) {
      if (bytes.error().kind() == ErrorKind::kNotFound) {
        return {};
      }
      return fail(std::move(bytes.error()));
    }
    const evidence::Bundle bundle = evidence::read_bundle(*bytes);
    if (is_whole &&
        (bundle.consumed != bytes->size() || bundle.entries.size() != kEntriesPerBundle)) {
      return fail(ErrorKind::kDataLoss, path + ": does not hold 256 whole entries");
    }
    CANDOR_CHECK(with_context(each(bundle.entries), path));
    if (!is_whole && bundle.entries.size() < kEntriesPerBundle) {
      return {};
    }
  }
}

}  // namespace candor::storage
