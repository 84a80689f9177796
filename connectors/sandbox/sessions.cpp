#include "connectors/sandbox/sessions.h"

#include <algorithm>

#include "connectors/salesforce_wire/ids.h"

namespace prospectd::sandbox {
namespace {

// The cursor itself, or a list inside it. They nest as deep as subqueries do.
template <class C>
C* find_cursor(C& cursor, std::string_view id) {
  if (cursor.id == id) return &cursor;
  for (const auto& nested : cursor.nested) {
    if (C* found = find_cursor<C>(*nested, id)) return found;
  }
  return nullptr;
}

}  // namespace

void Sessions::open(const std::string& token, const std::string& user, Timestamp now) {
  if (sessions_.size() >= kSessionsMax) {
    const auto oldest =
        std::min_element(sessions_.begin(), sessions_.end(),
                         [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    sessions_.erase(oldest);
  }
  Session session;
  session.user = user;
  session.used = now;
  sessions_.insert_or_assign(token, std::move(session));
  ++revision_;
}

Session* Sessions::use(std::string_view token, Timestamp now, const Knobs& knobs) {
  const auto at = sessions_.find(std::string(token));
  if (at == sessions_.end()) return nullptr;
  Session& session = at->second;
  const bool spent = knobs.token_requests_max > 0 && session.requests >= knobs.token_requests_max;
  if (spent || now - session.used > knobs.session_idle) {
    sessions_.erase(at);
    ++revision_;
    return nullptr;
  }
  session.used = now;
  ++session.requests;
  return &session;
}

bool Sessions::close(std::string_view token) {
  ++revision_;
  return sessions_.erase(std::string(token)) > 0;
}

bool Sessions::drop_cursors(std::string_view token) {
  const auto at = sessions_.find(std::string(token));
  if (at == sessions_.end()) return false;
  at->second.cursors.clear();
  return true;
}

void Sessions::grant(const std::string& refresh_token, const std::string& user) {
  if (refresh_tokens_.size() >= kRefreshTokensMax) refresh_tokens_.erase(refresh_tokens_.begin());
  refresh_tokens_.insert_or_assign(refresh_token, user);
  ++revision_;
}

std::string Sessions::user_of(std::string_view refresh_token) const {
  const auto at = refresh_tokens_.find(std::string(refresh_token));
  return at == refresh_tokens_.end() ? std::string() : at->second;
}

bool Sessions::withdraw(std::string_view refresh_token) {
  ++revision_;
  return refresh_tokens_.erase(std::string(refresh_token)) > 0;
}

std::vector<KeptToken> Sessions::tokens() const {
  std::vector<KeptToken> all;
  for (const auto& [token, session] : sessions_)
    all.push_back({token, session.user, false});
  for (const auto& [token, user] : refresh_tokens_)
    all.push_back({token, user, true});
  return all;
}

Cursor& Sessions::open_cursor(Session& session, Cursor cursor, Timestamp now, const Knobs& knobs) {
  auto& open = session.cursors;
  std::erase_if(open, [&](const Cursor& c) { return now - c.used > knobs.cursor_idle; });
  while (!open.empty() && open.size() >= std::max<size_t>(knobs.cursors_per_session, 1)) {
    open.erase(std::min_element(open.begin(), open.end(),
                                [](const Cursor& a, const Cursor& b) { return a.used < b.used; }));
  }
  cursor.id = salesforce_wire::make_id("0r8", ++last_cursor_);
  cursor.used = now;
  open.push_back(std::move(cursor));
  return open.back();
}

const Cursor& Sessions::open_nested(Cursor& around, Cursor list) {
  for (const auto& known : around.nested) {
    if (known->list == list.list && known->parent == list.parent) return *known;
  }
  list.id = salesforce_wire::make_id("0r8", ++last_cursor_);
  return *around.nested.emplace_back(std::make_unique<Cursor>(std::move(list)));
}

const Table* Sessions::table_of_cursor(std::string_view id) const {
  for (const auto& [token, session] : sessions_) {
    for (const Cursor& cursor : session.cursors) {
      if (const Cursor* found = find_cursor(cursor, id)) return found->table;
    }
  }
  return nullptr;
}

Cursor* Sessions::use_cursor(Session& session, std::string_view id, Timestamp now, const Knobs& knobs) {
  for (Cursor& cursor : session.cursors) {
    Cursor* found = find_cursor(cursor, id);
    if (found == nullptr) continue;
    if (now - cursor.used > knobs.cursor_idle) return nullptr;
    cursor.used = now;
    return found;
  }
  return nullptr;
}

}  // namespace prospectd::sandbox
