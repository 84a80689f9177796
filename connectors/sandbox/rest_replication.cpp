// What has changed or gone in a span of time, and how many records there are (SALESFORCE_API §6, §10).
#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/record_calls.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr auto kUpdatedReach = std::chrono::days(30);
constexpr auto kDeletedReach = std::chrono::days(15);
constexpr size_t kReplicationIdsMax = 600'000;

// Whole minutes, both ends included.
struct Span {
  Timestamp start;
  Timestamp end;
};

ApiError invalid_span(std::string message) {
  return api_error(std::string(code::kInvalidReplicationDate), std::move(message));
}

Outcome<Timestamp> moment_in(const Call& call, std::string_view name) {
  std::string text(call.parameter(name).value_or(""));
  // A '+' that was not encoded came through as a blank.
  std::replace(text.begin(), text.end(), ' ', '+');
  const auto moment = salesforce_wire::parse_datetime(text);
  if (!moment) return invalid_span(std::string(name) + " is missing or no date and time");
  return Timestamp(std::chrono::floor<std::chrono::minutes>(*moment));
}

Outcome<Span> span_of(const Call& call, std::chrono::days reach) {
  PD_ASSIGN(start, moment_in(call, "start"));
  PD_ASSIGN(end, moment_in(call, "end"));
  if (start >= end) return invalid_span("startDate before endDate is required");
  if (start < call.state.org.now() - reach) {
    return invalid_span("startDate is more than " + std::to_string(reach.count()) + " days ago");
  }
  return Span{start, end};
}

// Up to where nothing more can come: a change that is still to be committed bears an older stamp.
Timestamp covered_until(const Call& call, const Span& span) {
  Timestamp covered = std::min(span.end, call.state.org.now());
  if (const auto open = call.state.org.oldest_pending()) covered = std::min(covered, *open);
  return covered;
}

int64_t whole_seconds_of(Timestamp t) {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}

Outcome<std::vector<Row>> rows_in_span(const Table& table, const Span& span, RowState state) {
  std::vector<Row> rows = table.rows_between(whole_seconds_of(span.start), whole_seconds_of(span.end) + 1);
  std::erase_if(rows, [&](Row row) { return table.state(row) != state; });
  if (rows.size() > kReplicationIdsMax) {
    return api_error(std::string(code::kExceededIdLimit), "exceeded id limit of the call");
  }
  return rows;
}

}  // namespace

Outcome<http::Response> answer_updated(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  PD_ASSIGN(span, span_of(call, kUpdatedReach));
  PD_ASSIGN(rows, rows_in_span(*table, span, RowState::kLive));
  std::string body = "{\"ids\":[";
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) body += ',';
    append_quoted(body, table->id(rows[i]));
  }
  body += "],\"latestDateCovered\":";
  append_datetime(body, whole_seconds_of(covered_until(call, span)));
  return json_answer(200, body + "}");
}

Outcome<http::Response> answer_deleted(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[1]));
  PD_ASSIGN(span, span_of(call, kDeletedReach));
  PD_ASSIGN(rows, rows_in_span(*table, span, RowState::kDeleted));
  std::string body = "{\"deletedRecords\":[";
  for (size_t i = 0; i < rows.size(); ++i) {
    body += i == 0 ? "{\"id\":" : ",{\"id\":";
    append_quoted(body, table->id(rows[i]));
    body += ",\"deletedDate\":";
    append_datetime(body, table->stamp_seconds(rows[i]));
    body += '}';
  }
  const Timestamp earliest = std::chrono::floor<std::chrono::minutes>(call.state.org.now() - kDeletedReach);
  body += "],\"earliestDateAvailable\":";
  append_datetime(body, whole_seconds_of(earliest));
  body += ",\"latestDateCovered\":";
  append_datetime(body, whole_seconds_of(covered_until(call, span)));
  return json_answer(200, body + "}");
}

Outcome<http::Response> answer_record_count(Call& call) {
  const auto list = call.parameter("sObjects");
  const std::vector<std::string> names = list ? split_names(*list) : std::vector<std::string>{};
  std::string body = "{\"sObjects\":[";
  bool first = true;
  for (const auto& table : call.state.org.tables()) {
    const std::string_view type = table->type().name();
    const bool asked = !list || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return equals_ignore_case_ascii(name, type);
    });
    if (!asked || !call.state.knobs.object_enabled(type)) continue;
    body += first ? "{\"count\":" : ",{\"count\":";
    first = false;
    append_number(body, static_cast<int64_t>(table->count(RowState::kLive)));
    body += ",\"name\":";
    append_quoted(body, type);
    body += '}';
  }
  return json_answer(200, body + "]}");
}

}  // namespace prospectd::sandbox
