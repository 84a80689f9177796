#include "connectors/http/curl_exchange.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "connectors/http/gzip.h"
#include "connectors/http/syntax.h"
#include "connectors/http/target_policy.h"

namespace prospectd::http {
namespace {

namespace ip = boost::asio::ip;

constexpr size_t kResponseFieldsMax = 256;
constexpr long kReceiveBufferBytes = 64 * 1024;

/// Framing is libcurl's; a second opinion in a header is how requests are smuggled.
constexpr std::array<std::string_view, 3> kReservedFields = {"content-length", "transfer-encoding", "expect"};

Error unsent(ErrorCode code, std::string_view why) {
  Error error = make_error(code, std::string(why));
  error.never_sent = true;
  return error;
}

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// The path for a message. Segments that may hold a person's value (an external id in a path) are left out.
std::string path_for_message(std::string_view target) {
  std::string_view path = target.substr(0, target.find('?'));
  std::string text;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    text += '/';
    text += segment.find_first_of("%@") == std::string_view::npos ? segment : std::string_view("…");
    path.remove_prefix(segment.size());
  }
  return text;
}

std::optional<ip::address> address_of(const sockaddr& raw) {
  if (raw.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &raw, sizeof v4);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (raw.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &raw, sizeof v6);
    ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return ip::address_v6(bytes);
  }
  return std::nullopt;
}

struct CurlFault {
  CURLcode curl;
  ErrorCode code;
  std::string_view why;
};

/// What libcurl's codes mean to us; any other is kNetwork in libcurl's own words, which hold no values.
constexpr std::array<CurlFault, 11> kCurlFaults = {{
    {CURLE_OPERATION_TIMEDOUT, ErrorCode::kTimeout, "no connection in time"},
    {CURLE_COULDNT_RESOLVE_HOST, ErrorCode::kNetwork, "the host name is not found"},
    {CURLE_COULDNT_CONNECT, ErrorCode::kNetwork, "no connection: nothing answers there"},
    {CURLE_PARTIAL_FILE, ErrorCode::kNetwork, "the connection closed before the whole answer came"},
    {CURLE_GOT_NOTHING, ErrorCode::kNetwork, "the connection closed without an answer"},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorCode::kNetwork, "the server's certificate can't be verified"},
    {CURLE_SSL_CACERT_BADFILE, ErrorCode::kConfigInvalid, "the file of trusted certificates can't be read"},
    {CURLE_WEIRD_SERVER_REPLY, ErrorCode::kServerError, "the answer is not HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorCode::kServerError, "the answer is not HTTP/1"},
    {CURLE_BAD_FUNCTION_ARGUMENT, ErrorCode::kInternal, "the request can't be built"},
    // libcurl gives up on one header line of 100 KiB in these words, before our own count sees it.
    {CURLE_OUT_OF_MEMORY, ErrorCode::kTooLarge, "a header line of the answer is over its limit"},
}};

class CurlExchange final : public Exchange {
 public:
  CurlExchange(Request request, Url url, const CurlOptions& options)
      : request_(std::move(request)),
        url_(std::move(url)),
        easy_(curl_easy_init()),
        header_bytes_left_(options.header_bytes_max) {
    const bool http = url_.scheme == "http";
    reach_ = http ? Reach::kLocal : request_.allow_loopback ? Reach::kPublicAndLocal : Reach::kPublic;
    may_repeat_ = request_.method == "GET" || request_.method == "HEAD";
  }

  void* easy() const override { return easy_.get(); }
  std::chrono::milliseconds timeout() const override { return request_.timeout; }
  Result<Response> finish(int curl_code) override;

  Error error(ErrorCode code, std::string_view why) const override {
    std::string text = request_.method + " " + url_.origin() + path_for_message(url_.target) + ": ";
    Error made = make_error(code, text.append(why));
    made.never_sent = !released_;
    return made;
  }

