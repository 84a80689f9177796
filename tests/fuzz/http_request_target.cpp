#include <algorithm>
#include <string>

#include "connectors/http/request_parser.h"
#include "tests/fuzz/targets.h"

namespace prospectd::fuzz {
namespace {

constexpr size_t kHeaderBytesMax = 4'096;
constexpr size_t kBodyBytesMax = 16'384;

struct Reading {
  int refusal = 0;
  bool done = false;
  size_t taken = 0;
  std::string method;
  std::string target;
  std::string body;
  size_t headers = 0;

  bool operator==(const Reading&) const = default;
};

// As a connection does it: what is left is offered again, with the next bytes behind it.
Reading read_request(std::string_view bytes, size_t step) {
  http::RequestParser parser(kHeaderBytesMax, kBodyBytesMax);
  Reading reading;
  size_t offered = 0;
  while (!parser.done() && parser.refusal() == 0) {
    const size_t taken = parser.feed(bytes.substr(reading.taken, offered - reading.taken));
    reading.taken += taken;
    if (taken > 0) continue;
    if (offered == bytes.size()) break;
    offered = std::min(bytes.size(), offered + step);
  }
  reading.refusal = parser.refusal();
  reading.done = parser.done();
  if (reading.refusal != 0) return Reading{reading.refusal, false, 0, {}, {}, {}, 0};
  if (!reading.done) return Reading{};
  const http::ServerRequest& request = parser.request();
  reading.method = request.method;
  reading.target = request.target;
  reading.body = request.body;
  reading.headers = request.headers.fields().size();
  return reading;
}

}  // namespace

void http_request(std::string_view bytes) {
  const Reading whole = read_request(bytes, bytes.size());
  if (whole.body.size() > kBodyBytesMax) broken("a body beyond its limit was taken");
  if (whole.taken > bytes.size()) broken("more was taken than there is");
  const Reading byte_by_byte = read_request(bytes, 1);
  // With fewer than five bytes of a chunked body at hand the parser waits, and may refuse them later.
  const bool waits = !byte_by_byte.done && byte_by_byte.refusal == 0;
  if (!waits && !(whole == byte_by_byte)) broken("byte by byte, the request is another one");
}

}  // namespace prospectd::fuzz
