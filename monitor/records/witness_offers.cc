// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/witness_offers.h"

#include <algorithm>
#include <chrono>

namespace candor::records {
namespace {

// An offer of the same log is written at most so often: each write is a sync of the disk.
constexpr std::chrono::minutes kPendingStep{1};

constexpr std::string_view kOpenRefusals =
    "SELECT refused.origin, kind, refused.size, refused.root, cosigned_size, first_ns, last_ns, "
    "count, x'' FROM refused JOIN log ON log.origin = refused.origin AND log.state = 'enrolled' "
    "WHERE NOT settled ORDER BY id";

RefusedKind kind_of(const std::string& text) {
  return text == "rolled-back" ? RefusedKind::kRolledBack : RefusedKind::kRewritten;
}

}  // namespace

std::string_view to_string(RefusedKind kind) {
  return kind == RefusedKind::kRolledBack ? "rolled-back" : "rewritten";
}

WitnessOffers::WitnessOffers(Database& database)
    : database_(database), open_refusals_(database, kOpenRefusals) {}

Result<void> WitnessOffers::add_pending(std::string_view origin, std::string_view note,
                                        UtcTime now) {
  const std::string_view kept = note.size() <= kPendingNoteBytesMax ? note : std::string_view();
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO pending (origin, first_ns, last_ns, note) "
                               "VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE "
                               "SET last_ns = excluded.last_ns, note = excluded.note "
                               "WHERE abs(excluded.last_ns - last_ns) >= ?"));
  insert.bind(1, origin).bind(2, now).bind(3, now).bind(4, kept);
  CANDOR_CHECK(insert.bind(5, Nanoseconds(kPendingStep).count()).run());
  if (database_.changes() == 0) {
    return {};
  }
  CANDOR_TRY(Statement trim,
             database_.prepare("DELETE FROM pending WHERE id <= (SELECT id FROM pending "
                               "ORDER BY id DESC LIMIT 1 OFFSET ?)"));
  return trim.bind(1, kPendingMax).run();
}

Result<std::vector<PendingLog>> WitnessOffers::pending() {
  CANDOR_TRY(Statement select, database_.prepare("SELECT origin, first_ns, last_ns, note "
                                                 "FROM pending ORDER BY id"));
  std::vector<PendingLog> logs;
  while (true) {
    CANDOR_TRY(const bool has_row, select.step());
    if (!has_row) {
      return logs;
    }
    logs.push_back({.origin = select.text(0),
                    .first = select.time(1),
                    .last = select.time(2),
                    .note = select.text(3)});
  }
}

Result<void> WitnessOffers::add_refused(const Refused& refused) {
  // Which row counts it: the same checkpoint's, or the last one's when no more are kept.
  CANDOR_TRY(Statement again,
             database_.prepare("UPDATE refused SET count = count + 1, last_ns = ?1, settled = 0 "
                               "WHERE id = ifnull((SELECT id FROM refused WHERE origin = ?2 AND "
                               "kind = ?3 AND size = ?4 AND root = ?5), (SELECT id FROM refused "
                               "WHERE origin = ?2 AND kind = ?3 ORDER BY id LIMIT 1 OFFSET ?6))"));
  const auto size = static_cast<std::int64_t>(refused.size);
  again.bind(1, refused.last).bind(2, refused.origin).bind(3, to_string(refused.kind));
  CANDOR_CHECK(again.bind(4, size).bind(5, ByteView(refused.root)).bind(6, kRefusedMax - 1).run());
  if (database_.changes() > 0) {
    return {};
  }
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO refused (origin, kind, size, root, cosigned_size, "
                               "first_ns, last_ns, count, request) "
                               "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)"));
  insert.bind(1, refused.origin).bind(2, to_string(refused.kind)).bind(3, size);
  insert.bind(4, ByteView(refused.root));
  insert.bind(5, static_cast<std::int64_t>(refused.cosigned_size));
  insert.bind(6, refused.last).bind(7, refused.last);
  return insert.bind(8, ByteView(refused.request)).run();
}

Result<std::vector<Refused>> WitnessOffers::read(Statement& select) {
  std::vector<Refused> refusals;
  while (true) {
    CANDOR_TRY(const bool has_row, select.step());
    if (!has_row) {
      return refusals;
    }
    Refused& refused = refusals.emplace_back();
    refused.origin = select.text(0);
    refused.kind = kind_of(select.text(1));
    refused.size = static_cast<std::uint64_t>(select.integer(2));
    const ByteView root = select.bytes(3);
    std::copy_n(root.begin(), std::min(root.size(), refused.root.size()), refused.root.begin());
    refused.cosigned_size = static_cast<std::uint64_t>(select.integer(4));
    refused.first = select.time(5);
    refused.last = select.time(6);
    refused.count = select.integer(7);
    const ByteView request = select.bytes(8);
    refused.request.assign(request.begin(), request.end());
  }
}

Result<std::vector<Refused>> WitnessOffers::open_refusals() {
  CANDOR_TRY(Statement * select, open_refusals_.get());
  return read(*select);
}

Result<std::vector<Refused>> WitnessOffers::refusals(const std::string& origin) {
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT origin, kind, size, root, cosigned_size, first_ns, last_ns, "
                               "count, request FROM refused WHERE origin = ? ORDER BY id"));
  return read(select.bind(1, origin));
}

Result<std::int64_t> WitnessOffers::settle(const std::string& origin) {
  CANDOR_TRY(Statement update,
             database_.prepare("UPDATE refused SET settled = 1 WHERE origin = ? AND NOT settled"));
  CANDOR_CHECK(update.bind(1, origin).run());
  return database_.changes();
}

}  // namespace candor::records
