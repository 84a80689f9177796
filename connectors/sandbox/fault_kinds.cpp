#include "connectors/sandbox/fault_kinds.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
using Type = FaultParameterType;

constexpr std::string_view kAnswerParameters =
    "status,code,message,fields,body,headers,retry_after,retry_after_date_seconds,committed";
// A client that logs in again at every 401, whatever comes of it, must come to an end (SALESFORCE_API §17.1).
constexpr int64_t kSessionTimes = 2;

constexpr FaultKind kFaultKinds[] = {
    {"answer",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {500, code::kUnknownException, "An unexpected error occurred."}},
    {"session_expired",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {401, code::kInvalidSessionId, "Session expired or invalid"},
     kSessionTimes},
    {"daily_limit",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {403, code::kRequestLimitExceeded, "TotalRequests Limit exceeded."}},
    {"concurrent_limit",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {403, code::kRequestLimitExceeded, "ConcurrentPerOrgLongTxn Limit exceeded."}},
    {"no_route", FaultPhase::kInstead, kAnswerParameters, play_answer, {420, "", "", "html"}},
    {"too_many_requests",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {429, code::kRequestLimitExceeded, "Too many requests."}},
    {"server_error",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {500, code::kUnknownException,
      "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567-8901 "
      "(-123456789)"}},
    {"bad_gateway", FaultPhase::kInstead, kAnswerParameters, play_answer, {502, "", "", "html"}},
    {"unavailable",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {503, code::kServerUnavailable, "The server is not available at the moment."}},
    {"query_timeout",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {400, code::kQueryTimeout, "Your query request was running for too long."}},
    {"stale_locator",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {400, code::kInvalidQueryLocator, "invalid query locator"}},
    {"errors_with_200",
     FaultPhase::kInstead,
     kAnswerParameters,
     play_answer,
     {200, code::kUnknownException, "An unexpected error occurred."}},
    {"login_page", FaultPhase::kInstead, kAnswerParameters, play_answer, {200, "", "", "login_page"}},
    {"login_redirect", FaultPhase::kInstead, kAnswerParameters, play_answer, {302, "", "", "empty"}},

    {"expire_session",
     FaultPhase::kBefore,
     "everyone,refresh_tokens",
     play_expire_session,
     {},
     kSessionTimes},

    {"drop_cursors", FaultPhase::kBefore, "", play_drop_cursors},
    {"edit", FaultPhase::kBefore,
     "object!,set!,where,rows,stamped_before_seconds,visible_after_seconds,up_to_seconds", play_edit},
    {"create", FaultPhase::kBefore,
     "object!,set!,rows,stamped_before_seconds,visible_after_seconds,up_to_seconds", play_create},
    {"change_field",
     FaultPhase::kBefore,
     "object!,field!,change!,length,type,value",
     play_change_field,
     {},
     1},
    {"knobs", FaultPhase::kBefore, "knobs!", play_knobs},

    {"lock_row",
     FaultPhase::kRow,
     "message,fields",
     nullptr,
     {400, code::kUnableToLockRow, "unable to obtain exclusive access to this record or 1 records: {id}"}},
    {"refuse_row",
     FaultPhase::kRow,
     "code,message,fields",
     nullptr,
     {400, code::kFieldCustomValidation, "The record is not valid."}},

    {"counter_edit", FaultPhase::kAfter, "set!,stamped_before_seconds,visible_after_seconds,up_to_seconds",
     play_counter_edit},
    {"empty_page", FaultPhase::kAfter, "", play_empty_page},
    {"page_loop", FaultPhase::kAfter, "", play_page_loop},
    {"next_url", FaultPhase::kAfter, "url!", play_next_url},
    {"total_size", FaultPhase::kAfter, "records!", play_total_size},
    {"bad_value", FaultPhase::kAfter, "field!,how,raw,rows,id", play_bad_value},
    {"drop", FaultPhase::kAfter, "reset", play_drop},
    {"cut", FaultPhase::kAfter, "after_bytes!,reset", play_cut},
    {"delay", FaultPhase::kAfter, "milliseconds,up_to_milliseconds", play_delay},
    {"slow", FaultPhase::kAfter, "bytes!,every_milliseconds!", play_slow},
    {"truncate", FaultPhase::kAfter, "after_bytes,share", play_truncate},
    {"gzip", FaultPhase::kAfter, "broken!", play_gzip},
    {"headers", FaultPhase::kAfter, "headers,remove", play_headers},
};

