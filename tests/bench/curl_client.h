// CurlClient: libcurl's easy interface on one kept connection, one request at a time: what a bare program
// asks a CRM with. Blocking; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace prospectd::bench {

class CurlClient {
 public:
  CurlClient();
  ~CurlClient();
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  /// Goes with every request from now on: "Name: value".
  void add_header(const std::string& line);
  void clear_headers();
  /// The answer's body, with room behind it for simdjson; valid until the next call.
  /// **Errors:** kInternal when there is none, or its status is not 200.
  Result<std::string*> get(const std::string& url);
  Result<std::string*> post(const std::string& url, const std::string& body);
  Result<std::string*> patch(const std::string& url, const std::string& body);
  /// Requests so far.
  int64_t calls() const { return calls_; }

 private:
  struct Easy;

  Result<std::string*> perform(const std::string& url);

  std::unique_ptr<Easy> easy_;
  std::string body_;
  int64_t calls_ = 0;
};

}  // namespace prospectd::bench
