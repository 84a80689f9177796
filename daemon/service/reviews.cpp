#include "daemon/service/reviews.h"

#include <algorithm>
#include <functional>

#include "daemon/service/desk.h"
#include "mapping/email_key.h"
#include "reconcile/given_up.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::Conflict;
using reconcile::ConflictId;
using reconcile::ReviewScene;
using reconcile::ReviewTake;

Error no_conflict(ConflictId id) {
  return make_error(ErrorCode::kNotFound, "there is no open conflict " + std::to_string(id.value) +
                                              "; prospectd conflicts list says what there is");
}

/// Conflicts with what both sides are now. Its scenes point into it.
class ReviewDesk {
 public:
  ReviewDesk(const Desk& desk, std::vector<Conflict> conflicts)
      : desk_(desk), conflicts_(std::move(conflicts)) {}

  Result<void> read() {
    reconcile::EditKeys keys;
    for (const Conflict& conflict : conflicts_) {
      keys.prospects.push_back(conflict.prospect);
      if (const auto address = address_of(conflict)) keys.emails.push_back(*address);
    }
    PD_ASSIGN(scene, desk_.reader->edit_scene(keys));
    scene_ = std::move(scene);
    return {};
  }

  const std::vector<Conflict>& conflicts() const { return conflicts_; }

  ReviewScene scene_of(const Conflict& conflict) const {
    ReviewScene scene{conflict};
    const auto prospect = scene_.prospects.find(conflict.prospect);
    if (prospect != scene_.prospects.end()) scene.prospect = &prospect->second;
    const auto links = scene_.links.find(conflict.prospect);
    if (links == scene_.links.end()) return scene;
    const auto link = std::ranges::find(links->second, conflict.connection, &reconcile::Link::connection);
    if (link == links->second.end()) return scene;
    scene.link = &*link;
    scene.type = outward_type_of(desk_.outward, conflict.connection, link->object);
    return scene;
  }

  Review review_of(const Conflict& conflict) const {
    const ReviewScene scene = scene_of(conflict);
    Review review;
    review.id = conflict.id;
    review.connection = connection_words(desk_.connections, conflict.connection);
    review.prospect = conflict.prospect;
    review.field = conflict.field;
    review.crm = conflict.remote;
    review.own = scene.prospect != nullptr ? scene.prospect->fields[conflict.field] : conflict.local;
    review.agreed = agreed_value(scene);
    review.frozen = conflict.frozen;
    review.opened_at = conflict.opened_at;
    review.version = version_of(scene);
    if (scene.prospect != nullptr) review.name = person_words(*scene.prospect);
    if (scene.link == nullptr) return review;
    review.object = scene.link->object;
    review.remote = scene.link->remote;
    review.goes_out = scene.type != nullptr && scene.type->updates && !scene.link->deleted &&
                      scene.type->gives_out(conflict.field);
    return review;
  }

  /// Who else has the address that the CRM's side would bring; 0: nobody.
  ProspectId other_holder(const Conflict& conflict) const {
    const auto address = address_of(conflict);
    const auto holder = address ? scene_.addresses.find(*address) : scene_.addresses.end();
    const bool other = holder != scene_.addresses.end() && holder->second != conflict.prospect;
    return other ? holder->second : ProspectId{};
  }

 private:
  static std::optional<std::string> address_of(const Conflict& conflict) {
    if (conflict.field != mapping::field::kEmail) return std::nullopt;
    return mapping::email_key(conflict.remote.str());
  }

  const Desk& desk_;
  std::vector<Conflict> conflicts_;
  reconcile::EditScene scene_;
};

Result<std::vector<Review>> list_reviews(const Desk& desk, ConflictId after, size_t limit) {
  PD_ASSIGN(conflicts, desk.reader->conflicts(after, limit));
  ReviewDesk reviews(desk, std::move(conflicts));
  PD_TRY(reviews.read());
  std::vector<Review> list;
  for (const Conflict& conflict : reviews.conflicts())
    list.push_back(reviews.review_of(conflict));
  return list;
}

