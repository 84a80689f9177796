#include "tests/bench/curl_client.h"

#include <curl/curl.h>
#include <simdjson.h>

#include <utility>

namespace prospectd::bench {
namespace {

constexpr long kReceiveBytes = 256 * 1024;

size_t on_body(char* data, size_t, size_t size, void* to) noexcept {
  static_cast<std::string*>(to)->append(data, size);
  return size;
}

Error no_answer(const std::string& what) {
  return make_error(ErrorCode::kInternal, "a request of the bench: " + what);
}

CURL* make_easy() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return curl_easy_init();
}

}  // namespace

struct CurlClient::Easy {
  Easy() = default;
  ~Easy() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
  }
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;

  CURL* handle = make_easy();
  curl_slist* headers = nullptr;
};

CurlClient::CurlClient() : easy_(std::make_unique<Easy>()) {
  curl_easy_setopt(easy_->handle, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(easy_->handle, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy_->handle, CURLOPT_WRITEDATA, static_cast<void*>(&body_));
  curl_easy_setopt(easy_->handle, CURLOPT_PROXY, "");
}
CurlClient::~CurlClient() = default;

void CurlClient::add_header(const std::string& line) {
  easy_->headers = curl_slist_append(easy_->headers, line.c_str());
  curl_easy_setopt(easy_->handle, CURLOPT_HTTPHEADER, easy_->headers);
}
void CurlClient::clear_headers() {
  curl_easy_setopt(easy_->handle, CURLOPT_HTTPHEADER, nullptr);
  curl_slist_free_all(std::exchange(easy_->headers, nullptr));
}

Result<std::string*> CurlClient::get(const std::string& url) {
  curl_easy_setopt(easy_->handle, CURLOPT_HTTPGET, 1L);
  return perform(url);
}
Result<std::string*> CurlClient::post(const std::string& url, const std::string& body) {
  curl_easy_setopt(easy_->handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(easy_->handle, CURLOPT_COPYPOSTFIELDS, body.c_str());
  return perform(url);
}

Result<std::string*> CurlClient::patch(const std::string& url, const std::string& body) {
  curl_easy_setopt(easy_->handle, CURLOPT_CUSTOMREQUEST, "PATCH");
  Result<std::string*> answer = post(url, body);
  curl_easy_setopt(easy_->handle, CURLOPT_CUSTOMREQUEST, nullptr);
  return answer;
}

Result<std::string*> CurlClient::perform(const std::string& url) {
  ++calls_;
  body_.clear();
  curl_easy_setopt(easy_->handle, CURLOPT_URL, url.c_str());
  const CURLcode code = curl_easy_perform(easy_->handle);
  long status = 0;
  curl_easy_getinfo(easy_->handle, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) return no_answer(curl_easy_strerror(code));
  if (status != 200) return no_answer("answered with status " + std::to_string(status));
  body_.reserve(body_.size() + simdjson::SIMDJSON_PADDING);
  return &body_;
}

}  // namespace prospectd::bench
