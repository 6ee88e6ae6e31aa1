// SPDX-License-Identifier: Apache-2.0
// Sessions of the catalogue: filters and pages.
#include <string>
#include <utility>
#include <variant>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "storage/read/catalogue_impl.h"

namespace candor::storage {
namespace {

constexpr const char* kColumns =
    "SELECT s.session, s.room, s.case_id, s.person, s.interrogators, s.opened_by, s.opened_ns, "
    "s.closed_ns, s.closed_by, s.reason, (SELECT count(*) FROM gaps g WHERE g.session = s.session "
    "AND g.cause != 'no-session') FROM sessions s";

std::vector<std::string> texts_of(std::string_view json) {
  std::vector<std::string> texts;
  boost::system::error_code code;
  const boost::json::value value = boost::json::parse(json, code);
  if (code.failed() || !value.is_array()) {
    return texts;
  }
  for (const boost::json::value& text : value.get_array()) {
    if (text.is_string()) {
      texts.emplace_back(text.get_string());
    }
  }
  return texts;
}

SessionRecord session_of(const Statement& row) {
  SessionRecord session;
  session.session = row.uuid(0);
  session.room = std::string(row.text(1));
  session.case_id = std::string(row.text(2));
  session.person = std::string(row.text(3));
  session.interrogators = texts_of(row.text(4));
  session.opened_by = std::string(row.text(5));
  session.started = {row.integer(6)};
  if (!row.is_null(7)) {
    session.ended = UtcTime{row.integer(7)};
  }
  session.closed_by = std::string(row.text(8));
  session.reason = std::string(row.text(9));
  session.gaps = row.unsigned_integer(10);
  return session;
}

// ?: text, text, ids as a JSON list, text, ids.
constexpr std::string_view kSearch =
    "(instr(lower(s.case_id), lower(?)) OR instr(lower(s.person), lower(?)) OR s.person IN (SELECT "
    "value FROM json_each(?)) OR s.session IN (SELECT session FROM session_interrogators WHERE "
    "instr(lower(interrogator), lower(?)) OR interrogator IN (SELECT value FROM json_each(?))))";

// Conditions and the values that belong to them, in the same order.
class Conditions {
 public:
  using Value = std::variant<std::int64_t, std::string, Uuid>;

  void add(std::string_view condition, Value value) {
    add(condition);
    values_.push_back(std::move(value));
  }
  void add(std::string_view condition) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    text_ += condition;
  }
  void add_search(const SessionSearch& search) {
    const std::string people = boost::json::serialize(boost::json::value_from(search.people));
    add(kSearch, search.text);
    values_.insert(values_.end(), {search.text, people, search.text, people});
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  void bind(Statement& statement) const {
    int at = 0;
    for (const Value& value : values_) {
      ++at;
      std::visit([&](const auto& one) { statement.bind(at, one); }, value);
    }
  }

 private:
  std::string text_;
  std::vector<Value> values_;
};

Conditions conditions_of(const SessionFilter& filter) {
  Conditions where;
  if (filter.room.has_value()) {
    where.add("s.room = ?", *filter.room);
  }
  if (filter.case_id.has_value()) {
    where.add("s.case_id = ?", *filter.case_id);
  }
  if (filter.person.has_value()) {
    where.add("s.person = ?", *filter.person);
  }
  if (filter.interrogator.has_value()) {
    where.add("s.session IN (SELECT session FROM session_interrogators WHERE interrogator = ?)",
              *filter.interrogator);
  }
  if (filter.search.has_value()) {
    where.add_search(*filter.search);
  }
  if (filter.from.has_value()) {
    where.add("(s.closed_ns IS NULL OR s.closed_ns > ?)", filter.from->ns);
  }
  if (filter.to.has_value()) {
    where.add("s.opened_ns < ?", filter.to->ns);
  }
  if (filter.open.has_value()) {
    where.add(*filter.open ? "s.closed_ns IS NULL" : "s.closed_ns IS NOT NULL");
  }
  if (filter.before.has_value()) {
    where.add(
        "(s.opened_ns, s.session) < (SELECT opened_ns, session FROM sessions WHERE session = ?)",
        *filter.before);
  }
  return where;
}

}  // namespace

Result<SessionPage> Catalogue::sessions(const SessionFilter& filter) {
  if (filter.limit < 1 || filter.limit > kSessionsMax) {
    return fail(
        ErrorKind::kInvalidArgument,
        fmt::format("limit is {}; 1 to {} sessions can be asked for", filter.limit, kSessionsMax));
  }
  if (filter.before.has_value()) {
    auto known = session(*filter.before);
    if (!known.has_value()) {
      return fail(ErrorKind::kInvalidArgument,
                  "before: there is no session " + to_string(*filter.before));
    }
  }
  const Conditions where = conditions_of(filter);
  CANDOR_TRY(Statement query,
             impl_->database.prepare(fmt::format("{}{} ORDER BY s.opened_ns DESC, s.session DESC "
                                                 "LIMIT {}",
                                                 kColumns, where.text(), filter.limit + 1)));
  where.bind(query);
  SessionPage page;
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      return page;
    }
    if (page.sessions.size() == filter.limit) {
      page.next = page.sessions.back().session;
      return page;
    }
    page.sessions.push_back(session_of(query));
  }
}

Result<SessionRecord> Catalogue::session(const Uuid& session) {
  CANDOR_TRY(Statement query,
             impl_->database.prepare(std::string(kColumns) + " WHERE s.session = ?"));
  query.bind(1, session);
  CANDOR_TRY(const bool has_row, query.step());
  if (!has_row) {
    return fail(ErrorKind::kNotFound, "there is no session " + to_string(session));
  }
  return session_of(query);
}

}  // namespace candor::storage
