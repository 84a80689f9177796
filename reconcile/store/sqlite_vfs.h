// Page checksums: a layer of SQLite's file system interface that gives every page of a database file a
// checksum in its last bytes when it is written, and holds it against them when it is read. So a damaged page
// is an error (SQLITE_IOERR_DATA) and never an answer. The write-ahead log has checksums of SQLite's own.
// Programs that only read may open the file without this layer. Process-wide, any thread.
#pragma once

namespace prospectd::store {

constexpr const char* kCheckedVfs = "prospectd-checked";
constexpr int kChecksumBytes = 8;  ///< reserved at the end of each page

/// Makes the layer known to SQLite, once; false when SQLite refuses.
bool register_checked_vfs();

}  // namespace prospectd::store
