// Kept answers as the database has them. The table is bounded by who writes it (service/kept_answers.h).
// Belongs to its connection's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/store.h"

namespace prospectd::store {

/// Reader::kept_answer and kept_answers.
Result<std::optional<reconcile::KeptAnswer>> read_kept_answer(Database& db, const std::string& actor,
                                                              const std::string& key);
Result<std::vector<KeptSize>> read_kept_answers(Database& db);
/// Writes one whole; those that are older than kAnswersKeptFor go.
Result<void> keep_answer(Database& db, const reconcile::KeptAnswer& answer, Timestamp now);
Result<void> drop_answer(Database& db, const std::string& actor, const std::string& key);

}  // namespace prospectd::store
