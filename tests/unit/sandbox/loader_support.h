// A folder of an export for the tests of the loader, and zips built byte by byte, sound ones and others.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "connectors/sandbox/loader.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {

/// An entry as it is written; what differs from the truth is set by hand.
struct ZipPiece {
  std::string name;
  std::string content;
  bool deflated = true;
  uint16_t flags = 0;
  std::optional<uint16_t> method = {};  ///< as both headers say
  std::optional<uint64_t> claims = {};  ///< the size that the list claims
  std::optional<uint32_t> crc = {};
  bool wide = false;  ///< sizes and place are in a zip64 extra field
  std::string local_name = {};
};

inline std::string little_endian(uint64_t value, size_t size) {
  std::string out;
  for (size_t i = 0; i < size; ++i)
    out += static_cast<char>(i < sizeof value ? value >> (8 * i) & 0xff : 0);
  return out;
}

inline std::string deflated(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string zip_of(const std::vector<ZipPiece>& pieces, bool wide_end = false) {
  std::string body;
  std::string list;
  for (const ZipPiece& piece : pieces) {
    const std::string packed = piece.deflated ? deflated(piece.content) : piece.content;
    const uint64_t bytes = piece.claims.value_or(piece.content.size());
    const auto crc = piece.crc.value_or(static_cast<uint32_t>(crc32(
        0, reinterpret_cast<const Bytef*>(piece.content.data()), static_cast<uInt>(piece.content.size()))));
    const std::string common = little_endian(piece.flags, 2) +
                               little_endian(piece.method.value_or(piece.deflated ? 8 : 0), 2) +
                               little_endian(0, 4) + little_endian(crc, 4);
    const std::string& local_name = piece.local_name.empty() ? piece.name : piece.local_name;
    const uint64_t place = body.size();
    const uint64_t all_set = 0xffff'ffff;
    const std::string extra = piece.wide
                                  ? little_endian(1, 2) + little_endian(24, 2) + little_endian(bytes, 8) +
                                        little_endian(packed.size(), 8) + little_endian(place, 8)
                                  : "";
    body += "PK\x03\x04" + little_endian(20, 2) + common + little_endian(packed.size(), 4) +
            little_endian(bytes, 4) + little_endian(local_name.size(), 2) + little_endian(0, 2) + local_name +
            packed;
    list += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + common +
            little_endian(piece.wide ? all_set : packed.size(), 4) +
            little_endian(piece.wide ? all_set : bytes, 4) + little_endian(piece.name.size(), 2) +
            little_endian(extra.size(), 2) + little_endian(0, 10) +
            little_endian(piece.wide ? all_set : place, 4) + piece.name + extra;
  }
  const uint64_t list_at = body.size();
  std::string wide;
  if (wide_end) {
    wide = "PK\x06\x06" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
           little_endian(0, 8) + little_endian(pieces.size(), 8) + little_endian(pieces.size(), 8) +
           little_endian(list.size(), 8) + little_endian(list_at, 8) + "PK\x06\x07" + little_endian(0, 4) +
           little_endian(list_at + list.size(), 8) + little_endian(1, 4);
  }
  const uint64_t all = wide_end ? 0xffff'ffff : 0;
  return body + list + wide + "PK\x05\x06" + little_endian(0, 4) +
         little_endian(wide_end ? 0xffff : pieces.size(), 2) +
         little_endian(wide_end ? 0xffff : pieces.size(), 2) +
         little_endian(wide_end ? all : list.size(), 4) + little_endian(wide_end ? all : list_at, 4) +
         little_endian(0, 2);
}

class LoaderTest : public SandboxTest {
 protected:
  LoaderTest()
      : folder_(std::filesystem::temp_directory_path() / ("sandbox_load_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~LoaderTest() override { std::filesystem::remove_all(folder_); }

  void file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  /// Loads the folder, or a file in it.
  LoadReport load(const std::string& name = {}) {
    auto report = load_export((folder_ / name).string(), *org_);
    EXPECT_TRUE(report) << (report ? "" : report.error().text());
    return report ? *std::move(report) : LoadReport{};
  }
  /// Why it can't be loaded.
  std::string refusal(const std::string& name = {}) {
    const auto report = load_export((folder_ / name).string(), *org_);
    EXPECT_FALSE(report);
    if (report) return "";
    EXPECT_EQ(report.error().code, ErrorCode::kConfigInvalid);
    return report.error().message;
  }
  static std::vector<std::string> issues(const LoadReport& report) {
    std::vector<std::string> out;
    for (const LoadIssue& issue : report.issues)
      out.push_back(issue.text());
    return out;
  }
  std::filesystem::path folder_;
};

}  // namespace prospectd::sandbox::testing
