// The state folder: whose it is, what it lies on, and the database in it.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/words.h"

namespace prospectd::cli::doctor {
namespace {

constexpr int64_t kDiskMegabyte = 1'000'000;
constexpr int64_t kSpaceLeast = 64 * kDiskMegabyte;    // a log of the database needs as much
constexpr int64_t kSpaceWished = 512 * kDiskMegabyte;  // or the size of the database, for a backup beside it
constexpr uint64_t kFreeFilesLeast = 100;
constexpr milliseconds kLookThroughFor{20'000};

struct FileSystemRow {
  uint32_t magic;
  const char* name;
  bool remote;
};
// Those where the locks of SQLite don't hold, or the files don't stay. Source: statfs(2).
constexpr FileSystemRow kDoubtful[] = {
    {0x6969, "NFS", true},      {0x517B, "SMB", true},        {0xFF534D42, "CIFS", true},
    {0xFE534D42, "SMB2", true}, {0x01021997, "9P", true},     {0x00C36400, "Ceph", true},
    {0x5346414F, "AFS", true},  {0x0BD00BD0, "Lustre", true}, {0x01161970, "GFS2", true},
    {0x65735546, "FUSE", true}, {0x01021994, "tmpfs", false}, {0x858458F6, "ramfs", false},
};

std::string disk_megabytes(int64_t bytes) {
  return group_digits((bytes + kDiskMegabyte - 1) / kDiskMegabyte) + " MB";
}

// The folder itself, or the nearest one above it that is there.
std::string existing_folder(const std::string& folder) {
  std::filesystem::path at = folder;
  std::error_code ignored;
  while (!std::filesystem::exists(at, ignored) && at.has_relative_path())
    at = at.parent_path();
  return at.string();
}

Outcome look_at_folder(const Question& q) {
  const std::string& folder = q.config.state.directory;
  const std::string there = existing_folder(folder);
  struct stat info = {};
  if (::stat(there.c_str(), &info) != 0 || ::access(there.c_str(), W_OK | X_OK) != 0) {
    return {failure(ErrorCode::kConfigInvalid,
                    there + " can't be written by this user: " + std::strerror(errno),
                    "run it as the daemon's user, or give the folder to that one (chown)")};
  }
  if (there != folder) return {ok(folder + " is made at the first start")};
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return {failure(ErrorCode::kConfigInvalid, folder + " can be written by others",
                    "chmod 700 " + shell_word(folder))};
  }
  if ((info.st_mode & (S_IRGRP | S_IROTH)) != 0)
    return {warning(folder + " can be looked into by others", "chmod 700 " + shell_word(folder))};
  return {ok(folder + ", for its owner alone")};
}

// Whether a second lock on a file is refused; a file without a name shows it and leaves nothing behind.
std::optional<bool> locks_hold(const std::string& folder) {
  const int first = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (first < 0) return std::nullopt;
  const int second = ::open(("/proc/self/fd/" + std::to_string(first)).c_str(), O_RDWR | O_CLOEXEC);
  std::optional<bool> hold;
  if (second >= 0 && ::flock(first, LOCK_EX | LOCK_NB) == 0)
    hold = ::flock(second, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (second >= 0) ::close(second);
  ::close(first);
  return hold;
}

Outcome look_at_file_system(const Question& q) {
  const std::string folder = existing_folder(q.config.state.directory);
  struct statfs info = {};
  if (::statfs(folder.c_str(), &info) != 0) {
    return {failure(ErrorCode::kDiskFull, folder + ": " + std::strerror(errno), "look at the disk (dmesg)")};
  }
  for (const FileSystemRow& row : kDoubtful) {
    if (row.magic != static_cast<uint32_t>(info.f_type)) continue;
    if (!row.remote) {
      return {warning(folder + " is on " + row.name + ", which is empty after the machine's next start",
                      "set state.directory to a folder on a disk")};
    }
    return {warning(folder + " is on " + row.name + ", where locks may not hold: two daemons could meet",
                    "set state.directory to a folder on a local disk")};
  }
  const std::optional<bool> hold = locks_hold(folder);
  if (hold == false) {
    return {failure(ErrorCode::kConfigInvalid, folder + ": a lock on a file does not keep others out",
                    "set state.directory to a folder on a local disk")};
  }
  return {ok(hold ? "local; locks hold" : "local")};
}

Outcome look_at_space(const Question& q) {
  const std::string folder = existing_folder(q.config.state.directory);
  struct statvfs info = {};
  if (::statvfs(folder.c_str(), &info) != 0) {
    return {failure(ErrorCode::kDiskFull, folder + ": " + std::strerror(errno), "look at the disk (dmesg)")};
  }
  const auto free =
      static_cast<int64_t>(std::min<uint64_t>(info.f_bavail, INT64_MAX / info.f_frsize) * info.f_frsize);
  const std::string left = disk_megabytes(free) + " free at " + folder;
  std::error_code ignored;
  const auto size = std::filesystem::file_size(q.config.state.database_file(), ignored);
  const int64_t database = ignored ? 0 : static_cast<int64_t>(size);
  if (free < kSpaceLeast)
    return {failure(ErrorCode::kDiskFull, left, "make room there; it goes on by itself")};
  if (info.f_files > 0 && info.f_favail < kFreeFilesLeast)
    return {failure(ErrorCode::kDiskFull, "hardly a file more fits at " + folder, "remove files there")};
  if (free < std::max(kSpaceWished, database))
    return {warning(left + (database > free ? ", less than the database itself" : ""), "make room there")};
  return {ok(left)};
}

Outcome look_at_database(const Question& q) {
  auto report = q.facts.hooks.state.inspect(q.config);
  if (!report) return {failure(report.error())};
  const std::string file = q.config.state.database_file();
  Finding finding = ok("none yet: the first start makes it");
  if (report->found) {
    finding = ok(file + ", " + disk_megabytes(report->bytes) + ", " + counted(report->prospects, "prospect"));
  }
  return {finding, [found = *std::move(report)](Facts& facts) { facts.state = found; }};
}

Outcome look_at_schema(const Question& q) {
  if (!q.facts.state) return {skipped("the database could not be opened")};
  const StateReport& state = *q.facts.state;
  if (!state.found) return {skipped("there is no database yet")};
  const std::string number = "schema " + std::to_string(state.schema);
  if (state.schema == state.newest_schema) return {ok(number + ", the newest")};
  return {warning(number + " of " + std::to_string(state.newest_schema) + ": of an older version",
                  "the next start of the daemon migrates it; take a backup before")};
}

Outcome look_at_integrity(const Question& q) {
  if (!q.facts.state) return {skipped("the database could not be opened")};
  if (!q.facts.state->found) return {skipped("there is no database yet")};
  const auto end = std::chrono::steady_clock::now() + kLookThroughFor;
  const auto done =
      q.facts.hooks.state.look_through(q.config, [end] { return std::chrono::steady_clock::now() > end; });
  if (done) return {ok("read through, no damage (quick_check)")};
  if (done.error().code != ErrorCode::kCancelled) return {failure(done.error())};
  return {ok("no damage in what could be read within " + format_duration(kLookThroughFor))};
}

Outcome look_at_log(const Question& q) {
  if (!q.facts.state || !q.facts.state->found) return {skipped("there is no database yet")};
  const int64_t size = q.facts.state->log_bytes;
  const std::string evidence = disk_megabytes(size) + " not yet moved into the database";
  if (size <= 2 * q.facts.state->log_bytes_max) return {ok(evidence)};
  return {warning(evidence, "end what holds the database open for long: a backup, an sqlite3 shell")};
}

Outcome look_at_owner(const Question& q) {
  auto owner = q.facts.hooks.state.owner(q.config);
  const Finding finding = ok(owner ? *owner + " works on it, and nobody else" : "nobody works on it");
  return {finding, [owner](Facts& facts) { facts.owner = owner; }};
}

}  // namespace

Group state_checks() {
  constexpr milliseconds kQuick{5'000};
  return {"state",
          {{"state_folder", "state folder", look_at_folder},
           {"file_system", "file system", look_at_file_system},
           {"disk_space", "free space", look_at_space},
           {"owner", "lock", look_at_owner},
           {"database", "database", look_at_database, kQuick},
           {"schema", "schema", look_at_schema},
           {"integrity", "integrity", look_at_integrity, kLookThroughFor + kQuick},
           {"log_size", "write-ahead log", look_at_log}}};
}

}  // namespace prospectd::cli::doctor
