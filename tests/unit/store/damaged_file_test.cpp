// F47: a file that is damaged, cut, newer or somebody else's is refused with a message that helps; nothing is
// ever answered from it, and nothing is repaired silently.
#include <algorithm>
#include <filesystem>
#include <random>

#include "reconcile/store/sqlite_db.h"
#include "tests/unit/store/store_file.h"

namespace prospectd::store {
namespace {

namespace fs = std::filesystem;

class DamagedFile : public StoreFile {
 protected:
  void SetUp() override {
    make(300);
    whole_ = bytes_of(path());
    const auto store = must_open();
    rows_ = *read_all(*store);
    ASSERT_EQ(rows_.size(), 300U);
  }

  /// Puts these bytes in the file's place, alone.
  void place(const std::string& bytes) const {
    for (const char* suffix : {"-wal", "-shm"})
      fs::remove(path() + suffix);
    write_bytes(path(), bytes);
  }

  /// Opens and reads everything: either all is as it was, or the damage is told.
  testing::AssertionResult refuses_or_answers_truly() const {
    auto store = open();
    if (!store) return judged(store.error());
    const auto rows = read_all(**store);
    if (!rows) return judged(rows.error());
    const auto reader = (*store)->reader();
    if (!reader) return judged(reader.error());
    for (const auto& [id, row] : rows_) {  // through the index, too
      const auto found = (*reader)->find_by_email(row.prospect.addresses[0].key);
      if (!found) return judged(found.error());
      if (*found != row.prospect.id) return testing::AssertionFailure() << "an address is lost";
    }
    if (!same(*rows, rows_)) return testing::AssertionFailure() << "it answers, and not the truth";
    return testing::AssertionSuccess();
  }

  static testing::AssertionResult judged(const Error& error) {
    if (error.code == ErrorCode::kStateDamaged || error.code == ErrorCode::kStateTooNew)
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << name_of(error.code) << ": " << error.text();
  }

  Error refusal() const {
    auto store = open();
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }

