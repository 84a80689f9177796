#include "connectors/sandbox/zip_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/harmless.h"
#include "base/text.h"
#include "connectors/sandbox/zip_stream.h"

namespace prospectd::sandbox {
namespace {

// The records of the format, by their signatures and their sizes without what is of variable length.
constexpr uint32_t kEndSignature = 0x0605'4b50;
constexpr size_t kEndBytes = 22;
constexpr uint32_t kWideLocatorSignature = 0x0706'4b50;
constexpr size_t kWideLocatorBytes = 20;
constexpr uint32_t kWideEndSignature = 0x0606'4b50;
constexpr size_t kWideEndBytes = 56;
constexpr uint32_t kListedSignature = 0x0201'4b50;
constexpr size_t kListedBytes = 46;
constexpr uint32_t kLocalSignature = 0x0403'4b50;
constexpr size_t kLocalBytes = 30;
constexpr size_t kCommentMax = 0xffff;
constexpr uint16_t kWideExtra = 1;
constexpr uint32_t kIsWide = 0xffff'ffff;  // the value is in the 64-bit extra field
constexpr uint16_t kEncrypted = 1u << 0;
constexpr uint16_t kMaskedHeaders = 1u << 13;

uint64_t little(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}
uint16_t little16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(little(bytes, at, 2));
}
uint32_t little32(std::string_view bytes, size_t at) {
  return static_cast<uint32_t>(little(bytes, at, 4));
}
uint64_t little64(std::string_view bytes, size_t at) {
  return little(bytes, at, 8);
}

// True for a name that could lead out of a folder, or hide what it is.
bool leads_elsewhere(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos ||
      name.find('\0') != std::string_view::npos || (name.size() > 1 && name[1] == ':'))
    return true;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

// Takes the next 64-bit value of the extra field where the listed one stands for it. False when it is
// missing.
bool widen(uint64_t& value, std::string_view& wide) {
  if (value != kIsWide) return true;
  if (wide.size() < 8) return false;
  value = little64(wide, 0);
  wide.remove_prefix(8);
  return true;
}

// The content of an extra field; empty where there is none.
std::string_view extra_field(std::string_view extra, uint16_t kind) {
  constexpr size_t kHead = 4;
  while (extra.size() >= kHead) {
    const size_t size = little16(extra, 2);
    if (size > extra.size() - kHead) break;
    if (little16(extra, 0) == kind) return extra.substr(kHead, size);
    extra.remove_prefix(kHead + size);
  }
  return {};
}

}  // namespace

ZipFile::ZipFile(std::string path, int file, uint64_t bytes, ZipLimits limits)
    : path_(std::move(path)), file_(file), bytes_(bytes), limits_(limits) {}
ZipFile::~ZipFile() {
  ::close(file_);
}

Error ZipFile::problem(const std::string& what) const {
  return make_error(ErrorCode::kConfigInvalid, path_ + ": " + what);
}

Result<std::unique_ptr<ZipFile>> ZipFile::open(const std::string& path, ZipLimits limits) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return make_error(ErrorCode::kConfigInvalid, path + " can't be read; check its permissions");
  struct stat status {};
  const bool regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  std::unique_ptr<ZipFile> zip(
      new ZipFile(path, file, regular ? static_cast<uint64_t>(status.st_size) : 0, limits));
  if (!regular) return zip->problem("is not a regular file");
  PD_TRY(zip->read_directory());
  return zip;
}

Result<std::string> ZipFile::bytes_at(uint64_t at, size_t size) const {
  if (at > bytes_ || size > bytes_ - at) return problem("the zip is damaged: it ends too early");
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t got = ::pread(file_, bytes.data() + done, size - done, static_cast<off_t>(at + done));
    if (got <= 0) return problem("can't be read");
    done += static_cast<size_t>(got);
  }
  return bytes;
}

Result<ZipFile::Directory> ZipFile::find_directory() const {
  const size_t tail_bytes = static_cast<size_t>(std::min<uint64_t>(bytes_, kEndBytes + kCommentMax));
  PD_ASSIGN(tail, bytes_at(bytes_ - tail_bytes, tail_bytes));
  for (size_t at = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; at-- > 0;) {
    // The comment must reach to the end: what only looks like a record inside one does not.
    if (little32(tail, at) != kEndSignature || at + kEndBytes + little16(tail, at + 20) != tail.size())
      continue;
    if (little16(tail, at + 4) != little16(tail, at + 6))
      return problem("is one of several volumes; join them to one zip first");
    Directory directory{little32(tail, at + 16), little32(tail, at + 12), little16(tail, at + 10)};
    PD_TRY(widen_directory(bytes_ - tail.size() + at, directory));
    return directory;
  }
  return problem("is not a zip, or its end is missing");
}

