// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/viewings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace candor::records {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 5> kReasons{"supervision", "investigation", "review",
                                                   "defence", "technical"};

}  // namespace

std::string_view to_string(ViewingKind kind) {
  return kind == ViewingKind::kRoom ? "room" : "session";
}

std::string_view to_string(ViewingReason reason) {
  return kReasons.at(static_cast<std::size_t>(reason));
}

Result<ViewingReason> parse_viewing_reason(std::string_view text) {
  const auto* const found = std::ranges::find(kReasons, text);
  if (found == kReasons.end()) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("no reason '{}'; there are supervision, investigation, review, "
                            "defence, technical",
                            text));
  }
  return static_cast<ViewingReason>(found - kReasons.begin());
}

Result<std::int64_t> Viewings::add(const Login& login, const ViewingRequest& request, UtcTime now) {
  if (request.target.name.empty() || request.target.name.size() > kViewingTargetBytesMax) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("a room or session has 1 to {} bytes, this one {}",
                            kViewingTargetBytesMax, request.target.name.size()));
  }
  if (request.note.size() > kViewingNoteBytesMax) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("the note has {} bytes, at most {} are kept", request.note.size(),
                            kViewingNoteBytesMax));
  }
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO viewing (login, account, kind, target, reason, note, "
                               "at_ns) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, login.id).bind(2, login.account).bind(3, to_string(request.target.kind));
  insert.bind(4, request.target.name).bind(5, to_string(request.reason)).bind(6, request.note);
  CANDOR_CHECK(insert.bind(7, now).run());
  return database_.last_id();
}

Result<bool> Viewings::granted(const Login& login, const ViewingTarget& target) {
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT 1 FROM viewing WHERE login = ? AND kind = ? AND target = ? "
                               "LIMIT 1"));
  return select.bind(1, login.id).bind(2, to_string(target.kind)).bind(3, target.name).step();
}

Result<std::vector<Viewing>> Viewings::latest(std::int64_t limit) {
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT id, login, account, kind, target, reason, note, at_ns "
                               "FROM viewing ORDER BY id DESC LIMIT ?"));
  select.bind(1, limit);
  std::vector<Viewing> viewings;
  while (true) {
    CANDOR_TRY(const bool has_row, select.step());
    if (!has_row) {
      return viewings;
    }
    CANDOR_TRY(const ViewingReason reason, parse_viewing_reason(select.text(5)));
    const ViewingKind kind = select.text(3) == "room" ? ViewingKind::kRoom : ViewingKind::kSession;
    viewings.push_back({.id = select.integer(0),
                        .login = select.integer(1),
                        .account = select.text(2),
                        .target = {.kind = kind, .name = select.text(4)},
                        .reason = reason,
                        .note = select.text(6),
                        .at = select.time(7)});
  }
}

}  // namespace candor::records
