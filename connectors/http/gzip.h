// gzip (RFC 1952) for message bodies: whole strings, and a stream that is fed piece by piece. Decoding always
// has a cap on what comes out, so that a small body can't become a huge one (F22). Values, any one thread;
// zlib stays in the .cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace prospectd::http {

/// Undoes gzip on a stream. One or more members; nothing but members.
class GzipDecoder {
 public:
  /// `output_max`: decoded bytes, over the decoder's whole life.
  explicit GzipDecoder(size_t output_max);
  ~GzipDecoder();
  GzipDecoder(GzipDecoder&&) noexcept;
  GzipDecoder& operator=(GzipDecoder&&) noexcept;
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  /// Decodes `piece` and appends what it yields to `out`.
  /// **Errors:** kTooLarge past the cap (nothing more is decoded), kBadPayload when it is not gzip or its
  /// checksum is wrong.
  Result<void> feed(std::string_view piece, std::string& out);
  /// True when the input ended with a member, or there was none at all: what came is whole.
  bool finished() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The decoded text of a whole gzip body.
/// **Errors:** kTooLarge past `output_max` decoded bytes; kBadPayload when it is not gzip, or cut.
Result<std::string> gzip_decompress(std::string_view body, size_t output_max);

/// `body` as one gzip member, at a level that favours speed.
std::string gzip_compress(std::string_view body);

}  // namespace prospectd::http
