// One HTTP request to a program of our own on this machine: the daemon's control API, or the sandbox's admin
// endpoint. cpprestsdk's client is behind it (docs/decisions/0001), with no redirects and a bound on time.
// Blocking; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace prospectd::cli {

struct HttpCall {
  std::string method = "GET";
  std::string base;    ///< "http://127.0.0.1:8440"; loopback only
  std::string target;  ///< "/v1/status", escaped
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< JSON; empty: none
  std::chrono::milliseconds timeout{30'000};
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};
constexpr size_t kAnswerBytesMax = 64 * 1024 * 1024;

/// **Errors:** kNetwork when nobody answers, kTimeout, kTooLarge over kAnswerBytesMax, kRefusedTarget for a
/// base that is not on this machine.
Result<HttpAnswer> http_call(const HttpCall& call);

/// Text as a part of a URL: everything but letters, digits and -._~ escaped.
std::string escape_for_url(std::string_view text);

}  // namespace prospectd::cli
