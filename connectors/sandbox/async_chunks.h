// PK chunking of the Bulk API 1.0 (SALESFORCE_API §9): a query is cut into several, each for a range of ids.
// Pure but for reading the org; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

constexpr int64_t kChunkRowsDefault = 100'000;
constexpr int64_t kChunkRowsMax = 250'000;
constexpr size_t kChunksOfQueryMax = 1'000;

/// What the header Sforce-Enable-PKChunking asks for.
struct Chunking {
  int64_t rows = kChunkRowsDefault;  ///< ids of a chunk
  std::string start = {};            ///< the first id that counts; empty: the first of all
};
/// "TRUE", or "chunkSize=50000; startRow=00Q000000000001"; nullopt for an empty one and "FALSE".
/// **Errors:** INVALIDJOB for what is neither, and for an option that this org doesn't have.
Outcome<std::optional<Chunking>> chunking_of(std::string_view header);

/// The queries that a query is cut into, as many as the ids of its object need; the query itself where it
/// can't be read, whose own error tells why.
/// **Errors:** INVALIDBATCH for clauses behind WHERE, and for more than kChunksOfQueryMax chunks.
Outcome<std::vector<std::string>> chunks_of(const Org& org, const Chunking& chunking, bool with_deleted,
                                            std::string_view query);

}  // namespace prospectd::sandbox
