#include "reconcile/store/sqlite_reader.h"

#include <algorithm>

#include "reconcile/store/sqlite_access.h"
#include "reconcile/store/sqlite_causes.h"
#include "reconcile/store/sqlite_drift.h"
#include "reconcile/store/sqlite_edit.h"
#include "reconcile/store/sqlite_jobs.h"
#include "reconcile/store/sqlite_kept_answers.h"
#include "reconcile/store/sqlite_list.h"
#include "reconcile/store/sqlite_loader.h"
#include "reconcile/store/sqlite_outbox.h"
#include "reconcile/store/sqlite_plans.h"
#include "reconcile/store/sqlite_queries.h"
#include "reconcile/store/sqlite_row_scene.h"

namespace prospectd::store {
namespace {

constexpr size_t kSearchTextMax = 200;  ///< bytes

size_t bounded(size_t limit) {
  return std::min(limit, kListRowsMax);
}

class SqliteReader final : public Reader {
 public:
  SqliteReader(ReaderSetup setup, std::shared_ptr<ReadView> view)
      : setup_(std::move(setup)),
        view_(std::move(view)),
        loader_(*setup_.db, *setup_.codec, setup_.hash),
        queries_(*setup_.db, loader_.rows(), setup_.hash) {}

  Result<Totals> totals() override {
    PD_ASSIGN(lock, enter());
    PD_ASSIGN(tally, load_tally(*setup_.db));
    Totals totals{tally.prospects, tally.without_key,     tally.links,        tally.users,
                  tally.accounts,  tally.open_duplicates, tally.dead_letters, tally.open_conflicts,
                  tally.outbox,    tally.outbox_dead};
    if (tally.outbox > 0) {
      PD_ASSIGN(oldest, read_oldest_push(*setup_.db));
      totals.outbox_oldest = oldest;
    }
    return totals;
  }

  Result<std::vector<ObjectCursor>> cursors() override {
    PD_ASSIGN(lock, enter());
    return queries_.cursors();
  }

  Result<std::vector<ProspectRow>> prospects(const ProspectQuery& query) override {
    if (query.text.size() > kSearchTextMax) {
      return make_error(ErrorCode::kInvalidInput,
                        "a search text has at most " + std::to_string(kSearchTextMax) + " bytes");
    }
    PD_ASSIGN(lock, enter());
    return queries_.prospects(query, bounded(query.limit));
  }

  Result<std::optional<ProspectRow>> prospect(ProspectId id) override {
    PD_ASSIGN(lock, enter());
    PD_ASSIGN(found, loader_.rows().prospect(id));
    if (!found) return std::optional<ProspectRow>();
    PD_ASSIGN(row, queries_.whole(*std::move(found)));
    return std::optional(std::move(row));
  }

  Result<std::vector<ListRow>> list(const ListQuery& query) override {
    PD_ASSIGN(lock, enter());
    return read_list(*setup_.db, query, bounded(query.limit));
  }

  Result<std::optional<ProspectId>> find_by_email(const std::string& key) override {
    PD_ASSIGN(lock, enter());
    return loader_.holder_of(key, loader_.hash_of(key));
  }
  Result<std::optional<ProspectId>> find_by_remote(const RemoteId& remote) override {
    PD_ASSIGN(lock, enter());
    return queries_.find_by_remote(remote);
  }
  Result<std::vector<reconcile::Duplicate>> duplicates(DuplicateId after, size_t limit,
                                                       bool only_open) override {
    PD_ASSIGN(lock, enter());
    return queries_.duplicates(after, bounded(limit), only_open);
  }
  Result<std::vector<reconcile::Duplicate>> duplicates_of(const RemoteId& remote) override {
    PD_ASSIGN(lock, enter());
    return queries_.duplicates_of(remote);
  }
  Result<std::vector<reconcile::Duplicate>> duplicates_of(ProspectId prospect) override {
    PD_ASSIGN(lock, enter());
    return queries_.duplicates_of(prospect);
  }
  Result<std::vector<reconcile::DeadLetter>> dead_letters(DeadLetterId after, size_t limit,
                                                          ConnectionId connection) override {
    PD_ASSIGN(lock, enter());
    return queries_.dead_letters(after, bounded(limit), connection);
  }
  Result<std::vector<reconcile::OutboxEntry>> dead_pushes(OutboxId after, size_t limit,
                                                          ConnectionId connection) override {
    PD_ASSIGN(lock, enter());
    return read_dead_pushes(*setup_.db, *setup_.codec, after, bounded(limit), connection);
  }
  Result<std::vector<reconcile::Conflict>> conflicts(reconcile::ConflictId after, size_t limit) override {
    PD_ASSIGN(lock, enter());
    return queries_.conflicts(after, bounded(limit));
  }
  Result<std::vector<reconcile::LineageEntry>> lineage_of(const RemoteId& remote) override {
    PD_ASSIGN(lock, enter());
    return queries_.lineage_of(remote);
  }
  Result<std::vector<JournalRow>> journal_of(ProspectId prospect, size_t limit) override {
    PD_ASSIGN(lock, enter());
    return queries_.journal_of(prospect, bounded(limit));
  }
  Result<std::vector<JournalRow>> journal_of_remote(const RemoteId& remote, size_t limit) override {
    PD_ASSIGN(lock, enter());
    return queries_.journal_of_remote(remote, bounded(limit));
  }
  Result<std::vector<JournalRow>> journal_of_row(const reconcile::RowName& row, size_t limit) override {
    PD_ASSIGN(lock, enter());
    return queries_.journal_of_row(row, bounded(limit));
  }
  Result<std::vector<JournalRow>> journal_of_cause(CauseId id, int64_t after, size_t limit) override {
    PD_ASSIGN(lock, enter());
    return queries_.journal_of_cause(id, after, bounded(limit));
  }
  Result<std::optional<CauseRow>> cause(CauseId id) override {
    PD_ASSIGN(lock, enter());
    return read_cause(*setup_.db, id);
  }
  Result<std::optional<CauseRow>> last_cause() override {
    PD_ASSIGN(lock, enter());
    return read_last_cause(*setup_.db);
  }
  Result<std::vector<CauseRow>> causes_of_job(const std::string& job) override {
    PD_ASSIGN(lock, enter());
    return read_causes_of_job(*setup_.db, job);
  }
  Result<std::optional<CauseId>> last_cause_of(ProspectId prospect, const std::string& field) override {
    PD_ASSIGN(lock, enter());
    return read_last_cause_of(*setup_.db, prospect, field);
  }

