// What goes over the wire for a batch of rows: which rows can be sent at all, the request that carries them,
// and each value as its field wants it. Owned by salesforce; pure, any thread. Free of coroutines. Source:
// API §4, §7, §13, §15.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/http/message.h"
#include "connectors/write.h"
#include "mapping/schema.h"

namespace prospectd::salesforce {

/// Whether the batch can be a call: rows between 1 and kWriteRowsMax, names that are names, no record and no
/// key twice, a key where there has to be one. **Errors:** kInvalidInput that says which.
Result<void> check_batch(const WriteBatch& batch);

/// Why this row of a good batch can't be sent: an id that is none, a field that the object lacks, a value
/// that is no value of its field and would spoil the whole call. nullopt for a row that can. Rules that are
/// the CRM's own (lengths, picklists, rights) are left to it.
std::optional<Refusal> check_row(const WriteRow& row, const WriteBatch& batch,
                                 const mapping::ObjectSchema& schema);

/// Appends the value as JSON for a field of that type: datetimes as REST writes them, whole numbers without a
/// point, everything as text where the field is one. False, with nothing appended, when it is no value of the
/// type: another kind, no finite number, no UTF-8.
bool append_value(std::string& out, const mapping::Value& value, mapping::FieldType type);

/// Where requests of a connection go, and under which name.
struct WriteAddress {
  std::string api_version;  ///< "v60.0"
  std::string client_name;  ///< for Sforce-Call-Options; a header's word, or empty
};

struct WriteRequest {
  std::string method;
  std::string target;
  http::Headers headers;
  std::string body;    ///< empty for a delete
  bool alone = false;  ///< one record at its own address, not a collection
};
/// The request for those rows of a good batch that passed check_row, in this order; one row at least.
/// **Errors:** kTooLarge over kWriteBytesMax.
Result<WriteRequest> write_request(const WriteBatch& batch, const std::vector<const WriteRow*>& rows,
                                   const mapping::ObjectSchema& schema, const WriteAddress& address);

}  // namespace prospectd::salesforce
