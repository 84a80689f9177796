#include "reconcile/store/sqlite_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "reconcile/store/sqlite_migrations.h"
#include "reconcile/store/sqlite_vfs.h"

namespace prospectd::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kHeaderBytes = 100;
using Header = std::array<unsigned char, kHeaderBytes>;

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Error not_ours(const std::string& path, const std::string& why) {
  return make_error(ErrorCode::kConfigInvalid, path + ": " + why);
}

std::optional<int64_t> size_of(const std::string& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  return S_ISREG(info.st_mode) ? info.st_size : -1;
}

/// Nothing is left in the log: whoever had the database moved it all into the file.
bool closed_well(const std::string& path) {
  return size_of(path + "-wal").value_or(0) == 0;
}

int64_t big_endian(const Header& header, size_t at, size_t bytes) {
  int64_t value = 0;
  for (size_t i = 0; i < bytes; ++i)
    value = value * 256 + header[at + i];
  return value;
}

// What the first bytes of a file say against it; the checksums and SQLite judge the rest. While its log is
// there, the file's end may be in the middle of being written.
std::optional<std::string> header_fault(const Header& header, int64_t size, bool whole,
                                        const FileFormat& format) {
  constexpr char kMagic[] = "SQLite format 3";
  if (size < kPageBytes || (whole && size % kPageBytes != 0))
    return "its size of " + std::to_string(size) + " bytes is not one that a whole database has";
  if (std::memcmp(header.data(), kMagic, sizeof kMagic) != 0) return "it is not an SQLite database";
  if (big_endian(header, 68, 4) != format.application_id) return "it is another program's database";
  if (big_endian(header, 16, 2) != kPageBytes || header[20] != kChecksumBytes)
    return "its header is not what prospectd writes";
  return std::nullopt;
}

Result<void> check_header(const std::string& path, int64_t size, bool whole, const FileFormat& format) {
  if (size < 0) return not_ours(path, "it is not a regular file");
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return not_ours(path, std::string("it can't be read: ") + std::strerror(errno));
  Header header = {};
  if (::pread(file.fd, header.data(), header.size(), 0) < 0) {
    return make_error(ErrorCode::kDiskFull,
                      "the database " + path + " can't be read: " + std::strerror(errno));
  }
  if (auto fault = header_fault(header, size, whole, format)) return damaged(path, *fault);
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  Descriptor fd{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (fd.fd >= 0 && ::fsync(fd.fd) == 0) return {};
  return make_error(ErrorCode::kDiskFull, "the folder of " + path + " can't be synced");
}

// A new database is made whole beside its place and then renamed, so that what is found under its name was
// complete once: a file cut short is damaged, never new.
Result<void> create_file(const std::string& path, const FileFormat& format) {
  const std::string young = path + ".new";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    ::unlink((young + suffix).c_str());
  {
    Descriptor file{::open(young.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.fd < 0) {
      const ErrorCode code =
          errno == ENOSPC || errno == EDQUOT ? ErrorCode::kDiskFull : ErrorCode::kConfigInvalid;
      return make_error(code, "the database " + path + " can't be created: " + std::strerror(errno));
    }
  }
  {
    PD_ASSIGN(db, Database::open(young, Database::Mode::kCreate, kPageBytes * 64));
    PD_TRY(migrate(*db, format));
    PD_TRY(db->checkpoint());
  }
  if (::rename(young.c_str(), path.c_str()) != 0) {
    return make_error(ErrorCode::kDiskFull,
                      "the database " + path + " can't be created: " + std::strerror(errno));
  }
  return sync_folder(path);
}

}  // namespace

Result<void> make_folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  fs::path made;
  for (const fs::path& part : folder) {  // bounded by the path's length
    made /= part;
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR && errno != EROFS) {
      return not_ours(made.string(), std::string("the folder can't be made: ") + std::strerror(errno));
    }
  }
  if (folder.empty() || ::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return not_ours(folder.string(), std::string("the folder can't be written: ") + std::strerror(errno));
}

Result<void> look_through(Database& db) {
  PD_ASSIGN(found, db.text("PRAGMA quick_check(1)"));
  if (found == "ok") return {};
  return damaged(db.path(), found);
}

Result<bool> find_database_file(const std::string& path, const FileFormat& format) {
  const auto size = size_of(path);
  if (!size && closed_well(path)) return false;
  if (!size) return damaged(path, "its log " + path + "-wal is there, the database is not");
  PD_TRY(check_header(path, *size, closed_well(path), format));
  return true;
}

Result<std::shared_ptr<Database>> open_database_file(const std::string& path, int64_t cache_bytes,
                                                     const FileFormat& format) {
  const bool whole = closed_well(path);
  PD_ASSIGN(found, find_database_file(path, format));
  if (!found) PD_TRY(create_file(path, format));
  PD_ASSIGN(db, Database::open(path, Database::Mode::kWrite, cache_bytes));
  PD_TRY(migrate(*db, format));
  // After a crash the file is read through, while that is quick. Pages that nobody looks at now show their
  // damage when they are read.
  if (!whole && size_of(path).value_or(0) <= kQuickCheckBytesMax) PD_TRY(look_through(*db));
  return db;
}

Result<std::shared_ptr<Database>> open_database_in_memory(int64_t cache_bytes) {
  PD_ASSIGN(db, Database::open(":memory:", Database::Mode::kMemory, cache_bytes));
  PD_TRY(migrate(*db, store_format()));
  return db;
}

}  // namespace prospectd::store
