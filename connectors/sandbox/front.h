// Front: the org's HTTP face, without a network: a request in, the answer out (SALESFORCE_API §1–5, §11,
// §18). The server calls it (serve.h), and so does a simulator. Synchronous; one thread; borrows the org.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "connectors/http/message.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"

namespace prospectd::sandbox {

/// Where the admin endpoint is.
constexpr std::string_view kAdminPath = "/sandbox/admin/";

struct FrontOptions {
  std::string client_id = "sandbox";
  Secret client_secret;
  Secret user_password;                       ///< of every user; empty: nobody logs in by password
  Secret admin_token;                         ///< empty: no admin endpoint
  std::string scheme = "http";                ///< of instance_url
  std::function<std::string()> random_token;  ///< [A-Za-z0-9_.]+; unset: from the system's generator
};

/// What was asked so far, by kind.
struct Stats {
  int64_t logins = 0;
  int64_t logins_refused = 0;
  int64_t identities = 0;  ///< userinfo too
  int64_t versions = 0;
  int64_t describes = 0;  ///< resource maps and object lists too
  int64_t queries = 0;
  int64_t query_pages = 0;  ///< later pages only
  int64_t records = 0;      ///< single records
  int64_t limits = 0;
  int64_t bulk_calls = 0;  ///< under jobs/ and /services/async/
  int64_t cometd_calls = 0;
  int64_t refused_sessions = 0;
  int64_t refused_quota = 0;
  int64_t records_served = 0;
  /// Calls that counted against the daily limit.
  int64_t api_calls = 0;
};

/// A connect of CometD that waits for events: what its answer is made of (SALESFORCE_API §16.5).
struct LongPoll {
  std::string client;
  uint64_t connect = 0;  ///< which connect of that client
  std::string replies;   ///< to the other messages of the request, as JSON without brackets
  std::string reply;     ///< to the connect
  std::chrono::milliseconds timeout{0};
};
/// An answer; or, where `poll` is set, what has to be waited for first.
struct Handled {
  http::Response response = {};
  std::optional<LongPoll> poll = std::nullopt;
  std::chrono::milliseconds delay{0};  ///< so long it is on its way, beside Knobs::answer_delay
};

class OrgStore;

class Front {
 public:
  Front(Org& org, FrontOptions options);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  /// Answers one request. Late commits that are due become visible first, and bulk jobs go on.
  /// A long poll is answered at once, with what there is.
  http::Response handle(const http::ServerRequest& request);
  /// The same for who can wait: as long as ready() says no, but at most for the poll's timeout.
  Handled begin(const http::ServerRequest& request);
  bool ready(const LongPoll& poll);
  http::Response finish(const LongPoll& poll);
  /// Is called when something has happened that a long poll may wait for.
  void on_event(std::function<void()> callback);

  /// How large a body may be that an open bulk job waits for; nullopt for any other request. Of all bodies
  /// these alone may be large (SALESFORCE_API §8.2, §9), and who has no session has no open job.
  std::optional<size_t> upload_limit(std::string_view method, std::string_view path) const;

  const Knobs& knobs() const;
  void set_knobs(Knobs knobs);
  const Stats& stats() const;
  /// What play_faults would say of a plan. `objects_may_come`: what it names may still be made, and is not
  /// looked for.
  Result<void> check_faults(std::string_view plan, bool objects_may_come) const;
  /// Begins a fault plan (docs/sandbox.md), in place of the one before.
  /// **Errors:** kConfigInvalid with the place at fault: "rules[2].with.status must be …".
  Result<void> play_faults(std::string_view plan);
  /// Ends every session; the next request of each gets 401 INVALID_SESSION_ID.
  void expire_tokens();
  /// The key whose signatures the JWT flow takes from now on: PEM of a certificate or an RSA public key.
  /// **Errors:** kConfigInvalid when it is neither.
  Result<void> register_key(const std::string& pem);
  /// Gives out a refresh token of the API user, as a person's approval in the browser would.
  std::string authorize();

  /// A reset goes back to what records and knobs are now; before, to what they were when the front was made.
  void begin_here();
  /// True for a refresh token that is still good.
  bool knows_refresh_token(std::string_view token) const;

  /// Fills the org from the store; false where that has nothing. From then on what a request has changed is
  /// in the store before it is answered; where it can't be, the answer is 503 SERVER_UNAVAILABLE. The store
  /// must outlive the front. **Errors:** as OrgStore::restore.
  Result<bool> keep_in(OrgStore& store);
  /// Writes what has changed to the store. **Errors:** as OrgStore::keep.
  Result<void> keep();

  struct State;  ///< internal, front_state.h

 private:
  std::unique_ptr<State> state_;
};

}  // namespace prospectd::sandbox
