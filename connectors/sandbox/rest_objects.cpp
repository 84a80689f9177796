// The resources that tell of the org: what it has, what it looks like, its limits (SALESFORCE_API §3, §10).
#include "base/text.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/describe.h"
#include "connectors/sandbox/record_calls.h"

namespace prospectd::sandbox {
namespace {

// The answer, or 304 where the schema has not changed since the client last looked (to the second).
http::Response describe_answer(const Call& call, std::string (*body)(const Call&, const Table*),
                               const Table* table) {
  const Timestamp changed = call.state.schema_changed();
  const auto since = call.request.headers.get("If-Modified-Since");
  const auto seen = since ? parse_http_date(*since) : std::nullopt;
  http::Response answer;
  if (seen && std::chrono::floor<seconds>(changed) <= *seen) {
    answer.status = 304;
  } else {
    answer = json_answer(200, body(call, table));
  }
  answer.headers.set("Last-Modified", format_http_date(changed));
  return answer;
}

}  // namespace

Outcome<http::Response> answer_resources(Call& call) {
  const std::string base = call.base();
  std::string body = "{";
  for (const std::string_view name :
       {"sobjects", "query", "queryAll", "search", "parameterizedSearch", "limits", "composite", "jobs"}) {
    body += "\"" + std::string(name) + "\":\"" + base + "/" + std::string(name) + "\",";
  }
  const auto host = call.request.headers.get("Host");
  const std::string origin = call.state.options.scheme + "://" + std::string(host.value_or("127.0.0.1"));
  body += "\"identity\":" +
          json_quote(origin + "/id/" + call.state.org.id() + "/" + call.state.org.run_as_user()) + "}";
  return json_answer(200, std::move(body));
}

Outcome<http::Response> answer_objects(Call& call) {
  const auto body = [](const Call& c, const Table*) {
    return describe_global(c.state.org, c.state.knobs, c.version.text());
  };
  return describe_answer(call, body, nullptr);
}

Outcome<http::Response> answer_object(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  return json_answer(200, describe_short(*table, call.version.text()));
}

Outcome<http::Response> answer_describe(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  const auto body = [](const Call& c, const Table* t) {
    return describe_object(c.state.org, *t, c.state.knobs, c.version.text());
  };
  return describe_answer(call, body, table);
}

Outcome<http::Response> answer_limits(Call& call) {
  const int64_t max = call.state.knobs.daily_limit;
  const int64_t left = std::max<int64_t>(0, max - call.state.quota.used(call.state.org.now()));
  std::string body = "{\"DailyApiRequests\":{\"Max\":" + std::to_string(max) +
                     ",\"Remaining\":" + std::to_string(left) + "}";
  struct Limit {
    std::string_view name;
    int64_t max;
    int64_t used;
  };
  const Knobs& knobs = call.state.knobs;
  // The last ones this org has but never uses.
  for (const Limit& limit :
       {Limit{"DailyBulkApiBatches", knobs.bulk_batches_max, call.state.bulk.batches_used()},
        Limit{"DailyBulkV2QueryJobs", knobs.bulk_query_jobs_max, call.state.bulk.query_jobs_used()},
        Limit{"DailyBulkV2QueryFileStorageMB", 976'562, 0}, Limit{"DataStorageMB", 1'024, 0},
        Limit{"FileStorageMB", 1'024, 0}}) {
    body += ",\"" + std::string(limit.name) + "\":{\"Max\":" + std::to_string(limit.max) +
            ",\"Remaining\":" + std::to_string(std::max<int64_t>(0, limit.max - limit.used)) + "}";
  }
  return json_answer(200, body + "}");
}

}  // namespace prospectd::sandbox
