// Faults of answers: another one than the org's, a broken body, and a way back that breaks.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/http/gzip.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/fault_kinds.h"
#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/random.h"

namespace prospectd::sandbox {
namespace {

constexpr std::string_view kHtmlType = "text/html;charset=UTF-8";
constexpr std::string_view kLoginPage =
    "<!DOCTYPE html>\n<html><head><title>Login</title></head><body>\n"
    "<form action=\"/\" method=\"post\" id=\"login_form\"><input name=\"username\"/>"
    "<input name=\"pw\" type=\"password\"/><input type=\"submit\" value=\"Log In\"/></form>\n"
    "</body></html>\n";

http::Response typed_answer(int status, std::string_view type, std::string body) {
  http::Response answer;
  answer.status = status;
  if (!type.empty()) answer.headers.set("Content-Type", std::string(type));
  answer.body = std::move(body);
  return answer;
}

std::string edge_page(int status) {
  const std::string number = std::to_string(status);
  return "<html><head><title>" + number + "</title></head><body><h1>" + number +
         "</h1><p>The request could not be served.</p></body></html>\n";
}

bool is_oauth(const http::ServerRequest& request) {
  return request.path().starts_with("/services/oauth2/");
}

http::Response answer_of(const FaultTurn& turn) {
  const nlohmann::json& with = turn.with;
  const FaultAnswer& words = turn.kind.answer;
  const int status = with.value("status", words.status);
  const std::string body = with.value("body", std::string(words.body));
  const std::string code = with.value("code", std::string(words.code));
  const std::string message = with.value("message", std::string(words.message));
  if (body == "html") return typed_answer(status, kHtmlType, edge_page(status));
  if (body == "login_page") return typed_answer(status, kHtmlType, std::string(kLoginPage));
  if (body == "text") return typed_answer(status, "text/plain;charset=UTF-8", message);
  if (body == "empty") return typed_answer(status, "", "");
  if (is_oauth(turn.request)) return oauth_error(status, code, message);
  return error_answer(ApiError{status, code, message, with.value("fields", std::vector<std::string>{})});
}

void set_headers(const nlohmann::json& with, http::Response& answer) {
  const auto headers = with.find("headers");
  if (headers == with.end()) return;
  for (const auto& [name, value] : headers->items())
    answer.headers.set(name, value.get<std::string>());
}

// The answer's way back, to be changed by several faults together.
http::Delivery delivery_of(const http::Response& answer) {
  return answer.delivery ? *answer.delivery : http::Delivery{};
}
void set_delivery(http::Response& answer, http::Delivery delivery) {
  answer.delivery = std::make_shared<const http::Delivery>(std::move(delivery));
}

}  // namespace

Outcome<void> play_answer(const FaultTurn& turn, Handled& answer) {
  http::Response response = answer_of(turn);
  constexpr int kFound = 302;
  if (response.status == kFound)
    response.headers.set("Location", own_address(turn.request, turn.state.options.scheme) + "/?ec=302");
  if (const auto wait = turn.with.find("retry_after"); wait != turn.with.end())
    response.headers.set("Retry-After", wait->get<std::string>());
  if (const auto date = turn.with.find("retry_after_date_seconds"); date != turn.with.end()) {
    const Timestamp until = turn.state.wire_now() + seconds(date->get<int64_t>());
    response.headers.set("Retry-After", format_http_date(until));
  }
  set_headers(turn.with, response);
  answer.poll.reset();
  answer.response = std::move(response);
  return {};
}

Outcome<void> play_headers(const FaultTurn& turn, Handled& answer) {
  for (const std::string& name : turn.with.value("remove", std::vector<std::string>{}))
    answer.response.headers.remove(name);
  set_headers(turn.with, answer.response);
  return {};
}

Outcome<void> play_truncate(const FaultTurn& turn, Handled& answer) {
  std::string& body = answer.response.body;
  const double share = turn.with.value("share", 0.5);
  const auto otherwise = static_cast<int64_t>(share * static_cast<double>(body.size()));
  const auto size = static_cast<size_t>(turn.with.value("after_bytes", otherwise));
  if (size < body.size()) body.resize(size);
  return {};
}

// The length that the answer tells fits what is sent, so it is the compression alone that is broken.
Outcome<void> play_gzip(const FaultTurn& turn, Handled& answer) {
  http::Response& response = answer.response;
  if (response.body.empty()) return api_error("NOT_PLAYED", "the answer has no body");
  constexpr size_t kChecksumAt = 8;  // from the end: CRC32, then the length
  constexpr size_t kHeaderSize = 10;
  std::string packed = http::gzip_compress(response.body);
  const std::string broken = turn.with["broken"];
  if (broken == "cut") {
    packed.resize(packed.size() / 2);
  } else if (broken == "checksum") {
    packed[packed.size() - kChecksumAt] ^= 0x55;
  } else {
    for (size_t i = kHeaderSize; i < packed.size() - kChecksumAt; ++i)
      packed[i] = static_cast<char>(0xff);
  }
  response.body = std::move(packed);
  response.headers.set("Content-Encoding", "gzip");
  return {};
}

Outcome<void> play_drop(const FaultTurn& turn, Handled& answer) {
  http::Delivery delivery = delivery_of(answer.response);
  delivery.cut_after = 0;
  delivery.reset = turn.with.value("reset", false);
  set_delivery(answer.response, std::move(delivery));
  return {};
}

Outcome<void> play_cut(const FaultTurn& turn, Handled& answer) {
  http::Delivery delivery = delivery_of(answer.response);
  delivery.cut_after = turn.with["after_bytes"].get<size_t>();
  delivery.reset = turn.with.value("reset", false);
  set_delivery(answer.response, std::move(delivery));
  return {};
}

Outcome<void> play_slow(const FaultTurn& turn, Handled& answer) {
  http::Delivery delivery = delivery_of(answer.response);
  delivery.piece_bytes = turn.with["bytes"].get<size_t>();
  delivery.pause = milliseconds(turn.with["every_milliseconds"].get<int64_t>());
  set_delivery(answer.response, std::move(delivery));
  return {};
}

Outcome<void> play_delay(const FaultTurn& turn, Handled& answer) {
  Random random(turn.fired.draw);
  answer.delay += milliseconds(turn.with.value("milliseconds", int64_t{0}) +
                               random.below(turn.with.value("up_to_milliseconds", int64_t{0}) + 1));
  return {};
}

}  // namespace prospectd::sandbox
