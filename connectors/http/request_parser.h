// RequestParser: one HTTP/1 request from bytes, within limits, refusing everything that two readers could
// read differently (F60). Internal to the server; Beast's parser stays in the .cpp. Values, any one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "connectors/http/body_limit.h"
#include "connectors/http/message.h"

namespace prospectd::http {

class RequestParser {
 public:
  /// `body_limit_of`, where it is set, decides in place of `body_bytes_max`.
  RequestParser(size_t header_bytes_max, size_t body_bytes_max, BodyLimit body_limit_of = {});
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes what it can from the front of `bytes` and returns how many bytes that was; the caller offers the
  /// rest again, with more behind it. Never past the end of the request.
  size_t feed(std::string_view bytes);

  bool header_done() const;
  bool done() const;
  /// 0, or the status (400, 413, 414, 417, 431) to refuse the request with; nothing more is parsed then.
  int refusal() const;
  bool expects_continue() const;
  /// The client wants the connection kept after the answer.
  bool keep_alive() const;
  bool is_http_1_0() const;
  /// The most bytes that this request's body may have, once its header is done.
  size_t body_bytes_max() const;
  /// The request so far: complete when done().
  ServerRequest& request();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prospectd::http
