#include "reconcile/store/sqlite_writer.h"

#include <algorithm>

#include "reconcile/store/sqlite_brake.h"
#include "reconcile/store/sqlite_drift.h"
#include "reconcile/store/sqlite_jobs.h"
#include "reconcile/store/sqlite_kept_answers.h"
#include "reconcile/store/sqlite_plans.h"

namespace prospectd::store {
namespace {

// Which part writes which step.
struct Dispatch {
  PeopleWriter& people;
  ReferenceWriter& references;
  IncidentWriter& incidents;
  AccessWriter& access;
  OutboxWriter& outbox;
  RowWriter& rows;
  WriteContext& context;

  Result<void> operator()(const reconcile::CreateProspect& step) { return people.write(step); }
  Result<void> operator()(const reconcile::UpdateProspect& step) { return people.write(step); }
  Result<void> operator()(const reconcile::PutLink& step) { return people.write(step); }
  Result<void> operator()(const reconcile::PutUser& step) { return references.write(step); }
  Result<void> operator()(const reconcile::PutAccount& step) { return references.write(step); }
  Result<void> operator()(const reconcile::AddToken& step) { return access.write(step); }
  Result<void> operator()(const reconcile::RevokeToken& step) { return access.write(step); }
  Result<void> operator()(const reconcile::NoteTokenUse& step) { return access.write(step); }
  Result<void> operator()(const reconcile::PutSavedFilter& step) { return access.write(step); }
  Result<void> operator()(const reconcile::EnqueuePush& step) { return outbox.write(step); }
  Result<void> operator()(const reconcile::LeasePush& step) { return outbox.write(step); }
  Result<void> operator()(const reconcile::NotePushSent& step) { return outbox.write(step); }
  Result<void> operator()(const reconcile::AbandonLeases& step) { return outbox.write(step); }
  Result<void> operator()(const reconcile::SettlePush& step) { return outbox.write(step); }
  Result<void> operator()(const reconcile::DropPush& step) { return outbox.write(step); }
  Result<void> operator()(const reconcile::CreateRow& step) { return rows.write(step); }
  Result<void> operator()(const reconcile::UpdateRow& step) { return rows.write(step); }
  Result<void> operator()(const reconcile::RemoveRow& step) { return rows.write(step); }
  Result<void> operator()(const reconcile::TouchProspect& step) { return rows.write(step); }
  Result<void> operator()(const reconcile::KeepAnswer& step) {
    ++context.written;
    return keep_answer(context.db, step.answer, context.now);
  }
  Result<void> operator()(const reconcile::DropAnswer& step) {
    ++context.written;
    return drop_answer(context.db, step.actor, step.key);
  }
  Result<void> operator()(const reconcile::PutJob& step) {
    ++context.written;
    return write_job(context.db, step.job);
  }
  Result<void> operator()(const reconcile::HoldConnection& step) { return write_hold(step); }
  Result<void> operator()(const reconcile::ReleaseConnection& step) { return write_hold(step); }
  template <class Step>
  Result<void> write_hold(const Step& step) {
    ++context.written;
    return write_step(context.db, step);
  }
  Result<void> operator()(const reconcile::SavePlan& step) {
    ++context.written;
    return write_saved_plan(context.db, step.plan, context.now);
  }
  Result<void> operator()(const reconcile::DropPlan& step) {
    ++context.written;
    return drop_saved_plan(context.db, step.id);
  }
  Result<void> operator()(const reconcile::PutVerification& step) {
    ++context.written;
    return write_verification(context.db, step);
  }
  template <class Other>
  Result<void> operator()(const Other& step) {
    return incidents.write(step);
  }
};

// Nothing in it looks at addresses or links that stand, but by their keys.
bool only_adds(const reconcile::Plan& plan) {
  return std::ranges::all_of(plan.steps, [](const reconcile::Step& step) {
    return std::holds_alternative<reconcile::CreateProspect>(step) ||
           std::holds_alternative<reconcile::HoldDuplicate>(step) ||
           std::holds_alternative<reconcile::Quarantine>(step);
  });
}

}  // namespace

Error write_error(Error error, std::string conflict) {
  if (error.code == ErrorCode::kConflict) error.message = std::move(conflict);
  return error;
}

Writer::Writer(Database& db, const Codec& codec, Loader& loader, Tally& tally)
    : context_{db, codec, loader, tally},
      pending_(context_),
      journal_(context_),
      outbox_(context_, journal_),
      people_(context_, pending_, outbox_),
      references_(context_, pending_),
      incidents_(context_),
      access_(context_),
      rows_(context_, pending_) {}

Result<int64_t> Writer::apply(const reconcile::Plan& plan, Timestamp now) {
  context_.now = now;
  context_.cause = plan.cause;
  context_.cause_id = 0;
  context_.written = 0;
  // The first pages of an import are all additions, and what they owe is written once for many of them.
  const bool owes_on = only_adds(plan);
  if (!owes_on) PD_TRY(people_.catch_up());
  PD_TRY(people_.give_up(plan));
  Dispatch dispatch{people_, references_, incidents_, access_, outbox_, rows_, context_};
  for (const reconcile::Step& step : plan.steps)
    PD_TRY(std::visit(dispatch, step));
  if (!owes_on) PD_TRY(people_.catch_up());
  if (!plan.journal.empty()) PD_TRY(journal_.write(plan.journal));
  if (plan.cursor) PD_TRY(journal_.move(*plan.cursor));
  return context_.written;
}

// ---- pending references ----

PendingWriter::PendingWriter(WriteContext& context)
    : c_(context),
      remove_(c_.db,
              "DELETE FROM pending_references WHERE connection = ? AND remote = ? AND kind = ? AND holder = "
              "? AND field = ?"),
      add_(c_.db,
           "INSERT OR IGNORE INTO pending_references (connection, remote, kind, holder, field) VALUES (?, ?, "
           "?, ?, ?)") {}

Result<void> PendingWriter::replace(reconcile::ConnectionId connection, Kind kind, int64_t holder,
                                    const std::vector<reconcile::PendingRef>& before,
                                    const std::vector<reconcile::PendingRef>& after,
                                    const std::vector<mapping::LocalField>& names) {
  if (before == after) return {};
  PD_TRY(run(remove_, connection, kind, holder, before, names));
  PD_TRY(run(add_, connection, kind, holder, after, names));
  c_.tally.pending += (after.empty() ? 0 : 1) - (before.empty() ? 0 : 1);
  return {};
}

Result<void> PendingWriter::run(Statement& statement, reconcile::ConnectionId connection, Kind kind,
                                int64_t holder, const std::vector<reconcile::PendingRef>& list,
                                const std::vector<mapping::LocalField>& names) {
  for (const reconcile::PendingRef& reference : list) {
    if (reference.field >= names.size()) continue;
    Query query(statement);
    query.bind(connection.value)
        .bind(reference.remote.str())
        .bind(static_cast<int64_t>(kind))
        .bind(holder)
        .bind(names[reference.field].name);
    PD_TRY(query.run());
  }
  return {};
}

}  // namespace prospectd::store