  Result<std::vector<reconcile::OutboxEntry>> outbox_of(ProspectId prospect) override {
    PD_ASSIGN(lock, enter());
    return read_outbox_of(*setup_.db, *setup_.codec, prospect);
  }

  Result<std::vector<StoredSetting>> settings() override {
    PD_ASSIGN(lock, enter());
    return queries_.settings();
  }

  Result<std::vector<reconcile::Token>> tokens() override {
    PD_ASSIGN(lock, enter());
    return read_tokens(*setup_.db);
  }

  Result<std::vector<reconcile::SavedFilter>> saved_filters() override {
    PD_ASSIGN(lock, enter());
    return read_saved_filters(*setup_.db);
  }

  Result<std::vector<reconcile::Job>> jobs() override {
    PD_ASSIGN(lock, enter());
    return read_jobs(*setup_.db);
  }

  Result<std::vector<reconcile::SavedPlan>> saved_plans(Timestamp now) override {
    PD_ASSIGN(lock, enter());
    return read_saved_plans(*setup_.db, now);
  }

  Result<std::optional<reconcile::SavedPlan>> saved_plan(const std::string& id, Timestamp now) override {
    PD_ASSIGN(lock, enter());
    return read_saved_plan(*setup_.db, id, now);
  }

  Result<std::vector<StoredVerification>> verifications() override {
    PD_ASSIGN(lock, enter());
    return read_verifications(*setup_.db);
  }

  Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys) override {
    PD_ASSIGN(lock, enter());
    PD_ASSIGN(tally, load_tally(*setup_.db));
    return loader_.snapshot(keys, tally, nullptr);
  }

  Result<reconcile::EditScene> edit_scene(const reconcile::EditKeys& keys) override {
    PD_ASSIGN(lock, enter());
    PD_ASSIGN(tally, load_tally(*setup_.db));
    return read_edit_scene(*setup_.db, loader_, keys, tally);
  }
  Result<void> look_up(const reconcile::RowKeys& keys, reconcile::RowScene& scene) override {
    PD_ASSIGN(lock, enter());
    PD_ASSIGN(tally, load_tally(*setup_.db));
    return look_up_rows(*setup_.db, tally, keys, scene);
  }

  Result<std::optional<reconcile::KeptAnswer>> kept_answer(const std::string& actor,
                                                           const std::string& key) override {
    PD_ASSIGN(lock, enter());
    return read_kept_answer(*setup_.db, actor, key);
  }
  Result<std::vector<KeptSize>> kept_answers() override {
    PD_ASSIGN(lock, enter());
    return read_kept_answers(*setup_.db);
  }

  // Page by page, so that a visitor who takes its time does not keep the log from being moved.
  Result<void> each_prospect(const std::function<void(const ProspectRow&)>& visit) override {
    ProspectQuery query;
    query.limit = kListRowsMax;
    for (;;) {  // ends: numbers only grow
      PD_ASSIGN(page, prospects(query));
      for (const ProspectRow& row : page)
        visit(row);
      if (page.size() < kListRowsMax) return {};
      query.place.after = page.back().prospect.id.value;
    }
  }

 private:
  Result<std::unique_lock<std::mutex>> enter() {
    if (setup_.dead->load()) return make_error(ErrorCode::kCancelled, "the store is closed");
    return view_->enter();
  }

  ReaderSetup setup_;
  std::shared_ptr<ReadView> view_;
  Loader loader_;
  Queries queries_;
};

}  // namespace

Result<std::unique_lock<std::mutex>> ReadView::enter() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (own_ && !stands_) {
    PD_TRY(db_->exec("BEGIN"));
    stands_ = true;
    PD_TRY(db_->number("SELECT id FROM tally"));  // from here on the view is fixed
  }
  return lock;
}

void ReadView::give_up() {
  std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !stands_) return;
  stands_ = !db_->exec("COMMIT").has_value();
}

std::unique_ptr<Reader> make_sqlite_reader(ReaderSetup setup, std::shared_ptr<ReadView> view) {
  return std::make_unique<SqliteReader>(std::move(setup), std::move(view));
}

}  // namespace prospectd::store