// A zip64 has a second, wider record before the one at the end.
Result<void> ZipFile::widen_directory(uint64_t end_at, Directory& directory) const {
  if (end_at < kWideLocatorBytes) return {};
  PD_ASSIGN(locator, bytes_at(end_at - kWideLocatorBytes, kWideLocatorBytes));
  if (little32(locator, 0) != kWideLocatorSignature) return {};
  PD_ASSIGN(wide, bytes_at(little64(locator, 8), kWideEndBytes));
  if (little32(wide, 0) != kWideEndSignature || little32(wide, 16) != little32(wide, 20))
    return problem("the zip64 is damaged, or one of several volumes");
  directory = {little64(wide, 48), little64(wide, 40), little64(wide, 32)};
  return {};
}

Result<void> ZipFile::read_directory() {
  PD_ASSIGN(directory, find_directory());
  if (directory.entries > limits_.entries_max || directory.bytes > limits_.directory_bytes_max)
    return problem("has more entries than " + std::to_string(limits_.entries_max));
  PD_ASSIGN(all, bytes_at(directory.at, static_cast<size_t>(directory.bytes)));
  std::string_view left = all;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    if (left.size() < kListedBytes || little32(left, 0) != kListedSignature)
      return problem("the zip is damaged: its list of entries breaks off");
    const size_t name = little16(left, 28);
    const size_t extra = little16(left, 30);
    const size_t whole = kListedBytes + name + extra + little16(left, 32);
    if (whole > left.size()) return problem("the zip is damaged: its list of entries breaks off");
    PD_TRY(add_entry(left.substr(0, kListedBytes), left.substr(kListedBytes, name),
                     left.substr(kListedBytes + name, extra)));
    left.remove_prefix(whole);
  }
  return check_entries(directory.at);
}

Result<void> ZipFile::add_entry(std::string_view record, std::string_view name, std::string_view extra) {
  if (leads_elsewhere(name))
    return problem("an entry's name leads out of the zip: " + harmless(name) +
                   "; it was not made by an export");
  if (name.ends_with('/')) return {};
  ZipEntry entry;
  entry.name = name;
  entry.flags = little16(record, 8);
  entry.method = little16(record, 10);
  entry.crc = little32(record, 16);
  entry.packed_bytes = little32(record, 20);
  entry.bytes = little32(record, 24);
  entry.header_at = little32(record, 42);
  std::string_view wide = extra_field(extra, kWideExtra);
  // In this order, each only where its 32 bits are all set.
  if (!widen(entry.bytes, wide) || !widen(entry.packed_bytes, wide) || !widen(entry.header_at, wide))
    return problem("the zip64 is damaged: entry " + harmless(name) + " lacks its sizes");
  entries_.push_back(std::move(entry));
  return {};
}

// No name twice, and no byte in two entries: that is how small zips unpack without end.
Result<void> ZipFile::check_entries(uint64_t directory_at) const {
  std::unordered_set<std::string> names;
  std::vector<const ZipEntry*> in_order;
  for (const ZipEntry& entry : entries_) {
    if (!names.insert(to_lower_ascii(entry.name)).second)
      return problem("entry " + harmless(entry.name) + " is there twice");
    in_order.push_back(&entry);
  }
  std::sort(in_order.begin(), in_order.end(),
            [](const ZipEntry* a, const ZipEntry* b) { return a->header_at < b->header_at; });
  for (size_t i = 0; i < in_order.size(); ++i) {
    const ZipEntry& entry = *in_order[i];
    const uint64_t end = i + 1 < in_order.size() ? in_order[i + 1]->header_at : directory_at;
    const uint64_t least = kLocalBytes + entry.name.size();
    if (entry.header_at > end || end - entry.header_at < least ||
        end - entry.header_at - least < entry.packed_bytes)
      return problem("the zip is damaged: entry " + harmless(entry.name) + " lies over another one");
  }
  return {};
}

Result<std::unique_ptr<ByteSource>> ZipFile::read(const ZipEntry& entry) const {
  const std::string name = "entry " + harmless(entry.name);
  if ((entry.flags & (kEncrypted | kMaskedHeaders)) != 0)
    return problem(name + " is encrypted; unpack it to a folder and load that");
  if (entry.method != kZipStored && entry.method != kZipDeflated)
    return problem(name + " is packed by method " + std::to_string(entry.method) +
                   "; only stored and deflated ones can be read");
  if (entry.bytes > limits_.entry_bytes_max) return problem(name + " is too large");
  if (entry.bytes > limits_.ratio_free_bytes && entry.bytes / limits_.ratio_max > entry.packed_bytes)
    return problem(name + " unpacks to more than " + std::to_string(limits_.ratio_max) +
                   " times its size; no export does");
  PD_ASSIGN(header, bytes_at(entry.header_at, kLocalBytes));
  const size_t name_bytes = little16(header, 26);
  const uint64_t data_at = entry.header_at + kLocalBytes + name_bytes + little16(header, 28);
  PD_ASSIGN(local_name, bytes_at(entry.header_at + kLocalBytes, name_bytes));
  const bool same = little32(header, 0) == kLocalSignature && local_name == entry.name &&
                    little16(header, 8) == entry.method;
  if (!same || data_at > bytes_ || entry.packed_bytes > bytes_ - data_at)
    return problem("the zip is damaged: " + name + " contradicts the list");
  return make_zip_stream(path_ + ": " + name, file_, data_at, entry);
}

}  // namespace prospectd::sandbox
