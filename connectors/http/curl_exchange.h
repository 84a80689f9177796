// Exchange: one request and its answer on one libcurl easy handle: every option that keeps the transfer
// within its limits is set here. Internal to the transport, which owns it and drives it; the loop's one
// thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "connectors/http/message.h"
#include "connectors/http/transport.h"

namespace prospectd::http {

class Exchange {
 public:
  virtual ~Exchange() = default;
  /// libcurl's easy handle (a CURL*), for the multi interface.
  virtual void* easy() const = 0;
  virtual std::chrono::milliseconds timeout() const = 0;
  /// The answer, or what went wrong, after libcurl ended the transfer with `curl_code`. Once.
  virtual Result<Response> finish(int curl_code) = 0;
  /// An error about this request: "GET https://host/path: why", without query, headers or body (I11). Says
  /// whether it was sent.
  virtual Error error(ErrorCode code, std::string_view why) const = 0;
};

/// Checks the request and prepares its handle; nothing is sent yet. `options` is copied from.
/// **Errors:** kRefusedTarget (URL or scheme), kInvalidInput (method or header that can't be sent), kInternal
/// when libcurl lacks an option that the limits rest on.
Result<std::unique_ptr<Exchange>> make_exchange(Request request, const CurlOptions& options);

}  // namespace prospectd::http
