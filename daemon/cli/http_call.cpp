#include "daemon/cli/http_call.h"

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

#include <mutex>

#include "config/values.h"

namespace prospectd::cli {
namespace {

constexpr int kThreads = 2;
constexpr std::string_view kScheme = "http://";

// Without it the library starts some forty threads.
void start_threads_once() {
  static std::once_flag once;
  std::call_once(once, [] { crossplat::threadpool::initialize_with_threads(kThreads); });
}

bool is_on_this_machine(const std::string& base) {
  if (!base.starts_with(kScheme)) return false;
  const auto endpoint = config::parse_endpoint(std::string_view(base).substr(kScheme.size()));
  return endpoint && config::is_loopback(endpoint->host);
}

Error failure_of(const web::http::http_exception& e, const std::string& base) {
  const bool late = e.error_code() == std::errc::timed_out;
  return make_error(late ? ErrorCode::kTimeout : ErrorCode::kNetwork,
                    (late ? "no answer in time from " : "nobody answers at ") + base);
}

Result<HttpAnswer> exchange(const HttpCall& call) {
  web::http::client::http_client_config options;
  options.set_timeout(call.timeout);
  options.set_max_redirects(0);
  web::http::client::http_client client(web::uri(call.base), options);
  web::http::http_request request(call.method);
  request.set_request_uri(web::uri(call.target));
  for (const auto& [name, value] : call.headers)
    request.headers().add(name, value);
  if (!call.body.empty()) request.set_body(call.body, "application/json");
  web::http::http_response response = client.request(request).get();
  if (response.headers().content_length() > kAnswerBytesMax) {
    return make_error(ErrorCode::kTooLarge, "the answer is too large");
  }
  const std::vector<unsigned char> bytes = response.extract_vector().get();
  return HttpAnswer{response.status_code(), std::string(bytes.begin(), bytes.end())};
}

}  // namespace

Result<HttpAnswer> http_call(const HttpCall& call) {
  if (!is_on_this_machine(call.base)) {
    return make_error(ErrorCode::kRefusedTarget, "only http:// to this machine is called: " + call.base);
  }
  try {
    start_threads_once();
    return exchange(call);
  } catch (const web::http::http_exception& e) {
    return failure_of(e, call.base);
  } catch (const std::exception&) {
    return make_error(ErrorCode::kNetwork, "the call to " + call.base + " failed");
  }
}

std::string escape_for_url(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace prospectd::cli