constexpr int64_t kBytesMax = 1'000'000'000;
constexpr int64_t kMillisecondsMax = 600'000;
constexpr int64_t kRowsChangedMax = 100'000;
constexpr int64_t kSecondsMax = 366LL * 86'400;
constexpr int64_t kAnyNumberMax = 1'000'000'000'000;
constexpr FaultParameter kFaultParameters[] = {
    {"status", Type::kWhole, 200, 599},
    {"code", Type::kText},
    {"message", Type::kText},
    {"fields", Type::kTexts},
    {"body", Type::kChoice, 0, 0, "json,html,login_page,text,empty"},
    {"headers", Type::kHeaders},
    {"remove", Type::kTexts},
    {"retry_after", Type::kHeader},
    {"retry_after_date_seconds", Type::kWhole, -kAnyNumberMax, kAnyNumberMax},
    {"committed", Type::kFlag},
    {"everyone", Type::kFlag},
    {"refresh_tokens", Type::kFlag},
    {"reset", Type::kFlag},
    {"after_bytes", Type::kWhole, 0, kBytesMax},
    {"share", Type::kShare},
    {"bytes", Type::kWhole, 1, kBytesMax},
    {"every_milliseconds", Type::kWhole, 0, kMillisecondsMax},
    {"milliseconds", Type::kWhole, 0, kMillisecondsMax},
    {"up_to_milliseconds", Type::kWhole, 0, kMillisecondsMax},
    {"broken", Type::kChoice, 0, 0, "cut,corrupt,checksum"},
    {"object", Type::kText},
    {"where", Type::kText},
    {"field", Type::kText},
    {"set", Type::kObject},
    {"knobs", Type::kObject},
    {"rows", Type::kWhole, 1, kRowsChangedMax},
    {"stamped_before_seconds", Type::kWhole, 0, kSecondsMax},
    {"visible_after_seconds", Type::kWhole, 0, kSecondsMax},
    {"up_to_seconds", Type::kWhole, 0, kSecondsMax},
    {"change", Type::kChoice, 0, 0, "hide,show,shorten,retype,deactivate"},
    {"length", Type::kWhole, 0, 131'072},
    {"type", Type::kText},
    {"value", Type::kText},
    {"url", Type::kText},
    {"records", Type::kWhole, 0, kAnyNumberMax},
    {"how", Type::kChoice, 0, 0,
     "bad_utf8,nul,control,lone_surrogate,huge,deep,exponent,big_int,duplicate_key,wrong_checksum,short_id"},
    {"raw", Type::kText},
    {"id", Type::kText},
};

std::string with_id(std::string text, std::string_view id) {
  constexpr std::string_view kMark = "{id}";
  if (const size_t at = text.find(kMark); at != std::string::npos) text.replace(at, kMark.size(), id);
  return text;
}

}  // namespace

std::span<const FaultKind> fault_kinds() {
  return kFaultKinds;
}

const FaultKind* find_fault_kind(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFaultKinds), std::end(kFaultKinds),
                                   [&](const FaultKind& kind) { return kind.name == name; });
  return found == std::end(kFaultKinds) ? nullptr : found;
}

const FaultParameter* find_fault_parameter(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFaultParameters), std::end(kFaultParameters),
                                   [&](const FaultParameter& p) { return p.name == name; });
  return found == std::end(kFaultParameters) ? nullptr : found;
}

bool is_among(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    if (one.ends_with('!')) one.remove_suffix(1);
    if (one == name) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

ApiError row_refusal(const FaultRule& rule, std::string_view id) {
  const nlohmann::json& with = *rule.with;
  const FaultAnswer& words = rule.kind->answer;
  ApiError error;
  error.code = with.value("code", std::string(words.code));
  error.message = with_id(with.value("message", std::string(words.message)), id);
  error.fields = with.value("fields", std::vector<std::string>{});
  const salesforce_wire::ErrorRow* known = salesforce_wire::find_error(error.code);
  constexpr int kBadRequest = 400;
  error.status = known != nullptr && known->http_status != 0 ? known->http_status : kBadRequest;
  return error;
}

}  // namespace prospectd::sandbox
