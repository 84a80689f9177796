// Writer: the writing side of a connector. It writes and says what became of each row; it decides nothing,
// repeats nothing (but for one renewal of a session that was refused, and so did nothing) and sleeps never.
// All calls are on the loop's one thread; several may be under way at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "connectors/page.h"
#include "connectors/write.h"

namespace prospectd {

/// Which records to look for: those whose `field` has one of `values`, letter case aside.
struct Lookup {
  std::string object;
  std::string field;                   ///< an address, another system's key
  std::vector<mapping::Value> values;  ///< texts or numbers, at most kLookupValuesMax
  std::vector<std::string> fields;     ///< to read, besides id, version and lineage
};
constexpr size_t kLookupValuesMax = 200;
constexpr size_t kLookupRecordsMax = 10'000;

/// Ids in one Writer::read_back.
constexpr size_t kReadBackIdsMax = 2'000;

class Writer {
 public:
  virtual ~Writer() = default;

  /// Writes a batch in one call. Rows that can't be sent at all (no id, a value that is no value of its
  /// field) are refused here, beside what the CRM says of the others.
  /// A batch of one row that is created or updated goes to the record's own address, where a duplicate rule
  /// tells which records it found.
  /// **Errors:** in WriteReply::failure, never in doubt: kInvalidInput (no row, too many, the same record
  /// twice), kTooLarge (over kWriteBytesMax: split it), kUnknownObject, kQuotaExhausted, kPermission, …; in
  /// doubt: kNetwork, kTimeout, kServerError, kBadPayload, kTooLarge, kCancelled.
  virtual boost::asio::awaitable<WriteReply> write(WriteBatch batch) = 0;

  /// Live records that have one of these values; deleted ones are left out, and a lead that was converted
  /// says so in its lineage. A blank value is a mistake; one that is too long for any field matches nothing.
  /// **Errors:** kInvalidInput, kTooLarge for more than kLookupRecordsMax records; as Connector::fetch.
  virtual boost::asio::awaitable<Result<Page>> find(Lookup lookup) = 0;

  /// Live records by id, as they stand after a write; what is deleted or not there is left out.
  /// **Errors:** kInvalidInput for more than kReadBackIdsMax ids; as Connector::fetch.
  virtual boost::asio::awaitable<Result<Page>> read_back(std::string object, std::vector<std::string> fields,
                                                         std::vector<RemoteId> ids) = 0;
};

}  // namespace prospectd
