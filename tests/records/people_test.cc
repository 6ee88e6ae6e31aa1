// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/people.h"

#include <gmock/gmock.h>

#include "tests/records/records_fixture.h"

namespace candor::records {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class PeopleTest : public RecordsTest {
 protected:
  std::string person(const std::string& name) {
    const auto id = records_->people.find_or_create(PersonKind::kPerson, name);
    return id.has_value() ? *id : verdict(id);
  }
  std::string officer(const std::string& name) {
    return records_->people.find_or_create(PersonKind::kOfficer, name).value_or("refused");
  }
  std::string name_of(const std::string& id) {
    return records_->people.find(id)->value_or("unknown");
  }
  std::vector<std::string> search(const std::string& part) {
    return records_->people.search(part).value_or(std::vector<std::string>{"failed"});
  }
};

TEST_F(PeopleTest, GivesEachNameOneIdOfItsKind) {
  EXPECT_EQ(person("Carl Meyer"), "P-000001");
  EXPECT_EQ(person("Dora"), "P-000002");
  EXPECT_EQ(person("Carl Meyer"), "P-000001");
  EXPECT_EQ(officer("Carl Meyer"), "O-000001");
}

TEST_F(PeopleTest, FindsTheNameOfAnId) {
  person("王小明");

  reopen();

  EXPECT_EQ(name_of("P-000001"), "王小明");
}

TEST_F(PeopleTest, AnIdHasOneSpelling) {
  person("Carl Meyer");

  for (const char* id : {"P-1", "P-0000001", "p-000001", "P000001", "O-000001", "P-", "",
                         "P-00000x", "P--00001", "P-99999999999999999999"}) {
    EXPECT_EQ(name_of(id), "unknown") << id;
  }
}

TEST_F(PeopleTest, NamesManyAtOnceAndLeavesOutTheUnknown) {
  person("Carl");
  officer("Dora");
  const std::vector<std::string> ids{"O-000001", "P-000001", "P-000009", "P-000001"};

  const auto names = records_->people.names_of(ids);

  EXPECT_THAT(*names, ElementsAre(Pair("O-000001", "Dora"), Pair("P-000001", "Carl")));
}

TEST_F(PeopleTest, SearchesPartsOfNamesWithoutCase) {
  person("Carl Meyer");
  officer("Dora Meyerhof");
  person("王小明");

  EXPECT_THAT(search("MEYER"), ElementsAre("O-000001", "P-000001"));
  EXPECT_THAT(search("小"), ElementsAre("P-000002"));
  EXPECT_THAT(search("%"), IsEmpty());
  EXPECT_THAT(search(""), IsEmpty());
}

TEST_F(PeopleTest, RefusesWhatIsNoName) {
  EXPECT_THAT(person(""), HasSubstr("1 to 128 bytes, this one 0"));
  EXPECT_THAT(person(std::string(129, 'x')), HasSubstr("this one 129"));
  EXPECT_THAT(person(" Carl"), HasSubstr("space"));
  for (const char* bad : {"Carl\n", "a\x7f", "\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
                          "\xf5\x80\x80\x80", "\xe0\x80\xaf", "\xf4\x90\x80\x80"}) {
    EXPECT_THAT(person(bad), HasSubstr("UTF-8")) << bad;
  }
}

}  // namespace
}  // namespace candor::records
