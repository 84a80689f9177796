#include "daemon/service/verify_schedule.h"

#include <algorithm>
#include <map>
#include <string>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "daemon/service/verify_run.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;

constexpr milliseconds kLookEvery{300'000};
constexpr milliseconds kFirstAfter{600'000};  // a start has other things to do
constexpr milliseconds kFirstWithin{3'600'000};
constexpr milliseconds kAgainAfter{3'600'000};  // when one could not begin, or came to no end
constexpr int64_t kChances = 1'000;

// Of those that are read now: one that the configuration has no more, or the CRM does not show, is not
// scanned again, however long ago it was.
std::optional<Timestamp> oldest_scan(const engine::ConnectionStatus& connection) {
  const auto& readings = connection.last_cycle->readings;
  std::optional<Timestamp> oldest;
  for (const engine::ObjectStatus& object : connection.objects) {
    const bool is_read = std::ranges::count(readings, object.object, &engine::ObjectReading::object) > 0;
    if (!object.verification || !is_read) continue;
    const Timestamp began = object.verification->began_at;
    oldest = oldest ? std::min(*oldest, began) : began;
  }
  return oldest;
}

class Schedule final : public VerifySchedule {
 public:
  Schedule(engine::Scheduler& scheduler, engine::Supervisor& supervisor, Jobs& jobs)
      : scheduler_(scheduler), supervisor_(supervisor), jobs_(jobs) {}

  void start() override {
    since_ = scheduler_.now();
    asio::co_spawn(scheduler_.io(), run(), [](std::exception_ptr failure) {
      if (failure) log::error("verify.schedule", "the schedule of drift scans ended with an exception", {});
    });
  }

 private:
  struct Turn {
    int64_t chance = 0;
    std::optional<Timestamp> not_before;
  };

  asio::awaitable<void> run() {
    while (!scheduler_.stopping()) {
      for (const engine::ConnectionStatus& connection : supervisor_.status())
        co_await look(connection);
      co_await scheduler_.sleep(kLookEvery, nullptr);
    }
  }

  asio::awaitable<void> look(engine::ConnectionStatus connection) {
    const auto known = turns_.find(connection.name);
    Turn& turn = known != turns_.end() ? known->second : turns_[connection.name];
    if (known == turns_.end()) turn.chance = static_cast<int64_t>(scheduler_.random() % kChances);
    const Timestamp now = scheduler_.now();
    const auto due = next_verification(connection, since_, turn.chance);
    if (!due || *due > now || (turn.not_before && *turn.not_before > now)) co_return;
    turn.not_before = now + kAgainAfter;
    JobOrder order;
    order.connection = connection.name;
    order.actor = kDaemonActor;
    order.verify.emplace();
    order.verify->repair = connection.verify.repair;
    const auto job = co_await jobs_.start(std::move(order));
    if (!job && job.error().code != ErrorCode::kLocked)
      log::warn("verify.not_started", job.error().text(), {{"connection", connection.name}});
  }

  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  Jobs& jobs_;
  Timestamp since_{};
  std::map<std::string, Turn> turns_;  ///< by connection
};

}  // namespace

std::optional<Timestamp> next_verification(const engine::ConnectionStatus& connection, Timestamp since,
                                           int64_t chance) {
  const milliseconds every = connection.verify.every;
  if (every <= milliseconds{0} || !connection.last_cycle || !connection.last_cycle->complete)
    return std::nullopt;
  const auto last = oldest_scan(connection);
  if (!last) return since + kFirstAfter + kFirstWithin * chance / kChances;
  return *last + every + every / 10 * chance / kChances;
}

std::unique_ptr<VerifySchedule> make_verify_schedule(engine::Scheduler& scheduler,
                                                     engine::Supervisor& supervisor, Jobs& jobs) {
  return std::make_unique<Schedule>(scheduler, supervisor, jobs);
}

}  // namespace prospectd::service
