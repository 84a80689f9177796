#include "tests/sim/forgetful_store.h"

#include <algorithm>

namespace prospectd::test {
namespace {

/// Which of the prospects' changes is forgotten: not the first, so that some life comes before it.
constexpr int kForgotten = 5;

// A change of one field that nothing else hangs on: not of the address, nor of the owner.
bool is_plain_change(const reconcile::Step& step) {
  const auto* update = std::get_if<reconcile::UpdateProspect>(&step);
  return update != nullptr && !update->local && !update->addresses &&
         std::ranges::all_of(update->changes, [](const reconcile::FieldChange& change) {
           return change.field == mapping::field::kTitle || change.field == mapping::field::kLastName;
         });
}

class ForgetfulTransaction final : public store::Transaction {
 public:
  ForgetfulTransaction(std::unique_ptr<store::Transaction> inner, int& seen)
      : inner_(std::move(inner)), seen_(seen) {}

  Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys) override {
    return inner_->snapshot(keys);
  }
  Result<void> apply(const reconcile::Plan& plan, Timestamp now) override {
    reconcile::Plan kept = plan;
    std::erase_if(kept.steps, [this](const reconcile::Step& step) {
      return is_plain_change(step) && ++seen_ == kForgotten;
    });
    return inner_->apply(kept, now);
  }
  CauseId cause() const override { return inner_->cause(); }
  Result<void> commit() override { return inner_->commit(); }
  Result<reconcile::PageSnapshot> waiting_for_addresses(reconcile::ConnectionId connection, ProspectId after,
                                                        size_t limit) override {
    return inner_->waiting_for_addresses(connection, after, limit);
  }
  Result<std::vector<reconcile::Duplicate>> stale_duplicates(reconcile::ConnectionId connection,
                                                             size_t limit) override {
    return inner_->stale_duplicates(connection, limit);
  }
  Result<std::vector<store::SetApart>> set_apart(reconcile::ConnectionId connection, DeadLetterId after,
                                                 size_t limit) override {
    return inner_->set_apart(connection, after, limit);
  }
  Result<std::vector<store::RecordKey>> unread_links(reconcile::ConnectionId connection,
                                                     size_t limit) override {
    return inner_->unread_links(connection, limit);
  }
  Result<reconcile::EditScene> edit_scene(const reconcile::EditKeys& keys) override {
    return inner_->edit_scene(keys);
  }
  Result<void> look_up(const reconcile::RowKeys& keys, reconcile::RowScene& scene) override {
    return inner_->look_up(keys, scene);
  }
  Result<std::vector<reconcile::OutboxEntry>> due_pushes(reconcile::ConnectionId connection, Timestamp now,
                                                         size_t limit) override {
    return inner_->due_pushes(connection, now, limit);
  }
  Result<int64_t> linked_records(reconcile::ConnectionId connection) override {
    return inner_->linked_records(connection);
  }
  Result<std::optional<Timestamp>> next_push(reconcile::ConnectionId connection) override {
    return inner_->next_push(connection);
  }
  Result<reconcile::PushScene> push_scene(reconcile::ConnectionId connection,
                                          const std::vector<ProspectId>& prospects) override {
    return inner_->push_scene(connection, prospects);
  }
  Result<reconcile::KnownRecords> known_records(reconcile::ConnectionId connection, reconcile::StandsFor what,
                                                const std::vector<RemoteId>& remotes) override {
    return inner_->known_records(connection, what, remotes);
  }
  Result<std::vector<reconcile::StandingRecord>> standing_records(
      reconcile::ConnectionId connection, const store::StandingQuery& query) override {
    return inner_->standing_records(connection, query);
  }
  Result<int64_t> count_standing(reconcile::ConnectionId connection, reconcile::StandsFor what,
                                 const std::string& object) override {
    return inner_->count_standing(connection, what, object);
  }

 private:
  std::unique_ptr<store::Transaction> inner_;
  int& seen_;
};

class ForgetfulStore final : public store::Store {
 public:
  explicit ForgetfulStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}

  Result<std::unique_ptr<store::Transaction>> begin(store::Durability durability) override {
    PD_ASSIGN(transaction, inner_->begin(durability));
    return std::unique_ptr<store::Transaction>(
        std::make_unique<ForgetfulTransaction>(std::move(transaction), seen_));
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return inner_->reader(); }
  Result<reconcile::ConnectionId> connection(const std::string& name) override {
    return inner_->connection(name);
  }
  Result<reconcile::Cursor> cursor(reconcile::ConnectionId connection, const std::string& object) override {
    return inner_->cursor(connection, object);
  }
  Result<std::optional<reconcile::BrakeHold>> hold(reconcile::ConnectionId connection) override {
    return inner_->hold(connection);
  }
  Result<std::vector<reconcile::MappingEdition>> editions(reconcile::ConnectionId connection,
                                                          const std::string& object) override {
    return inner_->editions(connection, object);
  }
  Result<reconcile::EditionId> edition(reconcile::ConnectionId connection, const std::string& object,
                                       const std::vector<uint64_t>& lines) override {
    return inner_->edition(connection, object, lines);
  }
  Result<std::optional<UserId>> user_by_email(const std::string& key) override {
    return inner_->user_by_email(key);
  }
  int64_t rows_written() const override { return inner_->rows_written(); }
  Result<void> checkpoint() override { return inner_->checkpoint(); }
  void release_memory() override { inner_->release_memory(); }

 private:
  std::unique_ptr<store::Store> inner_;
  int seen_ = 0;
};

}  // namespace

std::unique_ptr<store::Store> forgetful(std::unique_ptr<store::Store> inner) {
  return std::make_unique<ForgetfulStore>(std::move(inner));
}

}  // namespace prospectd::test
