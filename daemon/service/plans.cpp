#include "daemon/service/plans.h"

#include <functional>

#include "daemon/service/desk.h"
#include "daemon/service/plan_shelf.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::SavedPlan;

class StoredPlans final : public Plans {
 public:
  StoredPlans(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store)
      : desks_(scheduler, supervisor, store), scheduler_(scheduler), store_(store) {}

  asio::awaitable<Result<std::vector<SavedPlan>>> list() override {
    using Rows = std::vector<SavedPlan>;
    std::function<Result<Rows>(const Desk&)> work = [now = scheduler_.now()](const Desk& desk) {
      return desk.reader->saved_plans(now);
    };
    return desks_.read<Rows>(std::move(work));
  }

  asio::awaitable<Result<SavedPlan>> show(std::string id) override {
    std::function<Result<SavedPlan>(const Desk&)> work = [id = std::move(id),
                                                          now = scheduler_.now()](const Desk& desk) {
      return find_plan(*desk.reader, id, now);
    };
    return desks_.read<SavedPlan>(std::move(work));
  }

  asio::awaitable<Result<SavedPlan>> drop(std::string id, std::string actor, bool others_too) override {
    std::function<Result<SavedPlan>(const Desk&, Timestamp)> work =
        [this, id = std::move(id), actor = std::move(actor), others_too](const Desk& desk, Timestamp now) {
          return drop_now(desk, id, actor, others_too, now);
        };
    return desks_.write<SavedPlan>(std::move(work));
  }

 private:
  Result<SavedPlan> drop_now(const Desk& desk, const std::string& id, const std::string& actor,
                             bool others_too, Timestamp now) {
    PD_ASSIGN(plan, find_plan(*desk.reader, id, now));
    if (!others_too && plan.actor != actor) {
      return make_error(ErrorCode::kPermission,
                        "plan " + id +
                            " is somebody else's: who made it or an admin may drop it; "
                            "nothing was done");
    }
    reconcile::Plan steps;
    steps.cause = {"plan", id, actor};
    steps.steps.emplace_back(reconcile::DropPlan{id});
    PD_TRY(commit_plan(store_, steps, now));
    return plan;
  }

  Desks desks_;
  engine::Scheduler& scheduler_;
  store::Store& store_;
};

}  // namespace

std::unique_ptr<Plans> make_plans(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                  store::Store& store) {
  return std::make_unique<StoredPlans>(scheduler, supervisor, store);
}

}  // namespace prospectd::service
