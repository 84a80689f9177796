// The SQL functions with which filters compare texts: the very comparisons of mapping/fold.h, called by
// SQLite. Any thread; what is registered belongs to its connection.
#pragma once

struct sqlite3;

namespace prospectd::store {

/// Registers, for one connection (each of its first argument, which is NULL or a number too where it is
/// said):
/// - text_compare(value, folded): below, at or above 0; NULL for what is no text
/// - text_starts(value, folded), text_contains(value, folded): 1 or 0; 0 for what is no text
/// - text_blank(value): 1 for NULL and for blank text, else 0
/// Answers false when SQLite refuses.
bool register_text_functions(sqlite3* db);

}  // namespace prospectd::store
