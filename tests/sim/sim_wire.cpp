#include "tests/sim/sim_wire.h"

#include "connectors/http/message.h"

namespace prospectd::test {
namespace {

constexpr milliseconds kForGood = milliseconds::max();
constexpr int kWaysToSpoil = 5;
constexpr int64_t kWholeBatch = 200;
constexpr int kUnauthorized = 401;

bool is_query(const http::Request& request) {
  return request.url.find("/query") != std::string::npos;
}

int64_t times_in(std::string_view text, std::string_view what) {
  int64_t times = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
    ++times;
  return times;
}

// What of an answer goes into the trace: its kind, not its content.
std::string in_short(const Result<http::Response>& answer) {
  if (!answer) return std::string(name_of(answer.error().code));
  return std::to_string(answer->status) + " " + std::to_string(answer->body.size()) + " bytes";
}

}  // namespace

Wire::Wire(const SimPlan& plan, std::function<milliseconds()> now, Digest& digest,
           std::function<void(const std::string&)> trace)
    : plan_(plan), now_(std::move(now)), digest_(digest), trace_(std::move(trace)) {}

void Wire::attach(SimTransport& transport) {
  transport.set_mangler(
      [this](const http::Request& request, http::Response& answer) { mangle(request, answer); });
  transport.set_observer([this](const http::Request& request, const Result<http::Response>& answer) {
    observe(request, answer);
  });
}

void Wire::mangle(const http::Request& request, http::Response& answer) {
  if (!is_query(request) || answer.status != 200) return;
  auto page = JsonRows::cut(answer.body);
  if (!page) return;
  bool changed = false;
  for (std::string& row : page->rows) {
    const std::string id = text_in(row, "Id");
    if (!is_bad(id)) continue;
    was_bad_.insert(id);
    row = spoil(row, id);
    changed = true;
  }
  if (plan_.plant == Plant::kDroppedRow) {
    const size_t before = page->rows.size();
    drop_row(*page);
    changed = changed || page->rows.size() != before;
  }
  if (changed) answer.body = page->join();
}

// Decided once for each record, when it is first asked for, by its id alone: the order of requests plays no
// part.
bool Wire::is_bad(const std::string& id) {
  if (plan_.bad_per_mille == 0 && plan_.stuck_per_mille == 0) return false;
  auto known = bad_until_.find(id);
  if (known == bad_until_.end()) {
    milliseconds until{-1};
    if (static_cast<int>(chance_of(id, 1) % 1'000) < plan_.bad_per_mille) {
      until = now_() + milliseconds{static_cast<int64_t>(chance_of(id, 2)) % (plan_.bad_for_max.count() + 1)};
    }
    if (static_cast<int>(chance_of(id, 3) % 1'000) < plan_.stuck_per_mille) until = kForGood;
    if (until == kForGood) stuck_.insert(id);
    known = bad_until_.emplace(id, until).first;
  }
  return known->second == kForGood || (!healed_ && now_() <= known->second);
}

std::string Wire::spoil(const std::string& row, const std::string& id) const {
  static constexpr const char* kValues[kWaysToSpoil] = {"7", "\"\xC3\x28 no text\"",
                                                        "\"a\x01"
                                                        "b\"",
                                                        "\"\\ud800\"", "[[\"deep\"]]"};
  const char* value = kValues[chance_of(id, 4) % kWaysToSpoil];
  const char* field = text_in(row, "LastName").empty() ? "Name" : "LastName";
  return with_value(row, field, value);
}

void Wire::drop_row(JsonRows& page) {
  // Only whole answers, so that the count can be made to fit.
  if (page.head.find("\"done\":true") == std::string::npos) return;
  for (size_t i = 0; i < page.rows.size(); ++i) {
    const std::string id = text_in(page.rows[i], "Id");
    if (dropped_.empty() && id.starts_with("00Q")) dropped_ = id;
    if (dropped_.empty() || id != dropped_) continue;
    page.rows.erase(page.rows.begin() + static_cast<ptrdiff_t>(i));
    page.head = with_number(page.head, "totalSize", static_cast<int64_t>(page.rows.size()));
    return;
  }
}

uint64_t Wire::chance_of(const std::string& id, uint64_t salt) const {
  Digest d;
  d.add(static_cast<int64_t>(plan_.seed));
  d.add(static_cast<int64_t>(salt));
  d.add(id);
  const uint64_t mixed = d.value() * 0x9e3779b97f4a7c15ULL;
  return (mixed ^ (mixed >> 29)) >> 8;  // fits a positive int64_t
}

void Wire::count(const http::Request& request, const http::Response& answer) {
  if (answer.status == kUnauthorized) ++sessions_over_;
  const bool is_write = request.method != "GET" && request.url.find("/sobjects") != std::string::npos;
  if (!is_write) return;
  locked_ += times_in(answer.body, "UNABLE_TO_LOCK_ROW");
  if (times_in(request.body, "\"attributes\"") == kWholeBatch) ++whole_batches_;
}

void Wire::observe(const http::Request& request, const Result<http::Response>& answer) {
  ++exchanges_;
  digest_.add(now_().count());
  digest_.add(request.method);
  digest_.add(request.url);
  digest_.add(request.body);
  for (const auto& [name, value] : request.headers.fields()) {
    digest_.add(name);
    digest_.add(value);
  }
  if (answer) {
    count(request, *answer);
    digest_.add(static_cast<int64_t>(answer->status));
    digest_.add(answer->body);
  } else {
    digest_.add(name_of(answer.error().code));
  }
  if (!trace_) return;
  const auto target = http::percent_decode(request.url, true);
  trace_("  " + request.method + " " + target.value_or(request.url) + " -> " + in_short(answer));
}

}  // namespace prospectd::test
