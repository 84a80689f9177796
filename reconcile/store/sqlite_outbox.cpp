#include "reconcile/store/sqlite_outbox.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/text.h"
#include "reconcile/store/sqlite_writer.h"

namespace prospectd::store {
namespace {

using reconcile::OutboxEntry;
using reconcile::PushLane;
using reconcile::PushState;

constexpr const char* kOutboxColumns =
    "o.id, o.idempotency_key, o.connection, o.prospect, o.object, o.remote, o.operation, o.lane, o.state, "
    "o.attempts, o.lease, o.due_at, o.cause, o.created_at, o.error_code, o.error, o.sent, o.sent_at, "
    "o.blanks";

constexpr PushLane kPushLanes[] = {PushLane::kOptOut, PushLane::kOwner, PushLane::kOrdinary};
/// Those in which an entry may be due.
constexpr PushState kDueStates[] = {PushState::kReady, PushState::kLeased, PushState::kInDoubt};

Result<OutboxEntry> outbox_entry(const Database& db, const Codec& codec, const Query& row) {
  const auto operation = reconcile::push_operation_named(row.text(6));
  const auto lane = reconcile::push_lane_named(row.text(7));
  const auto state = reconcile::push_state_named(row.text(8));
  if (!operation || !lane || !state)
    return damaged(db.path(), "an entry of its outbox has an operation, lane or state that is none");
  OutboxEntry entry;
  entry.id = {row.integer(0)};
  entry.key = row.text(1);
  entry.connection = {row.integer(2)};
  entry.prospect = {row.integer(3)};
  entry.object = row.text(4);
  entry.remote = RemoteId(std::string(row.text(5)));
  entry.operation = *operation;
  entry.lane = *lane;
  entry.state = *state;
  entry.attempts = row.integer(9);
  entry.lease = row.integer(10);
  entry.due_at = time_of(row.integer(11));
  entry.cause = {row.integer(12)};
  entry.created_at = time_of(row.integer(13));
  entry.code = row.text(14);
  entry.error = row.text(15);
  PD_ASSIGN(sent, codec.read_sent(row.text(16)));
  entry.sent = std::move(sent);
  entry.sent_at = time_of(row.integer_or_null(17));
  entry.blanks = row.integer(18) != 0;
  return entry;
}

Result<std::vector<OutboxEntry>> outbox_entries(const Database& db, const Codec& codec, Query& query) {
  std::vector<OutboxEntry> entries;
  while (query.step()) {
    PD_ASSIGN(entry, outbox_entry(db, codec, query));
    entries.push_back(std::move(entry));
  }
  PD_TRY(query.done());
  return entries;
}

/// Entries of one connection that are due, lane by lane.
class DuePushes {
 public:
  DuePushes(Database& db, const Codec& codec, reconcile::ConnectionId connection, Timestamp now)
      : db_(db),
        codec_(codec),
        connection_(connection),
        now_(now),
        due_(db, "SELECT " + std::string(kOutboxColumns) +
                     " FROM outbox AS o WHERE o.connection = ? AND o.state = ? AND o.lane = ? AND o.due_at "
                     "<= ? AND (o.state <> 'ready' OR NOT EXISTS (SELECT 1 FROM outbox AS b WHERE b.prospect "
                     "= o.prospect AND b.connection = o.connection AND b.state IN ('leased', 'in_doubt'))) "
                     "AND (? = '' OR (o.object = ? AND o.operation = ?)) ORDER BY o.due_at, o.id LIMIT ?") {}

  Result<std::vector<OutboxEntry>> batch(size_t limit) {
    std::vector<OutboxEntry> batch;
    PD_ASSIGN(first, first_due());
    if (!first) return batch;
    for (const PushLane lane : kPushLanes) {
      std::vector<OutboxEntry> of_lane;
      for (const PushState state : kDueStates) {
        if ((state != PushState::kReady) != first->is_in_doubt()) continue;
        PD_ASSIGN(found, due(lane, state, &*first, limit));
        std::ranges::move(found, std::back_inserter(of_lane));
      }
      std::ranges::sort(of_lane, comes_before);
      std::ranges::move(of_lane, std::back_inserter(batch));
    }
    batch.resize(std::min(batch.size(), limit));
    return batch;
  }

 private:
  static bool comes_before(const OutboxEntry& a, const OutboxEntry& b) {
    return std::tie(a.due_at, a.id) < std::tie(b.due_at, b.id);
  }

  // The one that decides what the batch is like: the oldest of the most urgent lane.
  Result<std::optional<OutboxEntry>> first_due() {
    std::optional<OutboxEntry> first;
    for (const PushLane lane : kPushLanes) {
      for (const PushState state : kDueStates) {
        PD_ASSIGN(found, due(lane, state, nullptr, 1));
        if (!found.empty() && (!first || comes_before(found.front(), *first))) first = found.front();
      }
      if (first) return first;
    }
    return first;
  }

