// What a connector is asked to write and what it hands back: batches of rows, and what became of each row.
// Apart from writer.h so that payload writers and answer readers, which are fuzzed, need no coroutines. Pure
// data, any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/refusal.h"
#include "mapping/value.h"

namespace prospectd {

enum class WriteKind : uint8_t {
  kCreate,
  kUpdate,
  kUpsert,  ///< update the record that has this value in WriteBatch::key_field, or create it
  kDelete,
};

/// A field of the CRM and what it is to hold: null empties it; absent says nothing and is passed over.
using FieldValue = std::pair<std::string, mapping::Value>;

struct WriteRow {
  int64_t token = 0;        ///< the caller's own number; comes back with the outcome
  RemoteId id = {};         ///< of kUpdate and kDelete
  mapping::Value key = {};  ///< of kUpsert: a text or a number, not blank
  std::vector<FieldValue> fields = {};
};

/// Rows of one object and one kind, each judged by itself: what is refused keeps nothing else back.
struct WriteBatch {
  WriteKind kind = WriteKind::kUpdate;
  std::string object;
  std::string key_field = {};    ///< of kUpsert: the field that holds another system's key
  std::vector<WriteRow> rows;    ///< 1 to kWriteRowsMax
  bool auto_assign = false;      ///< let the CRM's rules choose the owner of what is created
  bool save_duplicates = false;  ///< pass over duplicate rules that only warn
};
constexpr size_t kWriteRowsMax = 200;
constexpr size_t kWriteFieldsMax = 500;             ///< of one row
constexpr size_t kWriteBytesMax = 6 * 1024 * 1024;  ///< of one call

/// One reason why a row is refused.
struct Refusal {
  RefusalClass what = RefusalClass::kRecord;
  std::string code;                   ///< the CRM's; empty where it had none
  std::string message;                ///< the CRM's; may quote the record, so never for a log (I11)
  std::vector<std::string> fields;    ///< the CRM's names
  std::vector<RemoteId> others = {};  ///< kDuplicate: the records that stand for it, as far as they were told
};
constexpr size_t kRefusalsMax = 20;         ///< of one row, fields of one refusal, and others
constexpr size_t kRefusalBytesMax = 1'000;  ///< of a message

enum class RowState : uint8_t {
  kWritten,
  kRefused,  ///< not written; `refusals` says why
  kUnknown,  ///< the CRM's answer about this row can't be read: it may have been written
};

struct RowOutcome {
  int64_t token = 0;
  RowState state = RowState::kUnknown;
  RemoteId id = {};      ///< of kWritten; of kRefused and kUnknown the id that was sent
  bool created = false;  ///< of kWritten
  std::vector<Refusal> refusals = {};

  /// The class that decides among `refusals`; kRecord where there is none.
  RefusalClass what() const {
    const auto before = [](const Refusal& a, const Refusal& b) { return a.what < b.what; };
    const auto first = std::min_element(refusals.begin(), refusals.end(), before);
    return first == refusals.end() ? RefusalClass::kRecord : first->what;
  }
};

/// Either `rows`, or `failure`.
struct WriteReply {
  std::vector<RowOutcome> rows;                 ///< one for each row of the batch, in its order
  std::optional<Error> failure = std::nullopt;  ///< of the call as a whole
  bool in_doubt = false;  ///< with failure: any row may have been written; without it none was
};

}  // namespace prospectd
