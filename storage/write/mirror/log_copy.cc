// SPDX-License-Identifier: Apache-2.0
#include "storage/write/mirror/log_copy.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evidence/entry.h"
#include "storage/write/append_file.h"
#include "storage/write/log_paths.h"

namespace candor::storage {
namespace {

constexpr std::uint64_t kBundleBytesMax =
    kEntriesPerBundle * (2 + std::uint64_t{evidence::kEntryBytesMax});
constexpr std::uint64_t kComparedBundles = 2;

// None: there is no such file.
Result<std::optional<Bytes>> read_if_there(FileSystem& files, const std::string& path) {
  auto bytes = read_file(files, path, kBundleBytesMax);
  if (!bytes.has_value() && bytes.error().kind() == ErrorKind::kNotFound) {
    return std::optional<Bytes>();
  }
  if (!bytes.has_value()) {
    return fail(std::move(bytes.error()));
  }
  return std::optional<Bytes>(std::move(*bytes));
}

// One run over the bundles of `from`.
class LogCopy {
 public:
  LogCopy(const Volume& from, const Volume& to, const std::string& folder, UtcTime now)
      : from_(from), to_(to), folder_(folder), now_(now) {}

  [[nodiscard]] Result<bool> run(const LogExtent& extent) {
    CANDOR_CHECK(to_.check());  // Not into an empty mount point.
    CANDOR_CHECK(
        make_folders_below(to_.files(), to_.root(), to_.absolute(folder_ + "/tile/entries")));
    CANDOR_CHECK(copy_origin());
    for (std::uint64_t number = 0; number < extent.whole_bundles; ++number) {
      CANDOR_TRY(const bool has_it, has_same_size(number));
      if (!has_it || number + kComparedBundles >= extent.whole_bundles) {
        CANDOR_CHECK(copy_bundle(number, true, kBundleBytesMax));
      }
    }
    CANDOR_CHECK(copy_bundle(extent.whole_bundles, false, extent.part_bytes));
    CANDOR_CHECK(set_aside_behind(extent.whole_bundles));
    return is_fork_;
  }

 private:
  [[nodiscard]] Result<void> copy_origin() {
    CANDOR_TRY(const std::optional<Bytes> ours,
               read_if_there(to_.files(), to_.absolute(folder_ + "/origin")));
    if (ours.has_value()) {
      return {};
    }
    CANDOR_TRY(const Bytes origin,
               read_file(from_.files(), from_.absolute(folder_ + "/origin"), kBundleBytesMax));
    return replace_file(to_.files(), to_.absolute(folder_ + "/origin"), origin);
  }

  [[nodiscard]] Result<bool> has_same_size(std::uint64_t number) const {
    const std::string path = bundle_path(folder_, number, true);
    CANDOR_TRY(const auto theirs, from_.files().status(from_.absolute(path)));
    CANDOR_TRY(const auto ours, to_.files().status(to_.absolute(path)));
    return theirs.has_value() && ours.has_value() && theirs->bytes == ours->bytes;
  }

  // The growing bundle may have been finished meanwhile: its beginning is the same.
  [[nodiscard]] Result<Bytes> bundle_of_from(std::uint64_t number, bool is_whole,
                                             std::uint64_t bytes) const {
    CANDOR_TRY(
        std::optional<Bytes> found,
        read_if_there(from_.files(), from_.absolute(bundle_path(folder_, number, is_whole))));
    if (!found.has_value()) {
      CANDOR_TRY(found, read_if_there(from_.files(),
                                      from_.absolute(bundle_path(folder_, number, !is_whole))));
    }
    if (!found.has_value() || (!is_whole && found->size() < bytes)) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("{}: bundle {} is missing", from_.absolute(folder_), number));
    }
    found->resize(std::min<std::size_t>(found->size(), static_cast<std::size_t>(bytes)));
    return std::move(*found);
  }

  [[nodiscard]] Result<void> copy_bundle(std::uint64_t number, bool is_whole, std::uint64_t bytes) {
    const std::string path = bundle_path(folder_, number, is_whole);
    const std::string other = bundle_path(folder_, number, !is_whole);
    Bytes wanted;
    if (is_whole || bytes > 0) {
      CANDOR_TRY(wanted, bundle_of_from(number, is_whole, bytes));
    }
    CANDOR_CHECK(set_aside_unless_beginning(other, wanted));
    CANDOR_TRY(const std::optional<Bytes> found, read_if_there(to_.files(), to_.absolute(path)));
    if (wanted.empty()) {
      return found.has_value() ? set_aside_unless_beginning(path, wanted) : Result<void>();
    }
    if (found.has_value() && *found == wanted) {
      return {};
    }
    if (found.has_value() && !is_beginning(*found, wanted)) {
      CANDOR_CHECK(set_aside(path, is_other(*found, wanted)));
    }
    return replace_file(to_.files(), to_.absolute(path), wanted);
  }

  [[nodiscard]] static bool is_beginning(const Bytes& part, const Bytes& whole) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  }

  // What is in `wanted` anyway need not be kept twice.
  [[nodiscard]] Result<void> set_aside_unless_beginning(const std::string& path,
                                                        const Bytes& wanted) {
    CANDOR_TRY(const std::optional<Bytes> found, read_if_there(to_.files(), to_.absolute(path)));
    if (!found.has_value()) {
      return {};
    }
    if (is_beginning(*found, wanted)) {
      return remove_file(to_.files(), to_.absolute(path));
    }
    return set_aside(path, is_other(*found, wanted));
  }

  // A torn last entry makes no fork.
  [[nodiscard]] static bool is_other(Bytes found, const Bytes& wanted) {
    found.resize(evidence::read_bundle(found).consumed);
    return !is_beginning(found, wanted);
  }

  [[nodiscard]] Result<void> set_aside(const std::string& path, bool is_fork) {
    is_fork_ = is_fork_ || is_fork;
    return to_.quarantine(path, now_);
  }

  [[nodiscard]] Result<void> set_aside_behind(std::uint64_t number) {
    for (std::uint64_t behind = number + 1;; ++behind) {
      bool is_there = false;
      for (const bool is_whole : {true, false}) {
        const std::string path = bundle_path(folder_, behind, is_whole);
        CANDOR_TRY(const bool is_found, exists(to_.files(), to_.absolute(path)));
        if (is_found) {
          is_there = true;
          CANDOR_CHECK(set_aside(path, true));
        }
      }
      if (!is_there) {
        return {};
      }
    }
  }

  const Volume& from_;
  const Volume& to_;
  const std::string& folder_;
  UtcTime now_;
  bool is_fork_ = false;
};

}  // namespace

Result<LogExtent> extent_of(FileSystem& files, const std::string& folder) {
  LogExtent extent;
  while (true) {
    CANDOR_TRY(const bool is_there, exists(files, bundle_path(folder, extent.whole_bundles, true)));
    if (!is_there) {
      break;
    }
    ++extent.whole_bundles;
  }
  CANDOR_TRY(const std::optional<Bytes> part,
             read_if_there(files, bundle_path(folder, extent.whole_bundles, false)));
  if (part.has_value()) {
    extent.part_bytes = evidence::read_bundle(*part).consumed;
  }
  return extent;
}

Result<bool> copy_log(const Volume& from, const Volume& to, const std::string& folder,
                      const LogExtent& extent, UtcTime now) {
  return LogCopy(from, to, folder, now).run(extent);
}

}  // namespace candor::storage
