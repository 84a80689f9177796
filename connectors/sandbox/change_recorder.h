// ChangeRecorder: what one transaction of the org does to its records, gathered while it runs and told as a
// whole when it ends (SALESFORCE_API §16.2): a record that is touched several times is told once, with the
// kind of the first touch and the columns that differ in the end. Costs nothing while nobody listens. One
// owner (the org), one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "connectors/sandbox/table.h"

namespace prospectd::sandbox {

enum class ChangeKind : uint8_t { kCreate, kUpdate, kDelete, kUndelete };

struct ChangedRecord {
  const Table* table = nullptr;
  Row row = 0;
  ChangeKind kind = ChangeKind::kCreate;
  std::vector<int> columns = {};  ///< of an update: those whose values differ
};

/// What one transaction did.
struct ChangeSet {
  uint64_t number = 0;  ///< rises with each
  Timestamp committed{};
  std::string user;    ///< id
  std::string origin;  ///< changeOrigin; empty for what didn't come through the API
  std::vector<ChangedRecord> records;
  std::vector<const Table*>
      overflowed;  ///< objects with more changes than kTransactionRecordsMax lets through
};
constexpr size_t kTransactionRecordsMax = 100'000;

class ChangeRecorder {
 public:
  using Listener = std::function<void(const ChangeSet&)>;

  /// Who is told of every transaction; unset: nobody.
  void listen(Listener listener) { listener_ = std::move(listener); }
  /// Where the transactions from now on come from.
  void set_origin(std::string origin) { origin_ = std::move(origin); }

  void begin() { ++depth_; }
  /// The outermost end tells the listener. `now` and `user` are those of the commit.
  void end(Timestamp now, const std::string& user);

  /// A record is about to change, or has just been made; its values of this moment are remembered.
  void note(ChangeKind kind, const Table& table, Row row);
  /// So much of an object is about to change that its records are not told one by one.
  void note_all(const Table& table);
  /// How many records are noted so far, and what is noted since is forgotten: it has been undone.
  size_t noted() const { return noted_.size(); }
  void forget_since(size_t noted) { noted_.resize(std::min(noted, noted_.size())); }
  bool listening() const { return listener_ != nullptr; }

 private:
  struct Noted {
    ChangedRecord record;
    std::vector<Cell> before;
  };
  static std::vector<int> differing_columns(const Noted& noted);

  Listener listener_;
  std::string origin_;
  int depth_ = 0;
  uint64_t last_number_ = 0;
  std::vector<Noted> noted_;
  std::vector<const Table*> overflowed_;
};

}  // namespace prospectd::sandbox
