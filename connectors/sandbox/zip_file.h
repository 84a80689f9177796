// ZipFile: the entries of a zip as streams, for exports that come packed. Stored and deflated entries, zip64
// too. Everything in the file is hostile until checked: names that lead elsewhere, entries that overlap, lie
// about their size or unpack beyond reason are refused. Memory is the list of entries and two buffers a
// stream. One owner, one thread; the streams must not outlive the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/sandbox/byte_source.h"

namespace prospectd::sandbox {

struct ZipLimits {
  size_t entries_max = 100'000;
  uint64_t directory_bytes_max = 64ULL * 1024 * 1024;
  uint64_t entry_bytes_max = 64ULL * 1024 * 1024 * 1024;  ///< unpacked
  uint64_t ratio_max = 200;                               ///< unpacked to packed, of an entry
  uint64_t ratio_free_bytes = 16ULL * 1024 * 1024;        ///< up to here an entry may unpack as it likes
};

struct ZipEntry {
  std::string name;  ///< with slashes, never absolute, without ".."
  uint64_t packed_bytes = 0;
  uint64_t bytes = 0;
  uint64_t header_at = 0;
  uint32_t crc = 0;
  uint16_t method = 0;
  uint16_t flags = 0;
};

class ZipFile {
 public:
  ~ZipFile();
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  /// Reads the list of entries; folders are left out of it.
  /// **Errors:** kConfigInvalid with what is wrong: no zip, damaged, one of several volumes, too many
  /// entries, a name twice or one that leads out of the zip, entries that overlap.
  static Result<std::unique_ptr<ZipFile>> open(const std::string& path, ZipLimits limits = {});

  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// A stream of an entry's content, checked against size and checksum at its end.
  /// **Errors:** kConfigInvalid for an encrypted entry, another method than stored and deflated, a size
  /// beyond the limits, a header that contradicts the list.
  Result<std::unique_ptr<ByteSource>> read(const ZipEntry& entry) const;

 private:
  ZipFile(std::string path, int file, uint64_t bytes, ZipLimits limits);

  /// Where the list of entries is.
  struct Directory {
    uint64_t at = 0;
    uint64_t bytes = 0;
    uint64_t entries = 0;
  };
  Error problem(const std::string& what) const;
  Result<std::string> bytes_at(uint64_t at, size_t size) const;
  Result<Directory> find_directory() const;
  Result<void> widen_directory(uint64_t end_at, Directory& directory) const;
  Result<void> read_directory();
  Result<void> add_entry(std::string_view record, std::string_view name, std::string_view extra);
  Result<void> check_entries(uint64_t directory_at) const;

  std::string path_;
  int file_;
  uint64_t bytes_;
  ZipLimits limits_;
  std::vector<ZipEntry> entries_;
};

}  // namespace prospectd::sandbox