  Result<void> prepare(const CurlOptions& options);

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    if (code != CURLE_OK) refused_option_ = true;
  }
  void set_limits(const CurlOptions& options);
  void set_security(const CurlOptions& options);
  void set_message(const CurlOptions& options);
  void set_callbacks();
  bool add_field(const std::string& line);

  // libcurl's callbacks. No exception may pass through its C frames, so out of memory ends the process here.
  static size_t on_header(char* data, size_t one, size_t size, void* self) noexcept;
  static size_t on_body(char* data, size_t one, size_t size, void* self) noexcept;
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int on_before_send(void* self, char* remote, char* local, int remote_port, int local_port) noexcept;

  bool take_header_line(std::string_view line);
  bool take_field(std::string_view line);
  bool end_header();
  bool take_body(std::string_view piece);
  bool fail(Error error) {
    fault_ = std::move(error);
    return false;
  }

  Request request_;
  Url url_;
  std::string full_url_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
  std::unique_ptr<curl_slist, ListCleanup> header_list_;
  Response response_;
  std::optional<GzipDecoder> gzip_;
  std::optional<Error> fault_;  ///< found in a callback; libcurl's own code then only says "aborted"
  size_t header_bytes_left_;
  Reach reach_ = Reach::kPublic;
  int sends_ = 0;
  bool released_ = false;  ///< libcurl was let to write the request to a connection
  bool may_repeat_ = false;
  bool header_ended_ = false;
  bool address_refused_ = false;
  bool connection_tried_ = false;
  bool refused_option_ = false;
};

void CurlExchange::set_limits(const CurlOptions& options) {
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::max<int64_t>(1, std::min(options.connect_timeout, request_.timeout).count())));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a cancelled name look-up must not hold the loop until its thread ends
  set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_HTTP09_ALLOWED, 0L);
}

void CurlExchange::set_security(const CurlOptions& options) {
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "*");
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
}

bool CurlExchange::add_field(const std::string& line) {
  curl_slist* longer = curl_slist_append(header_list_.get(), line.c_str());
  if (longer == nullptr) return false;
  (void)header_list_.release();
  header_list_.reset(longer);
  return true;
}

void CurlExchange::set_message(const CurlOptions& options) {
  full_url_ = url_.origin() + url_.target;
  set(CURLOPT_URL, full_url_.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);  // what was checked is what is sent: no squashing of /../
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  const std::string& method = request_.method;
  const bool wants_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (wants_body || !request_.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  if (method != "HEAD") set(CURLOPT_CUSTOMREQUEST, method.c_str());

  bool added = add_field("Expect:");  // libcurl: a name and nothing else means "leave it out"
  if (!request_.headers.get("content-type")) added = added && add_field("Content-Type:");
  // Decoded here and not by libcurl, which takes a gzip stream that was cut short for a whole one.
  if (!request_.headers.get("accept-encoding")) added = added && add_field("Accept-Encoding: gzip");
  for (const auto& [name, value] : request_.headers.fields()) {
    added = added && add_field(value.empty() ? name + ";" : name + ": " + value);
  }
  refused_option_ = refused_option_ || !added;
  set(CURLOPT_HTTPHEADER, header_list_.get());
}

void CurlExchange::set_callbacks() {
  set(CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::on_open);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &CurlExchange::on_before_send);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
}

Result<void> CurlExchange::prepare(const CurlOptions& options) {
  if (url_.scheme == "http" && !request_.allow_loopback) {
    return error(ErrorCode::kRefusedTarget, "http without TLS is refused; use https");
  }
  if (!is_token(request_.method)) {
    return unsent(ErrorCode::kInvalidInput, "the request's method is not a word of HTTP");
  }
  for (const auto& [name, value] : request_.headers.fields()) {
    if (!is_token(name)) return error(ErrorCode::kInvalidInput, "a header name has a character HTTP forbids");
    if (!is_field_value(value)) {
      return error(ErrorCode::kInvalidInput, "the value of header " + name + " has a line end or a NUL");
    }
    if (std::find(kReservedFields.begin(), kReservedFields.end(), to_lower_ascii(name)) !=
        kReservedFields.end()) {
      return error(ErrorCode::kInvalidInput, "header " + name + " is not the caller's to set");
    }
  }
  if (!easy_) return error(ErrorCode::kInternal, "libcurl has no memory for a request");
  set_limits(options);
  set_security(options);
  set_message(options);
  set_callbacks();
  if (refused_option_) return error(ErrorCode::kInternal, "libcurl refused an option");
  return {};
}

curl_socket_t CurlExchange::on_open(void* self, curlsocktype, curl_sockaddr* target) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const auto address = address_of(target->addr);
  if (!address || !may_connect(*address, exchange.reach_)) {
    exchange.address_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  exchange.connection_tried_ = true;
  return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

int CurlExchange::on_before_send(void* self, char* remote, char*, int, int) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  // libcurl repeats a request by itself when a kept connection breaks before the first byte of an answer. A
  // write may have been done by then, so only reads go out again.
  if (exchange.sends_++ > 0 && !exchange.may_repeat_) {
    exchange.fail(exchange.error(ErrorCode::kNetwork, "the connection closed without an answer"));
    return CURL_PREREQFUNC_ABORT;
  }
  // A kept connection may have been opened for a request that was allowed more.
  boost::system::error_code ec;
  const auto address = ip::make_address(remote, ec);
  if (ec || !may_connect(address, exchange.reach_)) {
    exchange.fail(exchange.error(ErrorCode::kRefusedTarget, "the address is not a public one"));
    return CURL_PREREQFUNC_ABORT;
  }
  exchange.released_ = true;
  return CURL_PREREQFUNC_OK;
}

