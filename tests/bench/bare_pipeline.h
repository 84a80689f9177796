// The bare pipeline: the reference that every rate of ours is told against. The least a program can do that
// reads a CRM into a database: libcurl's easy interface on one kept connection, page after page by
// nextRecordsUrl; simdjson on demand; one prepared upsert into one table of 20 text columns with one unique
// index, on the lower-cased address. No links, no agreement, no journal, no duplicates: of two records with
// one address the later one stays. One thread, one request at a time.
//
// The database is SQLite: WAL, synchronous FULL, pages of 8 KiB, 8 MB of cache, SQLite's own checkpoints, a
// commit every 20,000 records.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "tests/bench/figures.h"

namespace prospectd::bench {

constexpr int64_t kBareCommitRecords = 20'000;
constexpr int64_t kBareCacheBytes = 8LL * 1024 * 1024;

struct BareSource {
  std::string url;  ///< "http://127.0.0.1:9443"
  std::string client_id;
  std::string client_secret;
};

/// Reads all contacts and leads of an org into the database at `path`, which may hold them already. An empty
/// path: fetches and decodes only.
/// **Errors:** kServerError, kBadPayload, kInternal: the bench can't go on.
Result<Figures> run_bare_pipeline(const BareSource& source, const std::string& path);

/// The same pipeline on a database that it has filled before, for what changes from then on.
class BareFollower {
 public:
  /// **Errors:** as run_bare_pipeline.
  static Result<std::unique_ptr<BareFollower>> open(BareSource source, const std::string& path);
  ~BareFollower();
  BareFollower(const BareFollower&) = delete;
  BareFollower& operator=(const BareFollower&) = delete;

  /// Reads what has changed since the last time, or since it was opened, and upserts it in one transaction.
  /// Answers the seconds of that beyond those in which a request was under way.
  /// **Errors:** as run_bare_pipeline.
  Result<double> follow();

 private:
  struct Parts;
  explicit BareFollower(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace prospectd::bench
