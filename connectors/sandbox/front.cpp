#include "connectors/sandbox/front.h"

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/assertion.h"
#include "connectors/sandbox/fault_file.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {
namespace {

constexpr std::string_view kData = "/services/data";
constexpr std::string_view kIdentity = "/id/";
constexpr std::string_view kSoapPartner = "/services/Soap/u/";
constexpr std::string_view kSoapEnterprise = "/services/Soap/c/";
constexpr std::string_view kCometd = "/cometd/";
constexpr std::string_view kAsync = "/services/async/";

// Clients differ in whether they end a path with a slash (SALESFORCE_API §2), and some put one too many
// before it: their instance URL ends with one.
std::string_view without_extra_slashes(std::string_view path) {
  while (path.starts_with("//"))
    path.remove_prefix(1);
  while (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  return path;
}

// What stands in a path between these two, of which the second ends it; empty where it is another path.
std::string_view between(std::string_view path, std::string_view before, std::string_view behind) {
  const size_t found = path.find(before);
  if (found == std::string_view::npos || !path.ends_with(behind)) return {};
  const size_t begin = found + before.size();
  const size_t end = path.size() - behind.size();
  return begin < end ? path.substr(begin, end - begin) : std::string_view{};  // they may share a slash
}

}  // namespace

Front::Front(Org& org, FrontOptions options) : state_(std::make_unique<State>(org, std::move(options))) {
  if (!state_->options.random_token) {
    constexpr size_t kTokenBytes = 40;
    state_->options.random_token = [] { return random_hex(kTokenBytes); };
  }
}
Front::~Front() = default;

std::optional<size_t> Front::upload_limit(std::string_view method, std::string_view path) const {
  path = without_extra_slashes(path);
  if (method == "PUT" && path.starts_with(kData)) {
    const BulkJob* job = state_->bulk.find(BulkKind::kIngest, between(path, "/jobs/ingest/", "/batches"));
    const bool waits = job != nullptr && job->state == BulkState::kOpen && !job->uploaded;
    return waits ? std::optional(kBulkUploadBytesMax) : std::nullopt;
  }
  if (method == "POST" && path.starts_with(kAsync)) {
    const AsyncJob* job = state_->async_jobs.find(between(path, "/job/", "/batch"));
    const bool waits = job != nullptr && job->state == AsyncState::kOpen;
    return waits ? std::optional(kAsyncBatchBytesMax) : std::nullopt;
  }
  return std::nullopt;
}

const Knobs& Front::knobs() const {
  return state_->knobs;
}
void Front::set_knobs(Knobs knobs) {
  state_->change_knobs(std::move(knobs));
}
Result<void> Front::check_faults(std::string_view plan, bool objects_may_come) const {
  PD_ASSIGN(file, read_fault_plan(plan));
  return state_->check_faults(file, objects_may_come);
}
Result<void> Front::play_faults(std::string_view plan) {
  PD_ASSIGN(file, read_fault_plan(plan));
  return state_->play(std::move(file));
}
const Stats& Front::stats() const {
  return state_->stats;
}
void Front::expire_tokens() {
  state_->sessions.close_all();
}
Result<void> Front::register_key(const std::string& pem) {
  PD_TRY(check_public_key(pem));
  state_->public_key = pem;
  return {};
}
std::string Front::authorize() {
  return state_->new_refresh_token(state_->org.run_as_user());
}

void Front::begin_here() {
  state_->beginning = state_->snapshot();
}
bool Front::knows_refresh_token(std::string_view token) const {
  return !state_->sessions.user_of(token).empty();
}

Result<bool> Front::keep_in(OrgStore& store) {
  State& s = *state_;
  PD_ASSIGN(found, store.restore({s.org, s.sessions, s.events, s.bulk}));
  s.store = &store;
  return found;
}

Result<void> Front::keep() {
  State& s = *state_;
  return s.store == nullptr ? Result<void>() : s.store->keep({s.org, s.sessions, s.events, s.bulk});
}

http::Response Front::handle(const http::ServerRequest& request) {
  Handled handled = begin(request);
  return handled.poll ? finish(*handled.poll) : std::move(handled.response);
}

Handled Front::begin(const http::ServerRequest& request) {
  State& s = *state_;
  const std::string_view path = without_extra_slashes(request.path());
  const bool disturbed = !s.faults.empty() && !path.starts_with(kAdminPath);
  if (disturbed) s.faults.begin_call(request.method, path);
  s.advance();
  Handled handled = disturbed ? s.answer_with_faults(request, path) : s.route(request, path);
  if (!keep()) {
    handled = {error_answer(api_error(503, std::string(salesforce_wire::error_name::kServerUnavailable),
                                      "The organisation's store can't be written."))};
  }
  if (request.method == "HEAD") handled.response.body.clear();
  if (!handled.response.headers.get("Date"))
    handled.response.headers.set("Date", format_http_date(s.wire_now()));
  return handled;
}

Handled Front::State::route(const http::ServerRequest& request, std::string_view path) {
  State& s = *this;
  Handled handled;
  http::Response& answer = handled.response;
  if (path == "/services/oauth2/token") {
    answer = s.token(request);
  } else if (path == "/services/oauth2/authorize") {
    answer = s.authorize(request);
  } else if (path.starts_with(kSoapPartner) || path.starts_with(kSoapEnterprise)) {
    answer = s.soap_login(request, path);
  } else if (path == "/services/oauth2/revoke") {
    answer = s.revoke(request);
  } else if (path == "/services/oauth2/userinfo") {
    answer = s.user_info(request);
  } else if (path.starts_with(kIdentity)) {
    answer = s.identity(request, path.substr(kIdentity.size()));
  } else if (path == kData) {
    answer = s.versions(request);
  } else if (path.starts_with(kAsync)) {
    answer = s.async(request, path.substr(kAsync.size()));
  } else if (path.starts_with(kCometd)) {
    handled = s.streaming(request, path.substr(kCometd.size()));
  } else if (path.starts_with(kAdminPath)) {
    answer = s.admin(request, path.substr(kAdminPath.size()));
  } else {
    answer = s.data(request, path.starts_with(std::string(kData) + "/") ? path.substr(kData.size() + 1) : "");
  }
  return handled;
}

bool Front::ready(const LongPoll& poll) {
  state_->advance();
  (void)keep();  // what fails now is tried again behind the next request, which tells
  return state_->cometd.ready(poll);
}

http::Response Front::finish(const LongPoll& poll) {
  http::Response answer = state_->cometd.finish(poll);
  answer.headers.set("Date", format_http_date(state_->wire_now()));
  return answer;
}

void Front::on_event(std::function<void()> callback) {
  state_->on_event = std::move(callback);
}

}  // namespace prospectd::sandbox
