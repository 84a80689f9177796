// Sessions: the tokens that the org has given out, access tokens with the open query cursors of each, and the
// refresh tokens that new sessions are opened with. A cursor belongs to its session and ends with it
// (SALESFORCE_API §5). One owner (the front), one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// A query's rows as they were when it began; what is in them is read page by page.
struct Cursor {
  std::string id;  ///< 18 characters, 0r8…
  const Table* table = nullptr;
  std::vector<const Field*> fields;
  std::vector<Row> rows;
  Timestamp used{};
  std::shared_ptr<const Selection> selection = {};  ///< in place of `fields`, where set
  ChildLists lists = {};                            ///< of the selection's subqueries

  // Lists of children that were too long for a page live and die with the query around them.
  const Children* list = nullptr;  ///< set in such a list: which, and of whom
  Row parent = 0;
  std::vector<std::unique_ptr<Cursor>> nested = {};
};

struct Session {
  std::string user;  ///< id
  Timestamp used{};
  int64_t requests = 0;
  std::vector<Cursor> cursors;
};
/// A token as a store keeps it.
struct KeptToken {
  std::string token;
  std::string user;
  bool refresh = false;
};
constexpr size_t kSessionsMax = 1'000;
constexpr size_t kRefreshTokensMax = 1'000;

class Sessions {
 public:
  /// Takes up a new token; the session that was idle longest makes room when there are kSessionsMax.
  void open(const std::string& token, const std::string& user, Timestamp now);
  /// The session of a token that may still be used, counted as used now; nullptr otherwise.
  Session* use(std::string_view token, Timestamp now, const Knobs& knobs);
  bool close(std::string_view token);
  /// Takes up a refresh token of a user; some other makes room when there are kRefreshTokensMax.
  void grant(const std::string& refresh_token, const std::string& user);
  /// The user of a refresh token; empty when it is unknown or no longer good.
  std::string user_of(std::string_view refresh_token) const;
  bool withdraw(std::string_view refresh_token);
  /// Forgets the open queries of a session.
  bool drop_cursors(std::string_view token);
  void close_all() {
    sessions_.clear();
    ++revision_;
  }
  /// No refresh token is good any more.
  void withdraw_all() {
    refresh_tokens_.clear();
    ++revision_;
  }
  size_t size() const { return sessions_.size(); }
  /// Ends the cursors of every session.
  void close_cursors() {
    for (auto& [token, session] : sessions_)
      session.cursors.clear();
  }

  /// All tokens that are good.
  std::vector<KeptToken> tokens() const;
  /// Rises with every token that comes or goes.
  uint64_t revision() const { return revision_; }
  /// Cursors get their numbers behind this one.
  void number_from(uint64_t number) { last_cursor_ = number; }

  /// Keeps a query's rows for the pages to come and gives the cursor's id. The cursor unused longest makes
  /// room.
  Cursor& open_cursor(Session& session, Cursor cursor, Timestamp now, const Knobs& knobs);
  /// Keeps a list of children beside the query around it, or finds it there.
  const Cursor& open_nested(Cursor& around, Cursor list);
  /// What an open query, or a list inside one, is about; nullptr when there is none of that id.
  const Table* table_of_cursor(std::string_view id) const;
  /// A query, or a list inside one; its use is its query's, too. nullptr when the session has none of that
  /// id, or it has lain idle for too long.
  Cursor* use_cursor(Session& session, std::string_view id, Timestamp now, const Knobs& knobs);

 private:
  std::unordered_map<std::string, Session> sessions_;
  std::unordered_map<std::string, std::string> refresh_tokens_;  ///< to the user's id
  uint64_t last_cursor_ = 0;
  uint64_t revision_ = 0;
};

}  // namespace prospectd::sandbox
