// The small parts: values as JSON, the hash of addresses, the set of hashes, the lock.
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "reconcile/store/address_hash.h"
#include "reconcile/store/file_lock.h"
#include "reconcile/store/hash_set.h"
#include "reconcile/store/key_filter.h"
#include "reconcile/store/owed_rows.h"
#include "reconcile/store/sqlite_codec.h"
#include "reconcile/store/sqlite_rows.h"
#include "tests/support/scratch.h"

namespace prospectd::store {
namespace {

using mapping::LocalSchema;
using mapping::LocalType;
using reconcile::Shadow;

constexpr size_t kFirst = kStandardColumns;

Codec codec_of(std::initializer_list<LocalType> types) {
  LocalSchema schema;
  int n = 0;
  for (const LocalType type : types)
    EXPECT_TRUE(schema.add_custom("custom.f" + std::to_string(n++), type, false));
  return Codec(schema);
}

std::vector<Value> nulls(const Codec& codec) {
  return std::vector<Value>(codec.schema().size(), Value::null());
}

TEST(StoreCodec, NoCustomValueIsNoText) {
  const Codec codec = codec_of({LocalType::kText});
  EXPECT_EQ(codec.custom_json(nulls(codec)), "");
}

TEST(StoreCodec, TextThatIsNoDateStaysText) {
  const Codec codec = codec_of({LocalType::kDate, LocalType::kDateTime, LocalType::kNumber});
  std::vector<Value> fields = nulls(codec);
  ASSERT_TRUE(codec.read_custom(R"({"custom.f0":"soon","custom.f1":"then","custom.f2":4})", fields));
  EXPECT_EQ(fields[kFirst], Value("soon"));
  EXPECT_EQ(fields[kFirst + 1], Value("then"));
  EXPECT_EQ(fields[kFirst + 2], Value(4.0));
}

TEST(StoreCodec, WhatIsNestedOrUnknownIsPassedOver) {
  const Codec codec = codec_of({LocalType::kText});
  std::vector<Value> fields = nulls(codec);
  ASSERT_TRUE(
      codec.read_custom(R"({"x":{"custom.f0":"no"},"y":["custom.f0"],"custom.f0":"yes","z":1})", fields));
  EXPECT_EQ(fields[kFirst], Value("yes"));
}

TEST(StoreCodec, CustomFieldsThatAreNoObjectAreDamage) {
  const Codec codec = codec_of({LocalType::kText});
  for (const char* text : {"{", "[]", "1", "\"x\"", "{\"a\":}", "nonsense"}) {
    std::vector<Value> fields = nulls(codec);
    const auto read = codec.read_custom(text, fields);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kStateDamaged);
    EXPECT_FALSE(codec.changed_custom(text, {})) << text;
  }
}

TEST(StoreCodec, DeepNestingIsDamageNotACrash) {
  const Codec codec = codec_of({LocalType::kText});
  std::vector<Value> fields = nulls(codec);
  const std::string deep = "{\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  EXPECT_FALSE(codec.read_custom(deep, fields));
}

TEST(StoreCodec, AShadowComesBackAsItWas) {
  const Codec codec = codec_of({LocalType::kNumber});
  Shadow shadow;
  shadow[0] = {Value{}, Value::null()};
  shadow[1] = {Value(true), Value("tr\"ue")};
  shadow[2] = {Value(int64_t{3}), Value(3.0)};
  shadow[3] = {Value(*parse_date("2000-01-31")), Value(Timestamp(milliseconds(-5)))};
  shadow[kFirst] = {Value(1e300), Value("")};
  const auto text = codec.shadow_json(shadow, "");
  ASSERT_TRUE(text);
  EXPECT_EQ(*codec.read_shadow(*text), shadow);
  EXPECT_EQ(*codec.shadow_json({}, ""), "");
}

TEST(StoreCodec, AShadowThatCannotBeReadIsDamage) {
  const Codec codec = codec_of({});
  for (const char* text : {"{", "[1]", "{\"email\":3}"})
    EXPECT_FALSE(codec.read_shadow(text)) << text;
}

TEST(StoreCodec, PendingReferencesComeBackInOrder) {
  const auto& names = mapping::account_fields();
  const std::vector<reconcile::PendingRef> pending = {{4, RemoteId("005\"x")}, {0, RemoteId("y")}};
  EXPECT_EQ(*Codec::read_pending(Codec::pending_json(pending, names), names), pending);
  EXPECT_EQ(Codec::pending_json({}, names), "");
  for (const char* text : {"{", "{}", "[1]", "[[\"name\"]]", "[[1,2]]"})
    EXPECT_FALSE(Codec::read_pending(text, names)) << text;
}

TEST(StoreHash, DependsOnTheKey) {
  const AddressHash one(std::string(16, 'a'));
  const AddressHash two(std::string(16, 'b'));
  EXPECT_EQ(one("ada@x.test"), AddressHash(std::string(16, 'a'))("ada@x.test"));
  EXPECT_NE(one("ada@x.test"), two("ada@x.test"));
  EXPECT_NE(one("ada@x.test"), one("bob@x.test"));
  EXPECT_NE(AddressHash::random_key(), AddressHash::random_key());
  EXPECT_EQ(AddressHash::random_key().size(), kHashKeyBytes);
}

TEST(StoreKeyFilter, NeverTakesAStoredKeyForANewOne_AndKnowsMostNewOnes) {
  KeyFilter filter(23);
  filter.start();
  const AddressHash hash(std::string(kHashKeyBytes, 'k'));
  constexpr int kKeys = 100'000;
  for (int i = 0; i < kKeys; ++i)
    filter.insert(hash("stored" + std::to_string(i)));
  int taken_for_new = 0;
  int known_as_new = 0;
  for (int i = 0; i < kKeys; ++i) {
    taken_for_new += filter.is_surely_new(hash("stored" + std::to_string(i))) ? 1 : 0;
    known_as_new += filter.is_surely_new(hash("new" + std::to_string(i))) ? 1 : 0;
  }
  EXPECT_EQ(taken_for_new, 0);
  EXPECT_GT(known_as_new, kKeys * 99 / 100);
}

TEST(StoreKeyFilter, OneThatDidNotBeginEmptyKnowsNothing) {
  KeyFilter filter(23);
  filter.insert(1);
  EXPECT_FALSE(filter.is_surely_new(2));
}

TEST(StoreKeyFilter, PastItsSizeItKnowsNothing) {
  KeyFilter filter(10);
  filter.start();
  EXPECT_TRUE(filter.is_surely_new(5'000'000));
  for (int64_t i = 0; i < 257; ++i)
    filter.insert(i);
  EXPECT_FALSE(filter.is_surely_new(5'000'000));
}

TEST(StoreOwedRows, ComeInTheOrderOfTheirHashesAndWhole) {
  OwedRows owed;
  EXPECT_TRUE(owed.empty());
  for (const int64_t hash : {30, -10, 20}) {
    const std::string text = std::to_string(hash);
    owed.add(AddressRow{hash * kAddressesMax + 1, hash, "a" + text, "A" + text});
    owed.add(LinkRow{hash * kConnectionsMax + 2, hash, "R" + text, "Lead", 7, -8, true, 9});
  }
  owed.sort();
  ASSERT_EQ(owed.addresses(), 3U);
  ASSERT_EQ(owed.links(), 3U);
  const std::vector<int64_t> sorted = {-10, 20, 30};
  for (size_t i = 0; i < sorted.size(); ++i) {
    const std::string text = std::to_string(sorted[i]);
    EXPECT_EQ(owed.address(i).id, sorted[i] * kAddressesMax + 1);
    EXPECT_EQ(owed.address(i).key_hash, sorted[i]);
    EXPECT_EQ(owed.address(i).key, "a" + text);
    EXPECT_EQ(owed.address(i).typed, "A" + text);
    const LinkRow link = owed.link(i);
    EXPECT_EQ(link.id, sorted[i] * kConnectionsMax + 2);
    EXPECT_EQ(link.remote_hash, sorted[i]);
    EXPECT_EQ(link.remote, "R" + text);
    EXPECT_EQ(link.object, "Lead");
    EXPECT_EQ(std::tuple(link.version, link.hash, link.deleted, link.edition), std::tuple(7, -8, true, 9));
  }
}

TEST(StoreOwedRows, AProspectsRowsAreFoundByEitherKeyAndTaken) {
  OwedRows owed;
  for (int64_t id = 1; id <= 300; ++id) {
    owed.add(AddressRow{id * kAddressesMax, id, "a" + std::to_string(id), {}});
    owed.add(LinkRow{id * kConnectionsMax + 1, -id, "R" + std::to_string(id), "Lead", 0, 0, false, 0});
  }
  owed.add(AddressRow{7 * kAddressesMax + 1, 8, "second of 7, with the hash of 8's", {}});
  EXPECT_EQ(owed.with_address(8), (std::vector{ProspectId{8}, ProspectId{7}}));
  EXPECT_EQ(owed.with_link(-8), std::vector{ProspectId{8}});
  EXPECT_TRUE(owed.with_address(-8).empty());
  EXPECT_TRUE(owed.with_link(301).empty());
  const OwedRows::Rows taken = owed.take(ProspectId{7});
  ASSERT_EQ(taken.addresses.size(), 2U);
  ASSERT_EQ(taken.links.size(), 1U);
  EXPECT_EQ(taken.addresses[0].key, "a7");
  EXPECT_EQ(taken.links[0].remote, "R7");
  EXPECT_EQ(owed.with_address(8), std::vector{ProspectId{8}});
  EXPECT_TRUE(owed.with_link(-7).empty());
  EXPECT_FALSE(owed.empty());
  owed.clear();
  EXPECT_TRUE(owed.empty());
  EXPECT_TRUE(owed.with_address(9).empty());
}

TEST(StoreHashSet, HoldsWhatWasPutAndNothingElse) {
  HashSet set;
  EXPECT_FALSE(set.erase(1));
  set.insert(1);  // no room was made
  EXPECT_FALSE(set.erase(1));
  set.reset(1'000);
  std::set<int64_t> expected;
  for (int64_t i = 0; i < 1'000; ++i) {
    const int64_t hash = (i * 2'654'435'761) % (1LL << 31) - (1LL << 30);
    set.insert(hash);
    set.insert(hash);
    expected.insert(hash);
  }
  for (const int64_t hash : expected) {
    EXPECT_TRUE(set.erase(hash));
    EXPECT_FALSE(set.erase(hash));
  }
  set.insert(5);
  set.reset(10);
  EXPECT_FALSE(set.erase(5));
}

TEST(StoreHashSet, HashesThatWantOnePlaceAreToldApart) {
  HashSet set;
  set.reset(8);
  for (int64_t i = 0; i < 8; ++i)
    set.insert(i * 1'024);
  EXPECT_TRUE(set.erase(0));
  for (int64_t i = 1; i < 8; ++i)
    EXPECT_TRUE(set.erase(i * 1'024)) << i;
  EXPECT_FALSE(set.erase(8 * 1'024));
}

TEST(StoreLock, IsTakenOnceAndLetGo) {
  const test::Scratch scratch;
  const std::string path = scratch.file("x.lock");
  {
    auto lock = FileLock::take(path);
    ASSERT_TRUE(lock);
    const auto second = FileLock::take(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kLockHeld);
    FileLock moved = *std::move(lock);
    EXPECT_FALSE(FileLock::take(path));
    moved.release();
    EXPECT_TRUE(FileLock::take(path));
  }
  EXPECT_TRUE(FileLock::take(path));
}

TEST(StoreLock, WithoutAFolderIsAMistakeOfTheConfig) {
  const test::Scratch scratch;
  const auto lock = FileLock::take(scratch.file("missing/x.lock"));
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kConfigInvalid);
}

}  // namespace
}  // namespace prospectd::store
