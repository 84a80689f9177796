#include "connectors/salesforce_wire/formats.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "connectors/salesforce_wire/characters.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce_wire {
namespace {

constexpr size_t kVersionDigitsMax = 3;
constexpr size_t kLimitInfoPartsMax = 16;
// 9999-12-31T23:59:59.999Z
constexpr int64_t kEpochMillisecondsMax = 253'402'300'799'999;

// A whole number of digits alone: no sign, no blank, nothing behind it.
template <class T>
std::optional<T> whole_number(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  T value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool skip(std::string_view& text, std::string_view expected) {
  if (text.substr(0, expected.size()) != expected) return false;
  text.remove_prefix(expected.size());
  return true;
}

// What stands before `separator`; removes both. The whole rest when there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

struct UsedOfAllowed {
  int64_t used = 0;
  int64_t allowed = 0;
};

std::optional<UsedOfAllowed> used_of_allowed(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto used = whole_number<int64_t>(text.substr(0, slash));
  const auto allowed = whole_number<int64_t>(text.substr(slash + 1));
  if (!used || !allowed) return std::nullopt;
  return UsedOfAllowed{*used, *allowed};
}

// "17/250(appName=my-app)"
std::optional<LimitInfo::PerApp> per_app_usage(std::string_view text) {
  const size_t bracket = text.find('(');
  const auto usage = used_of_allowed(trim_ascii(text.substr(0, bracket)));
  if (!usage) return std::nullopt;
  LimitInfo::PerApp result{usage->used, usage->allowed, {}};
  if (bracket == std::string_view::npos) return result;
  std::string_view name = text.substr(bracket);
  if (!skip(name, "(appName=") || name.empty() || name.back() != ')') return std::nullopt;
  name.remove_suffix(1);
  result.app = name;
  return result;
}

bool is_locator_character(char c) {
  return is_alphanumeric(c) || c == '-';
}

}  // namespace

std::string format_rest_datetime(Timestamp t) {
  std::string text = format_timestamp(t);
  text.pop_back();
  return text + "+0000";
}

std::string format_csv_datetime(Timestamp t) {
  return format_timestamp(t);
}

std::optional<Timestamp> parse_datetime(std::string_view text) {
  return parse_timestamp(text);
}

std::optional<Timestamp> parse_epoch_milliseconds(std::string_view text) {
  const auto count = whole_number<int64_t>(text);
  if (!count || *count > kEpochMillisecondsMax) return std::nullopt;
  return Timestamp{milliseconds{*count}};
}

std::string ApiVersion::text() const {
  return "v" + std::to_string(major) + "." + std::to_string(minor);
}

std::optional<ApiVersion> parse_api_version(std::string_view text) {
  skip(text, "v");
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot > kVersionDigitsMax || text.size() - dot - 1 > kVersionDigitsMax)
    return std::nullopt;
  const auto major = whole_number<int>(text.substr(0, dot));
  const auto minor = whole_number<int>(text.substr(dot + 1));
  if (!major || !minor) return std::nullopt;
  return ApiVersion{*major, *minor};
}

bool is_api_name(std::string_view text) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kApiNameBytesMax && std::all_of(text.begin(), text.end(), allowed);
}

std::optional<LimitInfo> parse_limit_info(std::string_view header) {
  if (header.size() > kLimitInfoBytesMax) return std::nullopt;
  std::optional<UsedOfAllowed> usage;
  std::optional<LimitInfo::PerApp> per_app;
  for (size_t parts = 0; !header.empty() && parts < kLimitInfoPartsMax; ++parts) {
    std::string_view part = trim_ascii(take_until(header, ';'));
    if (skip(part, "api-usage=")) {
      usage = used_of_allowed(part);
    } else if (skip(part, "per-app-api-usage=")) {
      per_app = per_app_usage(part);
    }
  }
  if (!usage) return std::nullopt;
  return LimitInfo{usage->used, usage->allowed, std::move(per_app)};
}

std::string format_limit_info(const LimitInfo& info) {
  std::string text = "api-usage=" + std::to_string(info.used) + "/" + std::to_string(info.allowed);
  if (info.per_app) {
    text += "; per-app-api-usage=" + std::to_string(info.per_app->used) + "/" +
            std::to_string(info.per_app->allowed);
    if (!info.per_app->app.empty()) text += "(appName=" + info.per_app->app + ")";
  }
  return text;
}

std::optional<std::string> locator_of(std::string_view next_records_url) {
  std::string_view rest = next_records_url;
  if (!skip(rest, "/services/data/") || !rest.starts_with('v')) return std::nullopt;
  if (!parse_api_version(take_until(rest, '/'))) return std::nullopt;
  const std::string_view resource = take_until(rest, '/');
  if (resource != "query" && resource != "queryAll") return std::nullopt;
  if (rest.empty() || rest.size() > kLocatorBytesMax) return std::nullopt;
  if (!std::all_of(rest.begin(), rest.end(), is_locator_character)) return std::nullopt;
  return std::string(rest);
}

std::string Locator::text() const {
  return cursor + "-" + std::to_string(offset);
}

std::optional<Locator> parse_locator(std::string_view text) {
  const std::string_view cursor = take_until(text, '-');
  auto id = canonical_id(cursor);
  const auto offset = whole_number<int64_t>(text);
  if (!id || !offset) return std::nullopt;
  return Locator{*std::move(id), *offset};
}

std::string next_records_url(const ApiVersion& version, const Locator& locator) {
  return "/services/data/" + version.text() + "/query/" + locator.text();
}

}  // namespace prospectd::salesforce_wire
