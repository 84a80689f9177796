#include "connectors/http/request_parser.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/text.h"
#include "connectors/http/syntax.h"

namespace prospectd::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using View = boost::beast::string_view;

constexpr size_t kFieldsMax = 128;
constexpr size_t kLastChunkBytes = 5;
constexpr size_t kChunkLineBytesMax = 16 * 1024;  // a chunk's size line, or all trailers

constexpr int kBadRequest = 400;
constexpr int kBodyTooLarge = 413;
constexpr int kTargetTooLong = 414;
constexpr int kExpectationFailed = 417;
constexpr int kHeaderTooLarge = 431;

std::string text_of(View view) {
  return {view.data(), view.size()};
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The header's fields that decide where the request ends or what comes next, each with its count.
struct Framing {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  bool coding_is_chunked = false;
  bool length_is_number = true;
  bool upgrade = false;
  std::string expect;
};

}  // namespace

class RequestParser::Impl final : public beast::basic_parser<true> {
 public:
  Impl(size_t header_bytes_max, size_t body_bytes_max, BodyLimit body_limit_of)
      : body_limit_of_(std::move(body_limit_of)),
        header_bytes_max_(header_bytes_max),
        body_bytes_max_(body_bytes_max) {
    header_limit(static_cast<uint32_t>(
        std::min<size_t>(header_bytes_max, std::numeric_limits<uint32_t>::max() - 1) + 1));
    body_limit(static_cast<uint64_t>(body_bytes_max));
  }

  size_t feed_header(std::string_view bytes);
  size_t feed_body(std::string_view bytes);

  ServerRequest request;
  int refusal = 0;
  bool http_1_0 = false;
  const std::string& expectation() const { return framing_.expect; }
  size_t body_bytes_max() const { return body_bytes_max_; }

 private:
  size_t refuse(int status) {
    refusal = status;
    return 0;
  }
  std::optional<size_t> scan(std::string_view bytes);
  size_t parse(std::string_view bytes);
  int judge() const;
  void note(const std::string& name, const std::string& value);
  size_t append(View piece, error_code& ec);

  void on_request_impl(beast::verb, View method, View target, int version, error_code&) override {
    request.method = text_of(method);
    request.target = text_of(target);
    http_1_0 = version == 10;
    if (!body_limit_of_) return;
    body_bytes_max_ = body_limit_of_(request.method, request.path());
    body_limit(static_cast<uint64_t>(body_bytes_max_));
  }
  void on_response_impl(int, View, int, error_code&) override {}
  void on_field_impl(beast::field, View name, View value, error_code&) override {
    if (header_ended_) return;  // trailers: nothing here wants one
    std::string key = text_of(name);
    std::string text = text_of(value);
    note(key, text);
    request.headers.add(std::move(key), std::move(text));
  }
  void on_header_impl(error_code&) override { header_ended_ = true; }
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}
  size_t on_body_impl(View piece, error_code& ec) override { return append(piece, ec); }
  void on_chunk_header_impl(uint64_t, View, error_code&) override {}
  size_t on_chunk_body_impl(uint64_t, View piece, error_code& ec) override { return append(piece, ec); }
  void on_finish_impl(error_code&) override {}

  BodyLimit body_limit_of_;
  size_t header_bytes_max_;
  size_t body_bytes_max_;
  size_t scanned_ = 0;
  size_t lines_ = 0;
  bool header_ended_ = false;
  Framing framing_;
};

/// The length of the header once all of it is there. Looks at each byte once, and refuses at once what Beast
/// would only see (or wait for) when the header is complete: bare line feeds, NULs, and what is too large.
std::optional<size_t> RequestParser::Impl::scan(std::string_view bytes) {
  for (; scanned_ < bytes.size(); ++scanned_) {
    if (scanned_ == header_bytes_max_) {
      refuse(lines_ == 0 ? kTargetTooLong : kHeaderTooLarge);
      return std::nullopt;
    }
    const char c = bytes[scanned_];
    const bool bare_line_feed = c == '\n' && (scanned_ == 0 || bytes[scanned_ - 1] != '\r');
    if (c == '\0' || bare_line_feed) {
      refuse(kBadRequest);
      return std::nullopt;
    }
    if (c != '\n') continue;
    const bool blank_line = scanned_ < 2 || bytes[scanned_ - 2] == '\n';
    if (blank_line) return ++scanned_;
    if (++lines_ > kFieldsMax + 1) {
      refuse(kHeaderTooLarge);
      return std::nullopt;
    }
  }
  return std::nullopt;
}

