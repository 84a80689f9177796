// What the feed has passed is not lost: records that change or appear while pages are read, records that were
// unreadable when their page came, links that went on to a record which the feed will not bring again.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
namespace field = mapping::field;

constexpr seconds kOverlap{60};

WorldOptions short_overlap() {
  WorldOptions options;
  options.overlap = kOverlap;
  return options;
}

void pass(World& w, seconds time) {
  w.scheduler().run_for(time);
}

// Long after what was there, something else moves the object's cursor on.
void move_cursor_on(World& w) {
  pass(w, kOverlap * 3);
  w.contact("later" + std::to_string(w.org().writes()) + "@x.test");
  w.lead("later" + std::to_string(w.org().writes()) + "@x.test");
  w.sync();
}

void set_unreadable(World& w, std::set<std::string> objects) {
  sandbox::Knobs knobs = w.front().knobs();
  knobs.disabled_objects = std::move(objects);
  w.front().set_knobs(knobs);
}

// Makes one record's last name, or name, no text on its way.
void spoil(World& w, const std::string& id, const char* name) {
  w.transport().set_mangler([id, name](const http::Request&, http::Response& answer) {
    const size_t record = answer.body.find("\"Id\":\"" + id + "\"");
    if (record == std::string::npos) return;
    const std::string key = "\"" + std::string(name) + "\":\"";
    const size_t value = answer.body.find(key, record);
    if (value == std::string::npos) return;
    const size_t begin = value + key.size() - 1;
    answer.body.replace(begin, answer.body.find('"', begin + 1) + 1 - begin, "7");
  });
}

size_t dead_letters(World& w) {
  return w.reader()->dead_letters(DeadLetterId{}, store::kListRowsMax)->size();
}

bool asks_for(const http::Request& request, const std::string& object) {
  return request.url.find("FROM%20" + object + "%20") != std::string::npos;
}

TEST(LeftBehind, F03_ARecordMadeWhileAnotherChangesUnderTheQueryIsNotLost) {
  WorldOptions options = short_overlap();
  options.overlap = seconds{30};
  options.page_size = 1;
  World w(std::move(options));
  w.lead("a@x.test");
  pass(w, seconds{5});
  const std::string last = w.lead("b@x.test");
  // While the first page is on its way a record is made; the second page takes a minute longer, and what is
  // on it has changed by then.
  std::string made;
  w.transport().set_mangler([&](const http::Request& request, http::Response&) {
    if (!made.empty() || !asks_for(request, "Lead")) return;
    made = w.lead("new@x.test");
    w.transport().plan(Fault::kTimeoutBefore);
  });
  w.transport().set_observer([&](const http::Request&, const Result<http::Response>& answer) {
    if (!answer && answer.error().code == ErrorCode::kTimeout)
      w.edit("Lead", last, {{"Title", Value("CEO")}});
  });
  w.sync();
  ASSERT_FALSE(made.empty());
  EXPECT_EQ(w.prospect_of(last).prospect.fields[field::kTitle], Value("CEO"));
  pass(w, seconds{1});
  w.sync();
  EXPECT_EQ(w.prospects().size(), 3U);
  EXPECT_EQ(w.prospect_of(made).prospect.addresses.front().key, "new@x.test");
}

TEST(LeftBehind, F05_APlaceLostBehindARecordThatChangedUnderTheQueryLosesNothing) {
  WorldOptions options = short_overlap();
  options.page_size = 1;
  World w(std::move(options));
  w.lead("a@x.test");
  pass(w, seconds{5});
  const std::string second = w.lead("b@x.test");
  pass(w, seconds{5});
  const std::string third = w.lead("c@x.test");
  pass(w, kOverlap * 3);
  int pages = 0;
  w.transport().set_mangler([&](const http::Request&, http::Response& answer) {
    if (answer.body.find("\"type\":\"Lead\"") == std::string::npos) return;
    ++pages;
    if (pages == 1) w.edit("Lead", second, {{"Title", Value("CEO")}});
    if (pages == 2) w.transport().plan(Fault::kLostLocator);
  });
  w.sync();
  EXPECT_EQ(w.prospect_of(second).prospect.fields[field::kTitle], Value("CEO"));
  w.sync();
  EXPECT_EQ(w.prospect_of(third).prospect.addresses.front().key, "c@x.test");
}

