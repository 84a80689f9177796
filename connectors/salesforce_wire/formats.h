// How values, versions, locators and the API's counters are written on the wire. Owned by salesforce_wire;
// pure values, any thread. Reading is strict: what these functions accept is safe to put into a path.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace prospectd::salesforce_wire {

/// "2026-11-20T08:15:30.000+0000": datetimes in REST answers. Source: API §13.
std::string format_rest_datetime(Timestamp t);
/// "2026-11-20T08:15:30.000Z": datetimes in bulk CSV and in events. Source: API §13.
std::string format_csv_datetime(Timestamp t);
/// Any datetime of API §13: zone Z, +0000 or +00:00, fraction or none. **Errors:** nullopt.
std::optional<Timestamp> parse_datetime(std::string_view text);
/// `issued_at` of a login: milliseconds since 1970 as digits, up to year 9999. **Errors:** nullopt.
std::optional<Timestamp> parse_epoch_milliseconds(std::string_view text);

/// The version in a path, "v60.0".
struct ApiVersion {
  int major = 60;
  int minor = 0;

  /// "v60.0"
  std::string text() const;
  auto operator<=>(const ApiVersion&) const = default;
};
/// "v60.0", or "60.0" as the list of versions writes it; up to three digits a part. **Errors:** nullopt.
std::optional<ApiVersion> parse_api_version(std::string_view text);

/// Letters, digits, '_' and '.', kApiNameBytesMax of them at most: what the names of fields, objects and
/// codes are made of. What passes is safe in a path, in JSON and in a message.
bool is_api_name(std::string_view text);
constexpr size_t kApiNameBytesMax = 255;

/// The header Sforce-Limit-Info: "api-usage=18/5000", or
/// "api-usage=25/5000; per-app-api-usage=17/250(appName=my-app)". Source: API §2.
struct LimitInfo {
  int64_t used = 0;
  int64_t allowed = 0;
  struct PerApp {
    int64_t used = 0;
    int64_t allowed = 0;
    std::string app;
    bool operator==(const PerApp&) const = default;
  };
  std::optional<PerApp> per_app = std::nullopt;

  bool operator==(const LimitInfo&) const = default;
};
/// Blanks around the parts and unknown parts are passed over. **Errors:** nullopt without a readable
/// api-usage, or when the header is longer than kLimitInfoBytesMax.
std::optional<LimitInfo> parse_limit_info(std::string_view header);
std::string format_limit_info(const LimitInfo& info);
constexpr size_t kLimitInfoBytesMax = 1024;

/// The locator at the end of a nextRecordsUrl, "0r8Hs000000Q001IAC-2000". The address must be exactly
/// /services/data/v<digits>.<digits>/query/<locator>, or queryAll, and the locator of [A-Za-z0-9-] only, so
/// that nothing an answer says can lead a request elsewhere. **Errors:** nullopt. Source: API §5.
std::optional<std::string> locator_of(std::string_view next_records_url);
constexpr size_t kLocatorBytesMax = 128;

/// A locator taken apart; only who made it should look inside.
struct Locator {
  std::string cursor;  ///< 18 characters
  int64_t offset = 0;  ///< of the next row

  /// "0r8Hs000000Q001IAC-2000"
  std::string text() const;
  bool operator==(const Locator&) const = default;
};
/// **Errors:** nullopt unless it is a valid id (15 or 18 characters), a dash and a whole number.
std::optional<Locator> parse_locator(std::string_view text);
/// "/services/data/v60.0/query/0r8Hs000000Q001IAC-2000"
std::string next_records_url(const ApiVersion& version, const Locator& locator);

}  // namespace prospectd::salesforce_wire