size_t RequestParser::Impl::parse(std::string_view bytes) {
  error_code ec;
  const size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (!ec || ec == beast::error::need_more) return taken;
  if (ec == beast::error::body_limit) return refuse(kBodyTooLarge);
  if (ec == beast::error::header_limit) return refuse(kHeaderTooLarge);
  return refuse(kBadRequest);
}

size_t RequestParser::Impl::feed_header(std::string_view bytes) {
  const auto length = scan(bytes);
  if (!length) return 0;
  const size_t taken = parse(bytes.substr(0, *length));
  if (refusal != 0) return 0;
  if (!is_header_done()) return refuse(kBadRequest);
  refusal = judge();
  return taken;
}

size_t RequestParser::Impl::feed_body(std::string_view bytes) {
  // Every chunked body ends with five bytes, "0", and two line ends. Beast asserts that they are there when
  // it looks at the last chunk's line a second time, and would end the process where they come one by one.
  if (chunked() && bytes.size() < kLastChunkBytes) return 0;
  eager(true);
  const size_t taken = parse(bytes);
  if (refusal == 0 && taken == 0 && bytes.size() > kChunkLineBytesMax) return refuse(kBadRequest);
  return taken;
}

void RequestParser::Impl::note(const std::string& name, const std::string& value) {
  const std::string key = to_lower_ascii(name);
  if (key == "host") ++framing_.hosts;
  if (key == "upgrade") framing_.upgrade = true;
  if (key == "expect") framing_.expect = to_lower_ascii(value);
  if (key == "content-length") {
    ++framing_.lengths;
    framing_.length_is_number = framing_.length_is_number && is_digits(value);
  }
  if (key == "transfer-encoding") {
    ++framing_.codings;
    framing_.coding_is_chunked = equals_ignore_case_ascii(value, "chunked");
  }
}

/// 0, or the status that refuses a header which parsed.
int RequestParser::Impl::judge() const {
  const bool target_ok = request.target.starts_with('/') && request.target.find('#') == std::string::npos;
  const bool host_ok = framing_.hosts == 1 || (framing_.hosts == 0 && http_1_0);
  const bool length_ok = framing_.lengths <= 1 && framing_.length_is_number;
  const bool coding_ok = framing_.codings == 0 || (framing_.codings == 1 && framing_.coding_is_chunked &&
                                                   framing_.lengths == 0 && !http_1_0);
  if (!target_ok || !host_ok || !length_ok || !coding_ok || framing_.upgrade) return kBadRequest;
  if (framing_.expect.empty()) return 0;
  return framing_.expect == "100-continue" ? 0 : kExpectationFailed;
}

size_t RequestParser::Impl::append(View piece, error_code& ec) {
  if (piece.size() > body_bytes_max_ - request.body.size()) {
    ec = beast::error::body_limit;
    return 0;
  }
  request.body.append(piece.data(), piece.size());
  return piece.size();
}

RequestParser::RequestParser(size_t header_bytes_max, size_t body_bytes_max, BodyLimit body_limit_of)
    : impl_(std::make_unique<Impl>(header_bytes_max, body_bytes_max, std::move(body_limit_of))) {}
RequestParser::~RequestParser() = default;

size_t RequestParser::feed(std::string_view bytes) {
  if (impl_->refusal != 0 || done() || bytes.empty()) return 0;
  return header_done() ? impl_->feed_body(bytes) : impl_->feed_header(bytes);
}

bool RequestParser::header_done() const {
  return impl_->is_header_done();
}
bool RequestParser::done() const {
  return impl_->is_done();
}
int RequestParser::refusal() const {
  return impl_->refusal;
}
bool RequestParser::expects_continue() const {
  return impl_->refusal == 0 && !impl_->http_1_0 && !impl_->expectation().empty();
}
bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}
size_t RequestParser::body_bytes_max() const {
  return impl_->body_bytes_max();
}
bool RequestParser::is_http_1_0() const {
  return impl_->http_1_0;
}
ServerRequest& RequestParser::request() {
  return impl_->request;
}

}  // namespace prospectd::http
