#include "reconcile/store/sqlite_vfs.h"

#include <sqlite3.h>

#include <cstdint>
#include <cstring>

#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {
namespace {

static_assert(kChecksumBytes == sizeof(uint64_t));

// Ours first, then the real file's, which SQLite sizes with szOsFile.
struct CheckedFile {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_vfs* real_vfs() {
  return sqlite3_vfs_find(nullptr);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<CheckedFile*>(file)->real;
}

// Every step is a bijection of the lane, so no single changed word can cancel out. The page's number is part
// of it: a page written to the wrong place is found too.
uint64_t checksum(const unsigned char* page, uint64_t number) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
  constexpr size_t kLanes = 4;
  constexpr size_t kWords = (kPageBytes - kChecksumBytes) / sizeof(uint64_t);
  uint64_t lanes[kLanes] = {number + 1, number ^ kOdd, ~number, number * kOdd};
  for (size_t i = 0; i < kWords; ++i) {
    uint64_t word;
    std::memcpy(&word, page + i * sizeof word, sizeof word);
    uint64_t& lane = lanes[i % kLanes];
    lane = (lane ^ word) * kOdd;
    lane ^= lane >> 29;
  }
  uint64_t sum = 0;
  for (const uint64_t lane : lanes)
    sum = (sum ^ lane) * kOdd + (sum >> 31);
  return sum;
}

bool is_page(int bytes, sqlite3_int64 offset) {
  return bytes == kPageBytes && offset % kPageBytes == 0;
}

unsigned char* checksum_place(unsigned char* page) {
  return page + kPageBytes - kChecksumBytes;
}

int checked_read(sqlite3_file* file, void* buffer, int bytes, sqlite3_int64 offset) {
  const int code = real(file)->pMethods->xRead(real(file), buffer, bytes, offset);
  if (code != SQLITE_OK) return code;
  if (!is_page(bytes, offset)) {
    // Parts of the header are read alone; anything else means that the header's page size is not ours.
    return offset + bytes <= 512 ? SQLITE_OK : SQLITE_IOERR_DATA;
  }
  auto* page = static_cast<unsigned char*>(buffer);
  uint64_t stored;
  std::memcpy(&stored, checksum_place(page), sizeof stored);
  return stored == checksum(page, static_cast<uint64_t>(offset / kPageBytes)) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int checked_write(sqlite3_file* file, const void* buffer, int bytes, sqlite3_int64 offset) {
  if (!is_page(bytes, offset)) return SQLITE_IOERR_WRITE;
  unsigned char page[kPageBytes];
  std::memcpy(page, buffer, sizeof page);
  const uint64_t sum = checksum(page, static_cast<uint64_t>(offset / kPageBytes));
  std::memcpy(checksum_place(page), &sum, sizeof sum);
  return real(file)->pMethods->xWrite(real(file), page, bytes, offset);
}

int checked_close(sqlite3_file* file) {
  return real(file)->pMethods->xClose(real(file));
}

// The rest is passed on.
const sqlite3_io_methods kMethods = {
    2,  // no memory mapping: it would go around xRead
    checked_close,
    checked_read,
    checked_write,
    [](sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
    [](sqlite3_file* f, int flags) { return real(f)->pMethods->xSync(real(f), flags); },
    [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
    [](sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); },
    [](sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); },
    [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int n, int flags) {
      return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
    },
    [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    nullptr,
    nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* vfs = real_vfs();
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return vfs->xOpen(vfs, name, file, flags, out_flags);
  auto* checked = reinterpret_cast<CheckedFile*>(file);
  checked->base.pMethods = nullptr;
  checked->real = reinterpret_cast<sqlite3_file*>(checked + 1);
  const int code = vfs->xOpen(vfs, name, checked->real, flags, out_flags);
  // SQLite closes what has methods, also after an open that failed.
  if (checked->real->pMethods != nullptr) checked->base.pMethods = &kMethods;
  return code;
}

sqlite3_vfs make_vfs(const sqlite3_vfs& below) {
  sqlite3_vfs vfs = below;  // everything but opening is the system's own
  vfs.szOsFile = static_cast<int>(sizeof(CheckedFile)) + below.szOsFile;
  vfs.pNext = nullptr;
  vfs.zName = kCheckedVfs;
  vfs.xOpen = open_file;
  return vfs;
}

}  // namespace

bool register_checked_vfs() {
  static const bool registered = [] {
    if (sqlite3_initialize() != SQLITE_OK || real_vfs() == nullptr) return false;
    static sqlite3_vfs vfs = make_vfs(*real_vfs());
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  return registered;
}

}  // namespace prospectd::store
