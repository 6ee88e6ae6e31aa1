// SPDX-License-Identifier: Apache-2.0
// A recorded room with an index beside it: verbs to feed the index as the recorder does, and all
// its rows as text.
#pragma once

#include <string>
#include <vector>

#include "storage/read/sqlite.h"
#include "storage/write/index_rebuild.h"
#include "storage/write/index_writer.h"
#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {

/// Every row of every table: "table|column|...", bytes as hexadecimal, one row a line.
inline std::string dump(const std::string& path) {
  Database database = Database::open_read_only(path).value();
  Statement tables =
      database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").value();
  std::string text;
  while (tables.step().value()) {
    const std::string table(tables.text(0));
    Statement columns = database.prepare("SELECT name FROM pragma_table_info(?)").value();
    columns.bind(1, table);
    std::string list;
    while (columns.step().value()) {
      list += (list.empty() ? "quote(" : " || '|' || quote(") + std::string(columns.text(0)) + ")";
    }
    Statement rows = database.prepare("SELECT " + list + " FROM " + table + " ORDER BY 1").value();
    while (rows.step().value()) {
      text += table + "|" + std::string(rows.text(0)) + "\n";
    }
  }
  return text;
}

class IndexFixture : public RecorderFixture {
 protected:
  // Opens the index and brings it up to the log, as a start of the program does.
  void start_index() {
    (void)room_->take_updates();  // The log holds them too.
    index_.emplace(IndexWriter::open(index_path()).value());
    const auto caught_up = catch_up_index({folder_ / "a"}, *index_);
    ASSERT_TRUE(caught_up.has_value()) << caught_up.error().message();
  }

  // What the recorder does each second.
  void round() {
    commit();
    last_updates_ = room_->take_updates();
    const auto applied = index_->apply(last_updates_);
    ASSERT_TRUE(applied.has_value()) << applied.error().message();
  }

  // A room's life: sessions, a hole, lost packets, a crash in between.
  void record_a_day() {
    start();
    start_index();
    open_session();
    record("IPPPPPPPPPPPPPPPPPPPPPPPP IPPPPPPPPPPP");
    round();
    record("PPPPPPPPPP IPPPP .................... IPPPPPxxPPPP");
    round();
    record("IPPPPPPPP");
    crash();
    start();
    start_index();
    record("IPPPPPPPPPPPPPPPPPPPPPPPP");
    round();
    close_session();
    round();
  }

  [[nodiscard]] std::string index_path() const { return folder_ / "index.db"; }

  std::optional<IndexWriter> index_;
  std::vector<IndexUpdate> last_updates_;
};

}  // namespace candor::storage
