#include "connectors/sandbox/zip_stream.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <vector>

namespace prospectd::sandbox {
namespace {

constexpr size_t kPackedBufferBytes = 64 * 1024;

class ZipStream final : public ByteSource {
 public:
  ZipStream(std::string what, int file, uint64_t data_at, const ZipEntry& entry)
      : what_(std::move(what)),
        file_(file),
        at_(data_at),
        packed_left_(entry.packed_bytes),
        left_(entry.bytes),
        crc_wanted_(entry.crc),
        stored_(entry.method == kZipStored) {
    constexpr int kRawDeflate = -15;
    if (!stored_ && inflateInit2(&stream_, kRawDeflate) != Z_OK) throw std::bad_alloc();
  }
  ~ZipStream() override {
    if (!stored_) inflateEnd(&stream_);
  }
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;

  size_t read(char* to, size_t size) override {
    if (!failure_.empty() || ended_ || size == 0) return 0;
    const size_t got = stored_ ? read_packed(to, size) : inflate_into(to, size);
    if (!failure_.empty()) return 0;
    if (got > left_) return fail("is longer than it says");
    left_ -= got;
    crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(to), got);
    if (got == 0) {
      ended_ = true;
      if (left_ > 0) return fail("is shorter than it says");
      if (crc_ != crc_wanted_) return fail("is damaged: its checksum is another one");
    }
    return got;
  }
  const std::string& failure() const override { return failure_; }

 private:
  size_t fail(const std::string& how) {
    failure_ = what_ + " " + how;
    return 0;
  }

  // The next bytes as they are in the file; 0 at the end of the entry.
  size_t read_packed(char* to, size_t size) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(size, packed_left_));
    if (wanted == 0) return 0;
    const ssize_t got = ::pread(file_, to, wanted, static_cast<off_t>(at_));
    if (got <= 0) return fail("can't be read");
    at_ += static_cast<uint64_t>(got);
    packed_left_ -= static_cast<uint64_t>(got);
    return static_cast<size_t>(got);
  }

  size_t inflate_into(char* to, size_t size) {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min<size_t>(size, kPackedBufferBytes * 16));
    const uInt room = stream_.avail_out;
    while (stream_.avail_out == room && !unpacked_) {
      if (stream_.avail_in == 0) {
        stream_.avail_in = static_cast<uInt>(read_packed(packed_.data(), packed_.size()));
        stream_.next_in = reinterpret_cast<Bytef*>(packed_.data());
        if (stream_.avail_in == 0) return fail("is damaged: it breaks off");
      }
      const int code = inflate(&stream_, Z_NO_FLUSH);
      unpacked_ = code == Z_STREAM_END;
      if (code != Z_OK && !unpacked_) return fail("is damaged: it can't be unpacked");
    }
    return room - stream_.avail_out;
  }

  std::string what_;
  int file_;
  uint64_t at_;
  uint64_t packed_left_;
  uint64_t left_;
  uLong crc_ = 0;
  uLong crc_wanted_;
  bool stored_;
  bool ended_ = false;
  bool unpacked_ = false;
  z_stream stream_{};
  std::vector<char> packed_ = std::vector<char>(kPackedBufferBytes);
  std::string failure_;
};

}  // namespace

std::unique_ptr<ByteSource> make_zip_stream(std::string what, int file, uint64_t data_at,
                                            const ZipEntry& entry) {
  return std::make_unique<ZipStream>(std::move(what), file, data_at, entry);
}

}  // namespace prospectd::sandbox
