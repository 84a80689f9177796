// OwedRows: the addresses and links of new prospects that a transaction has yet to write. Written in the
// order of their hashes, many at once, they go into the indexes page by page; as they come, each touches a
// page of its own. Small, as a whole commit's worth is kept: plain numbers, and texts one behind the other.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "reconcile/store/key_filter.h"

namespace prospectd::store {

/// As the tables have them; the texts are good until the next row is added.
struct AddressRow {
  int64_t id = 0;
  int64_t key_hash = 0;
  std::string_view key;
  std::string_view typed;  ///< empty: as the key
};
/// Of a link, but for what only some have: where its sides differ, and what it waits for.
struct LinkRow {
  int64_t id = 0;
  int64_t remote_hash = 0;
  std::string_view remote;
  std::string_view object;
  int64_t version = 0;
  int64_t hash = 0;
  bool deleted = false;
  int64_t edition = 0;
};

class OwedRows {
 public:
  bool empty() const { return addresses_.empty() && links_.empty(); }
  /// They are worth writing: more would take more memory than it saves pages.
  bool is_full() const { return addresses_.size() + links_.size() >= kRowsMax; }
  void add(const AddressRow& row);
  void add(const LinkRow& row);

  /// Whose rows have the hash. Most answers are that nobody's has, and cost next to nothing.
  std::vector<ProspectId> with_address(int64_t key_hash) const;
  std::vector<ProspectId> with_link(int64_t remote_hash) const;

  struct Rows {
    std::vector<AddressRow> addresses;
    std::vector<LinkRow> links;
  };
  /// The prospect's, which are owed no longer.
  Rows take(ProspectId prospect);

  /// From here on the rows come in the order of their hashes.
  void sort();
  size_t addresses() const { return addresses_.size(); }
  size_t links() const { return links_.size(); }
  AddressRow address(size_t at) const { return row_of(addresses_[at]); }
  LinkRow link(size_t at) const { return row_of(links_[at]); }

  /// Nothing is owed any more; the memory is given back.
  void clear() { *this = OwedRows(); }

 private:
  static constexpr size_t kRowsMax = 40'000;  ///< of both kinds: ten pages of people

  struct Address {
    int64_t id;
    int32_t key_hash;
    uint32_t at;  ///< in text_: the key, then the text as typed
    uint32_t key;
    uint32_t typed;
  };
  struct Link {
    int64_t id;
    int64_t version;
    int64_t hash;
    int64_t edition;
    int32_t remote_hash;
    uint32_t at;  ///< in text_: the remote id, then the object
    uint32_t remote;
    uint32_t object : 31;
    uint32_t deleted : 1;
  };
  AddressRow row_of(const Address& row) const;
  LinkRow row_of(const Link& row) const;

  void note(int64_t hash) {
    if (empty()) hashes_.start();
    hashes_.insert(hash);
  }

  std::deque<Address> addresses_;  ///< no array that doubles: memory is what it must not cost
  std::deque<Link> links_;
  std::string text_;
  KeyFilter hashes_{20};  ///< of both kinds
};

}  // namespace prospectd::store
