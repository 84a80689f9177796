#include "daemon/api/syncs.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;

// Eight hexadecimal digits.
std::string prefix_of(uint64_t random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(8, '0');
  for (size_t i = text.size(); i-- > 0; random >>= 4)
    text[i] = kHex[random & 15];
  return text;
}

bool runs(const std::shared_ptr<Sync>& sync) {
  return !sync->finished_at;
}

}  // namespace

Syncs::Syncs(engine::Scheduler& scheduler, service::Service& service)
    : scheduler_(scheduler), service_(service), prefix_(prefix_of(scheduler.random())) {}

std::shared_ptr<const Sync> Syncs::start(SyncOrder order) {
  if (static_cast<size_t>(std::ranges::count_if(syncs_, runs)) >= kSyncsRunningMax) return nullptr;
  make_room();
  auto sync = std::make_shared<Sync>();
  sync->id = prefix_ + "-" + std::to_string(next_++);
  sync->order = std::move(order);
  sync->started_at = scheduler_.now();
  syncs_.push_back(sync);
  asio::co_spawn(scheduler_.io(), run(sync, scheduler_, service_),
                 [sync, &scheduler = scheduler_](std::exception_ptr failure) {
                   if (!failure) return;
                   log::error("api.sync_threw", "a sync that was asked for ended with an exception",
                              {{"sync", sync->id}});
                   sync->error = make_error(ErrorCode::kInternal, "something went wrong inside the daemon");
                   sync->finished_at = scheduler.now();
                 });
  return sync;
}

std::shared_ptr<const Sync> Syncs::find(const std::string& id) const {
  const auto found = std::ranges::find_if(syncs_, [&](const auto& sync) { return sync->id == id; });
  return found == syncs_.end() ? nullptr : *found;
}

asio::awaitable<void> Syncs::run(std::shared_ptr<Sync> sync, engine::Scheduler& scheduler,
                                 service::Service& service) {
  if (sync->order.dry_run) {
    Result<engine::DryRunReport> report = co_await service.dry_run(sync->order.connection);
    if (report) {
      sync->report = *std::move(report);
    } else {
      sync->error = std::move(report).error();
    }
  } else {
    Result<engine::CycleSummary> cycle = co_await service.sync(sync->order.connection);
    if (cycle) {
      sync->cycle = *std::move(cycle);
    } else {
      sync->error = std::move(cycle).error();
    }
  }
  sync->finished_at = scheduler.now();
}

// The oldest finished one goes; kSyncsRunningMax is less than kSyncsKeptMax, so there is one.
void Syncs::make_room() {
  static_assert(kSyncsRunningMax < kSyncsKeptMax);
  if (syncs_.size() < kSyncsKeptMax) return;
  const auto oldest = std::ranges::find_if_not(syncs_, runs);
  if (oldest != syncs_.end()) syncs_.erase(oldest);
}

}  // namespace prospectd::api