size_t CurlExchange::on_header(char* data, size_t, size_t size, void* self) noexcept {
  return static_cast<CurlExchange*>(self)->take_header_line({data, size}) ? size : 0;
}

size_t CurlExchange::on_body(char* data, size_t, size_t size, void* self) noexcept {
  return static_cast<CurlExchange*>(self)->take_body({data, size}) ? size : 0;
}

bool CurlExchange::take_header_line(std::string_view line) {
  if (line.size() > header_bytes_left_) {
    return fail(error(ErrorCode::kTooLarge, "the header of the answer is over its limit"));
  }
  header_bytes_left_ -= line.size();
  if (header_ended_) return true;  // trailers after a chunked body
  if (line.starts_with("HTTP/")) {
    response_.headers = {};
    return true;
  }
  const std::string_view text = trim_ascii(line);
  return text.empty() ? end_header() : take_field(text);
}

bool CurlExchange::take_field(std::string_view line) {
  if (response_.headers.fields().size() == kResponseFieldsMax) {
    return fail(error(ErrorCode::kTooLarge, "the answer has too many header fields"));
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return true;
  response_.headers.add(std::string(trim_ascii(line.substr(0, colon))),
                        std::string(trim_ascii(line.substr(colon + 1))));
  return true;
}

bool CurlExchange::end_header() {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return true;  // 100 Continue and the like: the answer is still to come
  header_ended_ = true;
  response_.status = static_cast<int>(status);
  if (request_.method == "HEAD" || status == 204 || status == 304) return true;
  const auto length = response_.headers.get("content-length").value_or("");
  if (over_limit(length, request_.response_body_max)) {
    return fail(error(ErrorCode::kTooLarge, "the body of the answer is over its limit"));
  }
  const std::string coding = to_lower_ascii(response_.headers.get("content-encoding").value_or("identity"));
  if (coding == "gzip" || coding == "x-gzip") {
    gzip_.emplace(request_.response_body_max);
    response_.headers.remove("content-encoding");
  } else if (coding != "identity") {
    return fail(error(ErrorCode::kServerError, "the answer is compressed in a way that was not asked for"));
  }
  return true;
}

bool CurlExchange::take_body(std::string_view piece) {
  if (gzip_) {
    auto fed = gzip_->feed(piece, response_.body);
    return fed ? true : fail(error(fed.error().code, fed.error().message));
  }
  if (piece.size() > request_.response_body_max - response_.body.size()) {
    return fail(error(ErrorCode::kTooLarge, "the body of the answer is over its limit"));
  }
  response_.body.append(piece);
  return true;
}

Result<Response> CurlExchange::finish(int curl_code) {
  if (fault_) return *std::move(fault_);
  const auto code = static_cast<CURLcode>(curl_code);
  if (code == CURLE_OK) {
    // libcurl is content with a header that was cut.
    if (!header_ended_) return error(ErrorCode::kNetwork, "the connection closed within the answer's header");
    if (gzip_ && !gzip_->finished()) {
      return error(ErrorCode::kNetwork, "the compressed body of the answer was cut short");
    }
    return std::move(response_);
  }
  if (address_refused_ && !connection_tried_) {
    return error(ErrorCode::kRefusedTarget, "the host's address is not one that may be connected to");
  }
  const auto* known = std::find_if(kCurlFaults.begin(), kCurlFaults.end(),
                                   [code](const CurlFault& fault) { return fault.curl == code; });
  if (known != kCurlFaults.end()) return error(known->code, known->why);
  return error(ErrorCode::kNetwork, curl_easy_strerror(code));
}

}  // namespace

Result<std::unique_ptr<Exchange>> make_exchange(Request request, const CurlOptions& options) {
  auto url = parse_url(request.url);
  if (!url) return unsent(ErrorCode::kRefusedTarget, "the request's URL is not a plain http or https one");
  auto exchange = std::make_unique<CurlExchange>(std::move(request), *std::move(url), options);
  PD_TRY(exchange->prepare(options));
  return std::unique_ptr<Exchange>(std::move(exchange));
}

}  // namespace prospectd::http
