// Single records that can't be read (F20, F21, F28): each is set apart with a reason, the others arrive, and
// it takes its place as soon as it comes whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/scenarios/spoiler.h"
#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::HasSubstr;
using testing::Not;
namespace field = mapping::field;

constexpr int kPeople = 12;
constexpr const char* kContent = "zebra";  // stands in every bad record, and in no reason

class BadRecords : public testing::Test {
 protected:
  BadRecords() {
    for (int i = 0; i < kPeople; ++i)
      leads_.push_back(world_.lead("p" + std::to_string(i) + "@x.test", {{"Title", Value(kContent)}}));
  }
  WorldOptions options() {
    WorldOptions options;
    options.page_size = 5;
    options.database = scratch_.file("prospectd.db");
    options.on_open = [this](SimTransport& transport) { spoiler_.attach(transport); };
    return options;
  }
  std::vector<reconcile::DeadLetter> letters() {
    auto rows = world_.reader()->dead_letters(DeadLetterId{}, store::kListRowsMax);
    EXPECT_TRUE(rows);
    return *std::move(rows);
  }
  /// The one that is there; fails the test when there is another number.
  reconcile::DeadLetter letter() {
    auto rows = letters();
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? reconcile::DeadLetter{} : rows.front();
  }
  bool is_here(const std::string& remote) {
    return world_.reader()->find_by_remote(RemoteId(remote))->has_value();
  }
  static std::string no_text(std::string row) {
    return with_value(std::move(row), "LastName", "[\"zebra\"]");
  }

  const Scratch scratch_;
  Spoiler spoiler_;
  World world_{options()};
  std::vector<std::string> leads_;
};

// ---- every way to be bad ----

struct WayToBeBad {
  const char* name;
  std::string title;   ///< the JSON that comes instead of the record's title
  const char* reason;  ///< part of it
};

void PrintTo(const WayToBeBad& way, std::ostream* out) {
  *out << way.name;
}

std::string nested(size_t depth) {
  return std::string(depth, '[') + "\"zebra\"" + std::string(depth, ']');
}