  std::string whole_;
  Rows rows_;
};

TEST_F(DamagedFile, BitsFlippedAnywhereAreNoticed) {
  std::mt19937_64 chance(20260807);
  int refused = 0;
  constexpr int kPositions = 320;
  for (int i = 0; i < kPositions; ++i) {
    // The first positions walk the header, the rest go anywhere.
    const size_t position = i < 100 ? static_cast<size_t>(i) : chance() % whole_.size();
    std::string bytes = whole_;
    bytes[position] = static_cast<char>(bytes[position] ^ (1 << (chance() % 8)));
    place(bytes);
    EXPECT_TRUE(refuses_or_answers_truly()) << "position " << position;
    refused += open().has_value() ? 0 : 1;
    EXPECT_EQ(bytes_of(path()), bytes) << "nothing is repaired";
  }
  EXPECT_GE(refused, 100);
}

TEST_F(DamagedFile, AFileCutAtAnySizeIsRefused) {
  std::vector<size_t> sizes = {0, 1, 15, 16, 99, 100, 4096, 8191, 8192, 8193, whole_.size() - 1};
  for (size_t size = 8192; size < whole_.size(); size += 8192)
    sizes.push_back(size);
  for (const size_t size : sizes) {
    place(whole_.substr(0, size));
    EXPECT_EQ(refusal().code, ErrorCode::kStateDamaged) << size;
  }
}

TEST_F(DamagedFile, APageInAnotherPagesPlaceIsNoticed) {
  std::string bytes = whole_;
  const size_t pages = bytes.size() / kPageBytes;
  ASSERT_GT(pages, 10U);
  std::string first = bytes.substr(5 * kPageBytes, kPageBytes);
  bytes.replace(5 * kPageBytes, kPageBytes, bytes, (pages - 2) * kPageBytes, kPageBytes);
  bytes.replace((pages - 2) * kPageBytes, kPageBytes, first);
  place(bytes);
  EXPECT_TRUE(refuses_or_answers_truly());
}

TEST_F(DamagedFile, PagesOfZerosAreNoticed) {
  for (size_t page = 1; page < whole_.size() / kPageBytes; page += 3) {
    std::string bytes = whole_;
    bytes.replace(page * kPageBytes, kPageBytes, kPageBytes, '\0');
    place(bytes);
    EXPECT_TRUE(refuses_or_answers_truly()) << page;
  }
}

TEST_F(DamagedFile, TheMessageSaysWhatToDo) {
  place(whole_.substr(0, whole_.size() / 2));
  const std::string text = refusal().text();
  EXPECT_NE(text.find(path()), std::string::npos) << text;
  EXPECT_NE(text.find("cp BACKUP "), std::string::npos) << text;
}

TEST_F(DamagedFile, AnythingElseIsNotADatabase) {
  place("this is a letter to my aunt\n" + std::string(20'000, 'x'));
  EXPECT_EQ(refusal().code, ErrorCode::kStateDamaged);
  place(std::string(static_cast<size_t>(kPageBytes) * 4, '\0'));
  EXPECT_EQ(refusal().code, ErrorCode::kStateDamaged);
}

TEST_F(DamagedFile, AnotherProgramsDatabaseIsRefused) {
  std::string bytes = whole_;
  bytes.replace(68, 4, "ABCD");  // the application id in the header
  place(bytes);
  const Error error = refusal();
  EXPECT_EQ(error.code, ErrorCode::kStateDamaged);
  EXPECT_NE(error.text().find("another program"), std::string::npos) << error.text();
}

TEST_F(DamagedFile, ANewerSchemaIsRefused) {
  place(whole_);
  {
    const auto db = Database::open(path(), Database::Mode::kWrite, 1 << 20);
    ASSERT_TRUE(db);
    ASSERT_TRUE((*db)->exec("PRAGMA user_version = 9999"));
  }
  const Error error = refusal();
  EXPECT_EQ(error.code, ErrorCode::kStateTooNew);
  EXPECT_NE(error.text().find("9999"), std::string::npos) << error.text();
}

TEST_F(DamagedFile, ALogWithoutItsDatabaseIsRefused) {
  fs::remove(path());
  write_bytes(path() + "-wal", std::string(1000, 'w'));
  EXPECT_EQ(refusal().code, ErrorCode::kStateDamaged);
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(DamagedFile, AFolderInItsPlaceIsAMistakeOfTheConfig) {
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_EQ(refusal().code, ErrorCode::kConfigInvalid);
}

// The log has checksums of SQLite's own; what is behind the first bad one is as if it had not been committed,
// as after a power cut: a state that stood once, cursor and rows together.
TEST_F(DamagedFile, ADamagedLogEndsWhereTheDamageBegins) {
  place(whole_);
  std::vector<Rows> states = {rows_};
  {
    bool armed = false;
    auto store = must_open([&](CommitPoint) { return !armed; });
    const ConnectionId connection = *store->connection("salesforce");
    for (int64_t i = 0; i < 4; ++i) {
      armed = i == 3;
      const auto done = commit(*store, creations(connection, 1'000 + i * 10, 10));
      if (!armed) states.push_back(*read_all(*store));
      EXPECT_EQ(done.has_value(), !armed);
    }
  }
  const std::string database = bytes_of(path());
  const std::string log = bytes_of(path() + "-wal");
  ASSERT_GT(log.size(), 0U);
  std::mt19937_64 chance(7);
  for (int i = 0; i < 60; ++i) {
    std::string damaged = log;
    const size_t position = chance() % log.size();
    damaged[position] = static_cast<char>(damaged[position] ^ 0x10);
    place(database);
    write_bytes(path() + "-wal", damaged);
    auto store = open();
    ASSERT_TRUE(store) << store.error().text();
    const auto rows = read_all(**store);
    ASSERT_TRUE(rows) << rows.error().text();
    EXPECT_TRUE(std::ranges::any_of(states, [&](const Rows& state) { return same(*rows, state); }))
        << "position " << position << ", " << rows->size() << " rows";
  }
}

// A page goes bad while the store is open: reading it is an error, and the writer's too.
TEST_F(DamagedFile, ADamageMetLaterIsTold) {
  place(whole_);
  auto store = must_open();
  std::string bytes = whole_;
  for (size_t page = 1; page < bytes.size() / kPageBytes; ++page)
    bytes[page * kPageBytes + 5000] = static_cast<char>(bytes[page * kPageBytes + 5000] ^ 4);
  {
    std::fstream out(path(), std::ios::binary | std::ios::in | std::ios::out);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  const auto rows = read_all(*store);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kStateDamaged);
  auto transaction = store->begin();
  reconcile::PageKeys keys;
  keys.connection = {1};
  for (int i = 1; i <= 300; ++i)
    keys.emails.push_back("p" + std::to_string(i) + "@x.test");
  const auto snapshot = (*transaction)->snapshot(keys);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ErrorCode::kStateDamaged);
}

}  // namespace
}  // namespace prospectd::store
