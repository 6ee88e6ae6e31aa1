// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/database.h"

#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "tests/records/records_fixture.h"

namespace candor::records {
namespace {

using testing::HasSubstr;

using DatabaseTest = RecordsTest;

TEST_F(DatabaseTest, IsReadableByItsOwnerOnly) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status{};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(DatabaseTest, KeepsWhatWasWrittenWhenOpenedAgain) {
  add("anna");

  reopen();

  EXPECT_EQ(try_login("anna", kPassword), "supervisor");
}

TEST_F(DatabaseTest, RefusesADatabaseOfANewerProgram) {
  ASSERT_TRUE(records_->database.execute("PRAGMA user_version = 99").has_value());

  const auto opened = Database::open(path(), kSchemaSteps);

  EXPECT_THAT(verdict(opened), HasSubstr("unsupported"));
  EXPECT_THAT(verdict(opened), HasSubstr("version 99"));
  EXPECT_THAT(verdict(opened), HasSubstr("install the newer program"));
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  const std::string other = folder_ / "letter.txt";
  std::ofstream(other) << std::string(4096, 'x');

  EXPECT_THAT(verdict(Database::open(other, kSchemaSteps)), HasSubstr("data-loss"));
}

TEST_F(DatabaseTest, NamesTheFolderThatIsMissing) {
  EXPECT_THAT(verdict(Database::open(folder_ / "missing/monitor.db", kSchemaSteps)),
              HasSubstr("missing/monitor.db"));
}

TEST_F(DatabaseTest, UndoesATransactionThatWasNotCommitted) {
  {
    auto transaction = Transaction::begin(records_->database);
    ASSERT_TRUE(transaction.has_value());
    add("anna");
  }

  EXPECT_TRUE(accounts().list()->empty());
}

}  // namespace
}  // namespace candor::records