TEST(LeftBehind, I1_ARecordThatBecomesWholeLongAfterItsPageIsReadAgain) {
  World w(short_overlap());
  const std::string id = w.contact("ada@x.test");
  spoil(w, id, "LastName");
  w.sync();
  EXPECT_EQ(dead_letters(w), 1U);
  move_cursor_on(w);
  EXPECT_EQ(dead_letters(w), 1U);
  const int64_t written = w.store().rows_written();
  w.sync();
  EXPECT_EQ(w.store().rows_written(), written) << "what is still unreadable is written once";
  w.transport().set_mangler({});
  w.sync();
  EXPECT_EQ(dead_letters(w), 0U);
  EXPECT_EQ(w.prospect_of(id).prospect.addresses.front().key, "ada@x.test");
}

TEST(LeftBehind, I1_AnUnreadableAccountAndAnUnreadableUserHaveDeadLetters) {
  World w(short_overlap());
  const std::string account = w.account("Globex");
  const std::string contact = w.contact("ada@x.test", {{"AccountId", Value(account)}});
  spoil(w, account, "Name");
  w.sync();
  EXPECT_EQ(dead_letters(w), 1U);
  EXPECT_EQ(w.prospect_of(contact).account_name, "");
  move_cursor_on(w);
  w.transport().set_mangler({});
  w.sync();
  EXPECT_EQ(dead_letters(w), 0U);
  EXPECT_EQ(w.prospect_of(contact).account_name, "Globex");

  const std::string user = w.user("bo@x.test");
  w.edit("Contact", contact, {{"OwnerId", Value(user)}});
  spoil(w, user, "Name");
  w.sync();
  EXPECT_EQ(dead_letters(w), 1U);
  w.transport().set_mangler({});
  w.sync();
  EXPECT_EQ(dead_letters(w), 0U);
  EXPECT_EQ(w.prospect_of(contact).owner_name, "bo@x.test");
}

TEST(LeftBehind, S4_AContactThatTheFeedHasPassedIsFetchedWhenItsLeadIsSeenConverted) {
  World w(short_overlap());
  const std::string lead = w.lead("ada@x.test");
  w.sync();
  pass(w, seconds{5});
  sandbox::Conversion conversion;
  conversion.lead = lead;
  const auto converted = w.org().convert(conversion);
  ASSERT_TRUE(converted);
  w.edit("Contact", converted->contact, {{"Title", Value("CEO")}});
  // Leads can't be read while the feed of contacts goes by.
  set_unreadable(w, {"lead"});
  ASSERT_TRUE(w.try_sync());
  pass(w, kOverlap * 3);
  w.contact("later@x.test");
  ASSERT_TRUE(w.try_sync());
  set_unreadable(w, {});
  w.sync();
  const auto row = w.prospect_of(converted->contact);
  EXPECT_EQ(row.prospect.fields[field::kTitle], Value("CEO"));
  EXPECT_EQ(w.prospects().size(), 2U);
}

TEST(LeftBehind, I12_WhileAnObjectCannotBeReadTheOthersStillSwapAddresses) {
  World w(short_overlap());
  const std::string one = w.lead("one@x.test");
  const std::string two = w.lead("two@x.test");
  w.account("Globex");
  w.sync();
  pass(w, seconds{5});
  w.edit("Lead", one, {{"Email", Value("two@x.test")}});
  w.edit("Lead", two, {{"Email", Value("one@x.test")}});
  set_unreadable(w, {"account"});
  ASSERT_TRUE(w.try_sync());
  EXPECT_EQ(w.prospect_of(one).prospect.addresses.front().key, "two@x.test");
  EXPECT_EQ(w.prospect_of(two).prospect.addresses.front().key, "one@x.test");
}

}  // namespace
}  // namespace prospectd::test