std::vector<WayToBeBad> ways_to_be_bad() {
  const std::string zebra = kContent;
  return {
      {"wrong_type", "[\"" + zebra + "\"]", "Title: not of the type"},
      {"oversized_record", "\"" + zebra + std::string(1'100'000, 'x') + "\"", "too large: 1,100,"},
      {"oversized_value", "\"" + zebra + std::string(140'000, 'x') + "\"", "Title: "},
      {"invalid_utf8", "\"" + zebra + "\xC3\x28\"", "no UTF-8"},
      {"cut_utf8", "\"" + zebra + "\xF0\x9F\"", "no UTF-8"},
      {"control_character", "\"" + zebra + "\x01\"", "control character"},
      {"lone_surrogate", "\"" + zebra + "\\ud800\"", "Title: "},
      {"nested_200000_deep", nested(200'000), "Title: nested too deep"},
      {"field_twice", "\"" + zebra + "\",\"Title\":\"" + zebra + "\"", "Title: comes twice"},
  };
}

class EveryWayToBeBad : public BadRecords, public testing::WithParamInterface<WayToBeBad> {};

TEST_P(EveryWayToBeBad, IsSetApartWithAReason_TheOthersArrive_AndItComesBackWhole) {
  const WayToBeBad& way = GetParam();
  const std::string bad = leads_[6];
  spoiler_.spoil(bad, [&way](std::string row) { return with_value(std::move(row), "Title", way.title); });
  const auto first = world_.sync();
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.people.created, kPeople - 1);
  EXPECT_EQ(world_.prospects().size(), static_cast<size_t>(kPeople) - 1);
  const reconcile::DeadLetter set_apart = letter();
  EXPECT_EQ(set_apart.object, "Lead");
  EXPECT_EQ(set_apart.remote.str(), bad);
  EXPECT_TRUE(set_apart.version.has_value());
  EXPECT_THAT(set_apart.reason, HasSubstr(way.reason));
  EXPECT_THAT(set_apart.reason, Not(HasSubstr(kContent)));
  EXPECT_THAT(set_apart.payload, HasSubstr(bad));
  EXPECT_LE(set_apart.payload.size(), kBadPayloadBytesMax);

  const int64_t rows = world_.store().rows_written();
  world_.sync();
  EXPECT_EQ(world_.store().rows_written(), rows) << "reading it again is no news";

  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(world_.prospect_of(bad).prospect.fields[field::kTitle], Value(kContent));
  EXPECT_EQ(world_.prospects().size(), static_cast<size_t>(kPeople));
}

INSTANTIATE_TEST_SUITE_P(Records, EveryWayToBeBad, testing::ValuesIn(ways_to_be_bad()),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- when and where ----

TEST_F(BadRecords, ARecordThatBecomesWholeAfterTheFeedHasPassedItComesBack) {
  spoiler_.spoil(leads_[0], no_text);
  world_.sync();
  world_.scheduler().run_for(std::chrono::hours{24});
  world_.lead("new@x.test");
  world_.sync();
  EXPECT_FALSE(is_here(leads_[0]));
  world_.scheduler().run_for(std::chrono::hours{24});
  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(is_here(leads_[0]));
  EXPECT_TRUE(letters().empty());
}

TEST_F(BadRecords, APageOfNothingElseIsReadOver) {
  for (const std::string& id : leads_)
    spoiler_.spoil(id, no_text);
  const std::string good = world_.lead("good@x.test");
  EXPECT_EQ(world_.sync().people.created, 1);
  EXPECT_EQ(letters().size(), static_cast<size_t>(kPeople));
  EXPECT_TRUE(is_here(good));
  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(world_.prospects().size(), static_cast<size_t>(kPeople) + 1);
}

TEST_F(BadRecords, ALinkedProspectStaysAsItWas_AndTakesTheChangeWhenItComesWhole) {
  world_.sync();
  world_.edit("Lead", leads_[3], {{"Phone", Value("42")}});
  world_.edit("Lead", leads_[4], {{"Phone", Value("43")}});
  spoiler_.spoil(leads_[3], no_text);
  world_.sync();
  EXPECT_EQ(letter().remote.str(), leads_[3]);
  EXPECT_TRUE(world_.prospect_of(leads_[3]).prospect.fields[field::kPhone].is_blank());
  EXPECT_EQ(world_.prospect_of(leads_[4]).prospect.fields[field::kPhone], Value("43"));
  spoiler_.heal();
  world_.sync();
  EXPECT_EQ(world_.prospect_of(leads_[3]).prospect.fields[field::kPhone], Value("42"));
  EXPECT_TRUE(letters().empty());
}

TEST_F(BadRecords, ARecordWhoseIdCannotBeReadIsSetApartOnce) {
  spoiler_.spoil(leads_[2], [](const std::string&) { return std::string("\"zebra\""); });
  EXPECT_EQ(world_.sync().people.created, kPeople - 1);
  const reconcile::DeadLetter set_apart = letter();
  EXPECT_THAT(set_apart.reason, HasSubstr("no object"));
  EXPECT_THAT(set_apart.reason, Not(HasSubstr(kContent)));
  world_.sync();
  EXPECT_EQ(letters().size(), 1U);
  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(is_here(leads_[2]));
}

TEST_F(BadRecords, TheDaemonsEndBetweenKeepsTheLetter) {
  spoiler_.spoil(leads_[5], no_text);
  world_.sync();
  const reconcile::DeadLetter before = letter();
  world_.restart();
  EXPECT_EQ(letter(), before);
  world_.sync();
  EXPECT_EQ(letter(), before);
  spoiler_.heal();
  world_.restart();
  world_.sync();
  EXPECT_TRUE(letters().empty());
  EXPECT_TRUE(is_here(leads_[5]));
}

// ---- records that others refer to ----

TEST_F(BadRecords, F23_ABadUserIsSetApart_AndItsProspectsGetTheirOwnerWhenItComesWhole) {
  const std::string ana = world_.user("ana@acme.test");
  const std::string owned = world_.lead("owned@x.test", {{"OwnerId", Value(ana)}});
  spoiler_.spoil(ana, [](std::string row) { return with_value(std::move(row), "Email", "7"); });
  world_.sync();
  EXPECT_EQ(letter().object, "User");
  EXPECT_EQ(letter().remote.str(), ana);
  EXPECT_TRUE(world_.prospect_of(owned).prospect.fields[field::kOwner].is_blank());
  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(world_.prospect_of(owned).owner_name, "ana@acme.test");
}

TEST_F(BadRecords, F23_ABadAccountIsSetApart_AndItsProspectsGetItWhenItComesWhole) {
  const std::string globex = world_.account("Globex");
  const std::string contact = world_.contact("c@x.test", {{"AccountId", Value(globex)}});
  spoiler_.spoil(globex, [](std::string row) { return with_value(std::move(row), "Name", "7"); });
  world_.sync();
  EXPECT_EQ(letter().object, "Account");
  EXPECT_EQ(letter().remote.str(), globex);
  EXPECT_TRUE(is_here(contact));
  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(world_.prospect_of(contact).account_name, "Globex");
}

TEST_F(BadRecords, ABadRecordDoesNotLetALaterOneTakeItsPlaceForGood) {
  // Two leads share an address. The first in feed order is bad for a while, so the second creates; when the
  // first comes whole it is held against it, visibly, and nothing is lost.
  const std::string first = world_.lead("shared@x.test");
  const std::string second = world_.lead("shared@x.test");
  spoiler_.spoil(first, no_text);
  world_.sync();
  EXPECT_TRUE(is_here(second));
  spoiler_.heal();
  world_.sync();
  EXPECT_TRUE(letters().empty());
  ASSERT_EQ(world_.duplicates().size(), 1U);
  EXPECT_EQ(world_.duplicates()[0].remote.str(), first);
}

// ---- values that are bad by themselves: the record's other fields apply ----

TEST_F(BadRecords, AnEscapedNulIsReplacedAndTheRecordTaken) {
  spoiler_.spoil(leads_[1],
                 [](std::string row) { return with_value(std::move(row), "Title", R"("a\u0000b")"); });
  world_.sync();
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(world_.prospect_of(leads_[1]).prospect.fields[field::kTitle], Value("a\xEF\xBF\xBD"
                                                                                "b"));
}

TEST_F(BadRecords, F19_AnAddressThatIsNoneIsTakenAsAValueAndNeverAsAKey) {
  spoiler_.spoil(leads_[1],
                 [](std::string row) { return with_value(std::move(row), "Email", R"("not an address")"); });
  world_.sync();
  EXPECT_TRUE(letters().empty());
  const auto row = world_.prospect_of(leads_[1]);
  EXPECT_EQ(row.prospect.fields[field::kEmail], Value("not an address"));
  EXPECT_TRUE(row.prospect.addresses.empty());
}

}  // namespace
}  // namespace prospectd::test
