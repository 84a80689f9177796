// PageDecoder: the bytes of a query's answer become records. One record that can't be read is set apart with
// its reason; everything else on the page stays. A page that is no whole answer yields nothing at all. What
// is read is read strictly: exact types by the describe, exact integers, no key twice, depth and sizes
// capped. Owned by salesforce; one thread at a time (its buffers are reused). Free of coroutines. Source: API
// §5, §13.
//
// Rules of repair: a NUL written as \u0000 inside a text is replaced by U+FFFD and the record kept, for the
// JSON was well-formed and nothing else is lost. Bytes that are no UTF-8, raw control characters and lone
// surrogates break the JSON itself: the record is set apart, its payload repaired.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "connectors/page.h"
#include "connectors/salesforce/page_layout.h"

namespace prospectd::salesforce {

constexpr size_t kRecordBytesMax = 1024 * 1024;  ///< of one record's JSON
constexpr size_t kTextCharsMax = 131'072;        ///< of one value; the longest text area has as many
constexpr size_t kJsonDepthMax = 64;             ///< of the whole answer
constexpr size_t kPageRecordsMax = 10'000;       ///< the API's own maximum is 2,000

struct DecodedPage {
  std::vector<mapping::Record> records;
  std::vector<BadRecord> bad;
  std::string next_records_url;  ///< as the answer has it, not yet checked; empty exactly when `done`
  int64_t total = 0;             ///< rows of the whole query
  bool done = false;
  bool schema_in_doubt = false;  ///< a value was not of the type that the describe told
};

class PageDecoder {
 public:
  PageDecoder();
  ~PageDecoder();
  PageDecoder(const PageDecoder&) = delete;
  PageDecoder& operator=(const PageDecoder&) = delete;

  /// Decodes one answer of a query that selected the columns of `layout`.
  /// **Errors:** kBadPayload when the page as a whole is no answer: cut short, no JSON, no object, parts
  /// missing or twice, `done` at odds with nextRecordsUrl, more rows than `totalSize`, over kPageRecordsMax.
  Result<DecodedPage> decode(std::string body, const PageLayout& layout);
  /// Decodes the list of records that a read by ids answers with; `total` counts its places, those with null
  /// for a record that isn't there among them. **Errors:** as decode.
  Result<DecodedPage> decode_list(std::string body, const PageLayout& layout);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prospectd::salesforce
