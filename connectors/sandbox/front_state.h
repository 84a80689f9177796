// What the parts of the front share. Internal to the sandbox; one owner (Front), one thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/sandbox/async_jobs.h"
#include "connectors/sandbox/authorization_codes.h"
#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/call_quota.h"
#include "connectors/sandbox/change_log.h"
#include "connectors/sandbox/cometd.h"
#include "connectors/sandbox/fault_plan.h"
#include "connectors/sandbox/front.h"
#include "connectors/sandbox/org_store.h"
#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/sessions.h"
#include "connectors/sandbox/snapshots.h"

namespace prospectd::sandbox {

/// The token in the header Authorization: empty when there is no such header, nullopt when it has another
/// form than "Bearer TOKEN" or "OAuth TOKEN". (rest.cpp)
std::optional<std::string_view> token_in(const http::ServerRequest& request);
/// "http://127.0.0.1:9443", as the client named it. (oauth.cpp)
std::string own_address(const http::ServerRequest& request, const std::string& scheme);

struct FaultFile;

struct Front::State {
  State(Org& o, FrontOptions f)
      : org(o),
        options(std::move(f)),
        bulk(o),
        async_jobs(o, bulk),
        cometd(o, events),
        knobs_changed(o.now()) {
    org.recorder().listen([this](const ChangeSet& transaction) {
      if (!knobs.change_events) return;
      events.add(transaction, knobs);
      if (on_event) on_event();
    });
    beginning = snapshot();
  }
  ~State() {
    org.recorder().listen({});
    org.guard_writes({});
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Org& org;
  FrontOptions options;
  Knobs knobs;
  Sessions sessions;
  AuthorizationCodes codes;
  CallQuota quota;
  BulkJobs bulk;
  AsyncJobs async_jobs;
  ChangeLog events;
  Cometd cometd;
  std::function<void()> on_event;
  OrgStore* store = nullptr;
  Snapshots snapshots;
  Snapshot beginning;  ///< what a reset goes back to
  Stats stats;
  FaultPlan faults;
  std::vector<std::string> written_ids;   ///< by the request under way, for who answers its writes
  const FaultRequest* writing = nullptr;  ///< what the rules about records are asked for
  std::string public_key;                 ///< PEM; empty: no JWT is taken
  Timestamp knobs_changed;

  /// When what describes say last changed.
  Timestamp schema_changed() const { return std::max(knobs_changed, org.schema_changed()); }
  void change_knobs(Knobs k) {
    knobs = std::move(k);
    knobs_changed = org.now();
  }

  Snapshot snapshot() const { return {org.image(), knobs, org.now()}; }
  /// Records and knobs are again what they were. Sessions stay; what points into the records ends: query
  /// cursors and bulk jobs. Who listens for events is told that there is a gap.
  void go_back_to(const Snapshot& snapshot) {
    sessions.close_cursors();
    async_jobs.forget_all();
    bulk.forget_all();
    org.put_back(snapshot.org);
    change_knobs(snapshot.knobs);
  }

  /// While it lives, the records that are written meet the fault plan.
  class Writing {
   public:
    Writing(State& state, const FaultRequest& request) : state_(state) { state_.writing = &request; }
    ~Writing() { state_.writing = nullptr; }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

   private:
    State& state_;
  };

  // front_faults.cpp
  /// Late commits that are due become visible, and bulk jobs go on.
  void advance();
  /// **Errors:** kConfigInvalid for a type or knobs that are none, and, unless they may still come, for an
  /// object or a condition that is none here.
  Result<void> check_faults(const FaultFile& file, bool objects_may_come) const;
  /// Begins a fault plan. **Errors:** as check_faults.
  Result<void> play(FaultFile file);
  Handled answer_with_faults(const http::ServerRequest& request, std::string_view path);
  Outcome<void> judge_row(const WrittenRow& written);

  // front.cpp; `path` is the whole one without a slash at its end
  Handled route(const http::ServerRequest& request, std::string_view path);

  // oauth.cpp
  http::Response token(const http::ServerRequest& request);
  http::Response revoke(const http::ServerRequest& request);
  std::string new_refresh_token(const std::string& user);
  /// The new session's token.
  std::string open_session(const std::string& user);
  /// The id of the active user with that name, whose password it is; a security token may stand behind it.
  Outcome<std::string> user_by_password(std::string_view username, std::string_view password);
  // authorize.cpp
  http::Response authorize(const http::ServerRequest& request);
  // soap_login.cpp; `path` is the whole one, "/services/Soap/u/60.0"
  http::Response soap_login(const http::ServerRequest& request, std::string_view path);
  /// The clock of the HTTP side, as the header Date tells it.
  Timestamp wire_now() const { return org.now() + knobs.date_offset; }

  // identity.cpp; `path` is what follows /id/
  http::Response identity(const http::ServerRequest& request, std::string_view path);
  http::Response user_info(const http::ServerRequest& request);

  // rest.cpp: everything under /services/data; `path` is what follows that and its slash
  http::Response versions(const http::ServerRequest& request);
  http::Response data(const http::ServerRequest& request, std::string_view path);

  // rest_async.cpp: `path` is what follows /services/async/
  http::Response async(const http::ServerRequest& request, std::string_view path);

  // rest.cpp: `path` is what follows /cometd/
  Handled streaming(const http::ServerRequest& request, std::string_view path);

  // admin.cpp: `path` is what follows /sandbox/admin/
  http::Response admin(const http::ServerRequest& request, std::string_view path);
};

}  // namespace prospectd::sandbox