  Result<std::vector<OutboxEntry>> due(PushLane lane, PushState state, const OutboxEntry* like,
                                       size_t limit) {
    Query query(due_);
    query.bind(connection_.value).bind(name_of(state)).bind(name_of(lane)).bind(ms_of(now_));
    const std::string_view object = like == nullptr ? std::string_view() : std::string_view(like->object);
    query.bind(object).bind(object);
    query.bind(like == nullptr ? std::string_view() : name_of(like->operation));
    query.bind(static_cast<int64_t>(limit));
    return outbox_entries(db_, codec_, query);
  }

  Database& db_;
  const Codec& codec_;
  const reconcile::ConnectionId connection_;
  const Timestamp now_;
  Statement due_;
};

Error not_out(OutboxId id) {
  return make_error(ErrorCode::kConflict,
                    "entry " + std::to_string(id.value) + " of the outbox is not out on this lease any more");
}

// At most `most` bytes of it, whole characters.
std::string shortened(const std::string& text, size_t most) {
  return text.size() <= most ? text : repair_utf8(std::string_view(text).substr(0, most));
}

}  // namespace

Result<std::vector<OutboxEntry>> read_due_pushes(Database& db, const Codec& codec,
                                                 reconcile::ConnectionId connection, Timestamp now,
                                                 size_t limit) {
  return DuePushes(db, codec, connection, now).batch(std::min(limit, reconcile::kPushLeaseMax));
}

Result<std::optional<Timestamp>> read_next_push(Database& db, reconcile::ConnectionId connection) {
  Statement statement(db,
                      "SELECT MIN(due_at) FROM outbox AS o WHERE o.connection = ? AND o.state <> 'dead' AND "
                      "(o.state <> 'ready' OR NOT EXISTS (SELECT 1 FROM outbox AS b WHERE b.prospect = "
                      "o.prospect AND b.connection = o.connection AND b.state IN ('leased', 'in_doubt')))");
  Query query(statement);
  query.bind(connection.value);
  std::optional<Timestamp> next;
  if (query.step()) next = time_of(query.integer_or_null(0));
  query.step();  // to its end
  PD_TRY(query.done());
  return next;
}

Result<std::vector<OutboxEntry>> read_outbox_of(Database& db, const Codec& codec, ProspectId prospect) {
  Statement statement(
      db, "SELECT " + std::string(kOutboxColumns) + " FROM outbox AS o WHERE o.prospect = ? ORDER BY o.id");
  Query query(statement);
  query.bind(prospect.value);
  return outbox_entries(db, codec, query);
}

Result<std::vector<OutboxEntry>> read_dead_pushes(Database& db, const Codec& codec, OutboxId after,
                                                  size_t limit, reconcile::ConnectionId connection) {
  Statement statement(db, "SELECT " + std::string(kOutboxColumns) +
                              " FROM outbox AS o WHERE o.state = 'dead' AND o.id > ?1 AND (?2 = 0 OR "
                              "o.connection = ?2) ORDER BY o.id LIMIT ?3");
  Query query(statement);
  query.bind(after.value).bind(connection.value).bind(static_cast<int64_t>(limit));
  return outbox_entries(db, codec, query);
}

// Numbers are given out in the order in which entries are made.
Result<std::optional<OldestPush>> read_oldest_push(Database& db) {
  Statement statement(db,
                      "SELECT created_at, state, due_at, error_code FROM outbox WHERE state <> 'dead' "
                      "ORDER BY id LIMIT 1");
  Query query(statement);
  std::optional<OldestPush> oldest;
  if (query.step()) {
    oldest = OldestPush{time_of(query.integer(0)),
                        reconcile::push_state_named(query.text(1)).value_or(PushState::kReady),
                        time_of(query.integer(2)), std::string(query.text(3))};
  }
  PD_TRY(query.done());
  return oldest;
}

OutboxWriter::OutboxWriter(WriteContext& context, JournalWriter& journal)
    : c_(context),
      journal_(journal),
      waiting_(c_.db,
               "SELECT id, state, object, remote, operation, lane, due_at, cause, blanks FROM outbox WHERE "
               "prospect = "
               "? AND connection = ? AND state IN ('ready', 'dead')"),
      insert_(
          c_.db,
          "INSERT INTO outbox (object, remote, operation, lane, blanks, due_at, cause, id, idempotency_key, "
          "connection, prospect, created_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready')"),
      renew_(c_.db,
             "UPDATE outbox SET object = ?, remote = ?, operation = ?, lane = ?, blanks = ?, due_at = ?, "
             "cause = ?, state "
             "= 'ready', attempts = 0, error_code = NULL, error = NULL WHERE id = ?"),
      lease_(
          c_.db,
          "UPDATE outbox SET state = 'leased', lease = lease + 1, attempts = attempts + 1, due_at = ? WHERE "
          "id = ? AND lease = ? AND state <> 'dead'"),
      leased_(c_.db,
              "SELECT prospect, connection, lane, blanks FROM outbox WHERE id = ? AND lease = ? AND state = "
              "'leased'"),
      note_sent_(c_.db,
                 "UPDATE outbox SET sent = ?, sent_at = ? WHERE id = ? AND lease = ? AND state = 'leased'"),
      abandon_(c_.db,
               "UPDATE outbox SET state = 'in_doubt', due_at = ? WHERE connection = ? AND state = 'leased'"),
      settle_(c_.db,
              "UPDATE outbox SET state = ?, due_at = ?, error_code = ?, error = ?, attempts = MAX(attempts - "
              "?, 0) WHERE id = ?"),
      remove_(c_.db, "DELETE FROM outbox WHERE id = ?"),
      drop_(c_.db,
            "DELETE FROM outbox WHERE id = ? AND lease = ? AND state IN ('ready', 'dead') RETURNING state"),
      retarget_(
          c_.db,
          "UPDATE outbox SET object = l.object, remote = l.remote, operation = 'update' FROM (SELECT "
          "object, remote FROM links WHERE id = ?) AS l WHERE prospect = ? AND connection = ? AND state "
          "IN ('ready', 'dead')") {}

Result<std::optional<OutboxWriter::Waiting>> OutboxWriter::waiting(ProspectId prospect,
                                                                   reconcile::ConnectionId connection) {
  Query query(waiting_);
  query.bind(prospect.value).bind(connection.value);
  std::optional<Waiting> found;
  if (query.step()) {
    found.emplace();
    found->id = query.integer(0);
    found->dead = query.text(1) == name_of(PushState::kDead);
    found->object = query.text(2);
    found->remote = query.text(3);
    found->operation = query.text(4);
    found->lane = reconcile::push_lane_named(query.text(5)).value_or(PushLane::kOrdinary);
    found->due_at = time_of(query.integer(6));
    found->cause = query.integer(7);
    found->blanks = query.integer(8) != 0;
  }
  PD_TRY(query.done());
  return found;
}

Result<void> OutboxWriter::write(const reconcile::EnqueuePush& step) {
  PD_ASSIGN(there, waiting(step.prospect, step.connection));
  PD_ASSIGN(cause, journal_.cause());
  Waiting wanted;
  wanted.object = step.object;
  wanted.remote = step.remote.str();
  wanted.operation = name_of(step.operation);
  wanted.lane = there && !there->dead ? std::min(there->lane, step.lane) : step.lane;
  wanted.blanks = step.blanks || (there && !there->dead && there->blanks);
  wanted.due_at = there && !there->dead ? std::min(there->due_at, c_.now) : c_.now;
  wanted.cause = cause;
  if (!there) return insert(step.prospect, step.connection, wanted);
  c_.tally.outbox += there->dead ? 1 : 0;
  c_.tally.outbox_dead -= there->dead ? 1 : 0;
  return renew(there->id, wanted);
}

void OutboxWriter::bind(Query& query, const Waiting& wanted) {
  query.bind(wanted.object)
      .bind_or_null(wanted.remote)
      .bind(wanted.operation)
      .bind(name_of(wanted.lane))
      .bind(wanted.blanks ? int64_t{1} : int64_t{0})
      .bind(ms_of(wanted.due_at))
      .bind(wanted.cause);
}

Result<void> OutboxWriter::insert(ProspectId prospect, reconcile::ConnectionId connection,
                                  const Waiting& wanted) {
  const int64_t id = c_.tally.next_outbox++;
  const std::string key = new_key(prospect, id);
  Query query(insert_);
  bind(query, wanted);
  query.bind(id).bind(key).bind(connection.value).bind(prospect.value).bind(ms_of(c_.now));
  PD_TRY(query.run());
  ++c_.written;
  ++c_.tally.outbox;
  return {};
}

Result<void> OutboxWriter::renew(int64_t id, const Waiting& wanted) {
  Query query(renew_);
  bind(query, wanted);
  query.bind(id);
  PD_TRY(query.run());
  ++c_.written;
  return {};
}

// Like no other of this database by its number, and of no other database by this one's own secret.
std::string OutboxWriter::new_key(ProspectId prospect, int64_t id) const {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string name = "p" + std::to_string(prospect.value) + "-e" + std::to_string(id);
  auto hash = static_cast<uint64_t>(c_.loader.hash_of("outbox " + name));
  std::string digits(16, '0');
  for (size_t i = digits.size(); i-- > 0; hash >>= 4)
    digits[i] = kHex[hash & 15];
  return name + "-" + digits;
}

Result<void> OutboxWriter::write(const reconcile::LeasePush& step) {
  const std::string refused = "entry " + std::to_string(step.id.value) + " of the outbox is not to be leased";
  Query query(lease_);
  query.bind(ms_of(step.until)).bind(step.id.value).bind(step.lease);
  if (auto done = query.run(); !done) return write_error(std::move(done).error(), refused);
  if (c_.db.changes() != 1) return make_error(ErrorCode::kConflict, refused);
  ++c_.written;
  return {};
}

Result<void> OutboxWriter::write(const reconcile::NotePushSent& step) {
  const std::string sent = c_.codec.sent_json(step.values);
  Query query(note_sent_);
  query.bind_or_null(sent).bind(ms_of(c_.now)).bind(step.id.value).bind(step.lease);
  PD_TRY(query.run());
  if (c_.db.changes() != 1) return not_out(step.id);
  ++c_.written;
  return {};
}

Result<void> OutboxWriter::write(const reconcile::AbandonLeases& step) {
  Query query(abandon_);
  query.bind(ms_of(c_.now)).bind(step.connection.value);
  PD_TRY(query.run());
  c_.written += c_.db.changes();
  return {};
}

Result<void> OutboxWriter::write(const reconcile::SettlePush& step) {
  ProspectId prospect;
  reconcile::ConnectionId connection;
  PushLane lane = PushLane::kOrdinary;
  bool blanks = false;
  {
    Query query(leased_);
    query.bind(step.id.value).bind(step.lease);
    if (query.step()) {
      prospect = {query.integer(0)};
      connection = {query.integer(1)};
      lane = reconcile::push_lane_named(query.text(2)).value_or(lane);
      blanks = query.integer(3) != 0;
    }
    PD_TRY(query.done());
  }
  if (!prospect) return not_out(step.id);
  PD_ASSIGN(behind, waiting(prospect, connection));
  if (!step.state || (*step.state == PushState::kDead && behind)) return remove(step.id.value);
  if (*step.state == PushState::kReady && behind) {
    // It goes on under its own number and key, with what came behind it.
    behind->lane = std::min(behind->lane, lane);
    behind->blanks = behind->blanks || blanks;
    PD_TRY(remove(behind->id));
    return renew(step.id.value, *behind);
  }
  PD_TRY(stay(step));
  return *step.state == PushState::kReady ? retarget(prospect, connection) : Result<void>{};
}

Result<void> OutboxWriter::write(const reconcile::DropPush& step) {
  Query query(drop_);
  query.bind(step.id.value).bind(step.lease);
  const bool dropped = query.step();
  const bool dead = dropped && query.text(0) == name_of(PushState::kDead);
  if (dropped) query.step();  // to its end
  PD_TRY(query.done());
  if (!dropped) {
    return make_error(ErrorCode::kConflict, "entry " + std::to_string(step.id.value) +
                                                " of the outbox is not there, or an attempt is under way");
  }
  ++c_.written;
  (dead ? c_.tally.outbox_dead : c_.tally.outbox) -= 1;
  return {};
}

Result<void> OutboxWriter::stay(const reconcile::SettlePush& step) {
  const std::string code = shortened(step.code, reconcile::kPushCodeBytesMax);
  const std::string error = shortened(step.error, reconcile::kPushErrorBytesMax);
  Query query(settle_);
  const bool dies = *step.state == PushState::kDead;
  query.bind(name_of(*step.state))
      .bind(ms_of(dies ? c_.now : step.due_at))
      .bind_or_null(code)
      .bind_or_null(error);
  query.bind(step.counts ? int64_t{0} : int64_t{1}).bind(step.id.value);
  PD_TRY(query.run());
  ++c_.written;
  const int64_t died = dies ? 1 : 0;
  c_.tally.outbox -= died;
  c_.tally.outbox_dead += died;
  return {};
}

Result<void> OutboxWriter::retarget(ProspectId prospect, reconcile::ConnectionId connection) {
  if (c_.tally.outbox + c_.tally.outbox_dead == 0) return {};
  Query query(retarget_);
  query.bind(link_id(prospect, connection)).bind(prospect.value).bind(connection.value);
  return query.run();
}

Result<void> OutboxWriter::remove(int64_t id) {
  Query query(remove_);
  query.bind(id);
  PD_TRY(query.run());
  ++c_.written;
  --c_.tally.outbox;
  return {};
}

}  // namespace prospectd::store
