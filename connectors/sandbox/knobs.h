// Knobs: what tests, the simulator and the admin endpoint can set about an org's front: lifetimes, caps, page
// sizes, permissions. Defaults behave like a healthy org. Pure data; read at every request.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"

namespace prospectd::sandbox {

struct Knobs {
  // Sessions
  std::chrono::seconds session_idle{7'200};  ///< a token unused for this long is refused
  int64_t token_requests_max = 0;            ///< a token is refused after so many requests; 0: never
  bool run_as_configured = true;             ///< false: no user stands behind the client credentials
  bool user_approved = true;                 ///< false: nobody has approved the app for the user of a JWT
  bool refresh_needs_secret = true;          ///< a refresh without the client's secret is refused
  bool rotate_refresh_tokens = false;        ///< each refresh gives a new refresh token, and the old one dies
  std::string jwt_audience = "https://login.salesforce.com";  ///< taken besides the org's own address
  std::string refuse_logins;  ///< set: every login is refused with it, "invalid_grant: ip restricted"
  bool api_enabled = true;    ///< false: 403 API_DISABLED_FOR_ORG

  // Quotas
  int64_t daily_limit = 100'000;  ///< calls in 24 hours
  std::string app_name;           ///< set: Sforce-Limit-Info tells a quota of this app too
  int64_t app_limit = 250;

  // Queries
  int page_size_max = 2'000;  ///< rows a page at most, whatever the client asks for; any number from 1
  size_t cursors_per_session = 10;
  std::chrono::seconds cursor_idle{900};

  // Bulk jobs (SALESFORCE_API §8)
  std::chrono::seconds bulk_queue_time{0};  ///< a job waits this long before it is in progress
  std::chrono::seconds bulk_run_time{0};    ///< and is in progress this long before its first row
  int64_t bulk_rows_per_step = 50'000;      ///< rows an ingest job takes each time that the org is asked
  int64_t bulk_page_rows_max = 250'000;     ///< rows of a page of results, whatever maxRecords says
  int64_t bulk_query_jobs_max = 10'000;     ///< query jobs in 24 hours
  int64_t bulk_batches_max = 15'000;        ///< batches of 10,000 uploaded records in 24 hours
  int64_t bulk_records_max = 150'000'000;   ///< uploaded records in 24 hours
  bool bulk_results_reversed = false;  ///< result rows in another order than the upload's, as may be (§8.2)

  // Change events (SALESFORCE_API §16)
  bool change_events = true;                          ///< false: no object is selected for them
  int64_t events_daily_max = 50'000;                  ///< events delivered in 24 hours
  std::chrono::milliseconds cometd_timeout{110'000};  ///< how long a connect is held

  // The API as this org offers it
  int version_min = 31;
  int version_max = 67;
  std::chrono::seconds date_offset{0};  ///< the HTTP clock minus the org's
  /// How far away the org is: each answer of the API waits this long on its way (the admin endpoint's don't).
  std::chrono::milliseconds answer_delay{0};

  bool duplicate_result_spelled_right = false;  ///< the key of a duplicate rule's findings

  // Permissions; lower-case names
  std::set<std::string> disabled_objects;
  std::map<std::string, std::set<std::string>> hidden_fields;

  bool object_enabled(std::string_view object) const {
    return !disabled_objects.contains(to_lower_ascii(object));
  }
  bool field_visible(std::string_view object, std::string_view field) const {
    if (hidden_fields.empty()) return true;
    const auto of_object = hidden_fields.find(to_lower_ascii(object));
    return of_object == hidden_fields.end() || !of_object->second.contains(to_lower_ascii(field));
  }
};

}  // namespace prospectd::sandbox
