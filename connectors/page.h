// What a connector is asked for and what it hands back: queries, pages, and records that could not be
// decoded. Apart from connector.h so that decoders, which are fuzzed, need no coroutines. Pure data, any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "mapping/record.h"

namespace prospectd {

/// What to read of one object: every record, deleted ones too, whose version lies in [lower, upper), ordered
/// by (version, id).
struct FeedQuery {
  std::string object;
  std::vector<std::string> fields;  ///< besides id, version, deletion and lineage, which always come
  std::optional<Timestamp> lower;   ///< none: from the beginning
  Timestamp upper{};
  /// With `lower`: strictly after (lower, after) in feed order, to go on in mid-window.
  std::optional<RemoteId> after = std::nullopt;
  std::string filter = {};  ///< a condition in the CRM's own language, from our own tables only; or empty
};

/// A record that could not be decoded; the rest of its page could.
struct BadRecord {
  RemoteId id;  ///< empty when even that could not be read
  std::optional<Timestamp> version;
  std::string reason;   ///< what and where, no field content
  std::string payload;  ///< the record's own bytes, repaired to UTF-8, cut to kBadPayloadBytesMax
};
constexpr size_t kBadPayloadBytesMax = 64 * 1024;

struct Page {
  std::shared_ptr<const mapping::FieldList> layout;
  std::vector<mapping::Record> records;
  std::vector<BadRecord> bad;
  std::string next;   ///< opaque; empty on the last page
  int64_t total = 0;  ///< rows of the whole query as the CRM counts them; an estimate
};

/// Ids in one Connector::fetch_by_ids.
constexpr size_t kFetchIdsMax = 300;

/// Which records an object has, deleted ones too, from behind one of them on, by id.
struct ListingQuery {
  std::string object;
  RemoteId after;    ///< empty: from the first on
  size_t limit = 0;  ///< 1 to kListingMax
};
/// Records in one Connector::list_records.
constexpr size_t kListingMax = 2'000;

}  // namespace prospectd