Result<Review> show_review(const Desk& desk, ConflictId id) {
  PD_ASSIGN(reviews, list_reviews(desk, {id.value - 1}, 1));
  if (reviews.empty() || reviews.front().id != id) return no_conflict(id);
  return std::move(reviews.front());
}

Result<void> check_review(const ReviewDesk& reviews, const Review& review, const ReviewOrder& order) {
  if (order.seen && *order.seen != review.version) {
    return make_error(ErrorCode::kConflict,
                      "conflict " + std::to_string(review.id.value) +
                          " has changed since it was shown: look at it again; nothing was done");
  }
  const ProspectId holder = reviews.other_holder(reviews.conflicts().front());
  if (order.take == ReviewTake::kCrm && holder) {
    return make_error(ErrorCode::kConflict, "the CRM's address belongs to prospect " +
                                                std::to_string(holder.value) + "; nothing was done");
  }
  return {};
}

Reviewed told_of(const reconcile::Plan& plan, Review review) {
  Reviewed told;
  for (const reconcile::Step& step : plan.steps) {
    if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step)) told.changes = update->changes;
    if (const auto* push = std::get_if<reconcile::EnqueuePush>(&step))
      told.pushes.push_back({review.connection, push->object, push->operation, push->lane});
  }
  told.review = std::move(review);
  return told;
}

class StoredReviews final : public Reviews {
 public:
  StoredReviews(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
                mapping::LocalSchema schema)
      : desks_(scheduler, supervisor, store),
        supervisor_(supervisor),
        store_(store),
        schema_(std::move(schema)) {}

  asio::awaitable<Result<std::vector<Review>>> list(ConflictId after, size_t limit) override {
    using Rows = std::vector<Review>;
    std::function<Result<Rows>(const Desk&)> work = [=](const Desk& desk) {
      return list_reviews(desk, after, limit);
    };
    return desks_.read<Rows>(std::move(work));
  }

  asio::awaitable<Result<Review>> show(ConflictId id) override {
    std::function<Result<Review>(const Desk&)> work = [id](const Desk& desk) {
      return show_review(desk, id);
    };
    return desks_.read<Review>(std::move(work));
  }

  asio::awaitable<Result<Reviewed>> resolve(ReviewOrder order) override {
    std::function<Result<Reviewed>(const Desk&, Timestamp)> work = [this, order = std::move(order)](
                                                                       const Desk& desk, Timestamp now) {
      return resolve_now(desk, order, now);
    };
    Result<Reviewed> resolved = co_await desks_.write<Reviewed>(std::move(work));
    if (resolved && !resolved->pushes.empty()) supervisor_.push_soon();
    co_return resolved;
  }

 private:
  Result<Reviewed> resolve_now(const Desk& desk, const ReviewOrder& order, Timestamp now) {
    PD_ASSIGN(conflicts, desk.reader->conflicts({order.id.value - 1}, 1));
    if (conflicts.empty() || conflicts.front().id != order.id) return no_conflict(order.id);
    ReviewDesk reviews(desk, std::move(conflicts));
    PD_TRY(reviews.read());
    const Conflict& conflict = reviews.conflicts().front();
    Review review = reviews.review_of(conflict);
    PD_TRY(check_review(reviews, review, order));
    const reconcile::Plan plan = plan_review(schema_, reviews.scene_of(conflict), order.take, order.actor);
    PD_ASSIGN(cause, commit_plan(store_, plan, now));
    Reviewed told = told_of(plan, std::move(review));
    told.committed = committed_under(cause, schema_, plan);
    return told;
  }

  Desks desks_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  const mapping::LocalSchema schema_;
};

}  // namespace

std::unique_ptr<Reviews> make_reviews(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                      store::Store& store, mapping::LocalSchema schema) {
  return std::make_unique<StoredReviews>(scheduler, supervisor, store, std::move(schema));
}

}  // namespace prospectd::service
