// SPDX-License-Identifier: Apache-2.0
// All rows of an index as text, to compare two of them.
#pragma once

#include <string>

#include "storage/read/sqlite.h"

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

}  // namespace candor::storage
