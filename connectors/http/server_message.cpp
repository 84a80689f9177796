#include "connectors/http/server_message.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"
#include "base/time.h"
#include "connectors/http/gzip.h"
#include "connectors/http/syntax.h"

namespace prospectd::http {
namespace {

constexpr size_t kCompressFrom = 1'024;

struct Reason {
  int status;
  std::string_view text;
};

/// The phrases of the statuses that our servers give; any other goes out with its class's.
constexpr std::array<Reason, 38> kReasons = {{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {420, "No Route"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
}};

constexpr std::array<std::string_view, 5> kClassReasons = {"Success", "Redirection", "Client Error",
                                                           "Server Error", ""};

std::string_view reason_of(int status) {
  const auto* known = std::find_if(kReasons.begin(), kReasons.end(),
                                   [status](const Reason& reason) { return reason.status == status; });
  if (known != kReasons.end()) return known->text;
  const auto status_class = static_cast<size_t>(std::clamp(status / 100 - 2, 0, 4));
  return kClassReasons[status_class];
}

bool is_server_field(std::string_view name) {
  return equals_ignore_case_ascii(name, "content-length") ||
         equals_ignore_case_ascii(name, "transfer-encoding") || equals_ignore_case_ascii(name, "connection");
}

/// One element of Accept-Encoding: "gzip;q=0.5".
bool element_takes_gzip(std::string_view element) {
  const size_t mark = element.find(';');
  const std::string_view coding = trim_ascii(element.substr(0, mark));
  if (!equals_ignore_case_ascii(coding, "gzip") && !equals_ignore_case_ascii(coding, "x-gzip") &&
      coding != "*") {
    return false;
  }
  if (mark == std::string_view::npos) return true;
  const std::string_view weight = trim_ascii(element.substr(mark + 1));
  if (!starts_with_ignore_case_ascii(weight, "q=")) return true;
  return weight.substr(2).find_first_of("123456789") != std::string_view::npos;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string date_now() {
  const auto now = std::chrono::system_clock::now();
  return format_http_date(std::chrono::floor<milliseconds>(now));
}

}  // namespace

int decode_request_body(ServerRequest& request, size_t body_max) {
  const auto field = request.headers.get("content-encoding");
  if (!field) return 0;
  const std::string coding = to_lower_ascii(trim_ascii(*field));
  if (coding.empty() || coding == "identity") return 0;
  if (coding != "gzip" && coding != "x-gzip") return 415;
  auto decoded = gzip_decompress(request.body, body_max);
  if (!decoded) return decoded.error().code == ErrorCode::kTooLarge ? 413 : 400;
  request.body = std::move(decoded).value();
  request.headers.remove("content-encoding");
  return 0;
}

bool accepts_gzip(const Headers& headers) {
  std::string_view rest = headers.get("accept-encoding").value_or(std::string_view{});
  while (!rest.empty()) {
    const std::string_view element = rest.substr(0, rest.find(','));
    if (element_takes_gzip(element)) return true;
    rest.remove_prefix(std::min(element.size() + 1, rest.size()));
  }
  return false;
}

void compress_response(Response& response) {
  if (response.body.size() < kCompressFrom || response.headers.get("content-encoding")) return;
  response.body = gzip_compress(response.body);
  response.headers.add("Content-Encoding", "gzip");
  response.headers.add("Vary", "Accept-Encoding");
}

Response plain_response(int status) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::string(reason_of(status)) + "\n";
  return response;
}

bool status_has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string response_head(const Response& response, HeadOptions options) {
  if (response.status < 200 || response.status > 599) return {};
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.fields()) {
    if (!is_token(name) || !is_field_value(value)) return {};
    if (!is_server_field(name)) append_field(head, name, value);
  }
  if (!response.headers.get("date")) append_field(head, "Date", date_now());
  if (status_has_body(response.status)) {
    append_field(head, "Content-Length", std::to_string(response.body.size()));
  }
  if (options.close) append_field(head, "Connection", "close");
  if (!options.close && options.announce_keep_alive) append_field(head, "Connection", "keep-alive");
  return head.append("\r\n");
}

}  // namespace prospectd::http
