// SPDX-License-Identifier: Apache-2.0
// One log as the monitor holds it: entries, tree, rules and what they found, on disk so that a
// start goes on. Where the entries come from is host_mirror.h's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/rules/engine.h"
#include "monitor/mirror/entry_files.h"
#include "monitor/mirror/findings_file.h"
#include "monitor/mirror/log_tree.h"
#include "monitor/mirror/unit_book.h"

namespace candor::mirror {

/// At a start the rules see so many of the last entries again, and a session that is open from its
/// beginning; what they find there was found before.
inline constexpr std::uint64_t kEntriesSeenAgain = 64 * kEntriesPerBundle;

/// "<hexadecimal SHA-256 of the origin>": the log's folder.
[[nodiscard]] std::string log_folder_name(std::string_view origin);

/// One thread at a time; the book outlives it.
class MirroredLog {
 public:
  /// Opens "<mirror>/<log_folder_name>"; made when it is missing.
  /// Errors: kDataLoss  the folder is of another log, or its files are damaged; errno kinds.
  [[nodiscard]] static Result<std::unique_ptr<MirroredLog>> open(const std::string& mirror,
                                                                 const std::string& origin,
                                                                 UnitBook& units, UtcTime now);

  /// The entries that follow, framed: durable when it returns, then judged. They stay within the
  /// growing bundle. Errors: kInvalidArgument  not whole frames; errno kinds: nothing was taken.
  [[nodiscard]] Result<void> take(ByteView frames, UtcTime now);

  /// Something is wrong with the log that no rule tells. Told once for each kind that is not
  /// settled.
  void note(const std::string& kind, std::string sentence, UtcTime now);

  /// The log's key. Kept when it is the first one; false: another one was kept before.
  [[nodiscard]] Result<bool> keep_vkey(const std::string& vkey);

  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] std::uint64_t size() const { return entries_.size(); }
  [[nodiscard]] Result<evidence::Digest> root_at(std::uint64_t size) const {
    return tree_->root_at(size, entries_);
  }
  /// The last frame of the growing bundle and where it begins there; empty: the bundle is to begin.
  struct LastFrame {
    std::uint64_t offset = 0;
    Bytes bytes;
  };
  [[nodiscard]] Result<LastFrame> last_frame() const;

  [[nodiscard]] const rules::RuleEngine& engine() const { return *engine_; }
  [[nodiscard]] FindingsFile& findings() { return *findings_; }

 private:
  MirroredLog(std::string folder, std::string origin, EntryFiles entries, UnitBook& units)
      : folder_(std::move(folder)),
        origin_(std::move(origin)),
        entries_(std::move(entries)),
        units_(units) {}

  [[nodiscard]] Result<void> check_origin() const;
  [[nodiscard]] Result<void> see_again(UtcTime now);
  [[nodiscard]] Result<void> take_entry(ByteView entry, UtcTime now);
  void keep_findings(const std::vector<rules::Finding>& found, UtcTime now);
  void tell_units(ByteView entry);
  void keep_session();

  std::string folder_;
  std::string origin_;
  EntryFiles entries_;
  UnitBook& units_;
  std::unique_ptr<LogTree> tree_;  // These three: never null once it is open.
  std::unique_ptr<rules::RuleEngine> engine_;
  std::unique_ptr<FindingsFile> findings_;
  std::optional<std::uint64_t> kept_session_;  // As the file has it.
};

}  // namespace candor::mirror
