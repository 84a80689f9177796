#include "connectors/http/gzip.h"

#include <zlib.h>

#include <array>
#include <limits>
#include <new>
#include <stdexcept>

namespace prospectd::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to say: 32 KiB window, gzip framing only
constexpr int kMemoryLevel = 8;
constexpr int kFastLevel = 1;  // half the size of JSON for a third of the default level's time
constexpr size_t kStepBytes = 16 * 1024;
constexpr size_t kInputStepMax = std::numeric_limits<uInt>::max();

/// zlib never writes through next_in, but its type is not const.
Bytef* input_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

struct GzipDecoder::State {
  explicit State(size_t max) : room(max) {
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// One call of inflate into `step`; moves what came out to `out`.
  Result<void> inflate_step(std::string& out);

  z_stream stream{};
  std::array<char, kStepBytes> step;
  size_t room;
  bool between_members = true;
};

Result<void> GzipDecoder::State::inflate_step(std::string& out) {
  if (between_members && inflateReset(&stream) != Z_OK) {
    return make_error(ErrorCode::kBadPayload, "the compressed body can't be decoded");
  }
  between_members = false;
  stream.next_out = reinterpret_cast<Bytef*>(step.data());
  stream.avail_out = static_cast<uInt>(step.size());
  const int code = inflate(&stream, Z_NO_FLUSH);
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
    return make_error(ErrorCode::kBadPayload, "the body is not valid gzip");
  }
  const size_t produced = step.size() - stream.avail_out;
  if (produced > room) {
    return make_error(ErrorCode::kTooLarge, "the body is over its limit once decompressed");
  }
  room -= produced;
  out.append(step.data(), produced);
  between_members = code == Z_STREAM_END;
  return {};
}

GzipDecoder::GzipDecoder(size_t output_max) : state_(std::make_unique<State>(output_max)) {}
GzipDecoder::~GzipDecoder() = default;
GzipDecoder::GzipDecoder(GzipDecoder&&) noexcept = default;
GzipDecoder& GzipDecoder::operator=(GzipDecoder&&) noexcept = default;

Result<void> GzipDecoder::feed(std::string_view piece, std::string& out) {
  z_stream& stream = state_->stream;
  while (!piece.empty()) {
    const std::string_view part = piece.substr(0, kInputStepMax);
    piece.remove_prefix(part.size());
    stream.next_in = input_of(part);
    stream.avail_in = static_cast<uInt>(part.size());
    do {
      PD_TRY(state_->inflate_step(out));
    } while (stream.avail_in > 0 || (stream.avail_out == 0 && !state_->between_members));
  }
  return {};
}

bool GzipDecoder::finished() const {
  return state_->between_members;
}

Result<std::string> gzip_decompress(std::string_view body, size_t output_max) {
  GzipDecoder decoder(output_max);
  std::string out;
  PD_TRY(decoder.feed(body, out));
  if (body.empty() || !decoder.finished()) {
    return make_error(ErrorCode::kBadPayload, "the compressed body ends too early");
  }
  return out;
}

std::string gzip_compress(std::string_view body) {
  if (body.size() > kInputStepMax) throw std::length_error("a body of 4 GiB or more can't be compressed");
  z_stream stream{};
  if (deflateInit2(&stream, kFastLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = input_of(body);
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::length_error("a body doesn't fit its compressed bound");
  return out;
}

}  // namespace prospectd::http
