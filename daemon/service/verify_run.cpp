#include "daemon/service/verify_run.h"

#include <algorithm>

namespace prospectd::service {

namespace asio = boost::asio;
using reconcile::Verification;

asio::awaitable<Result<bool>> VerifyRun::next() {
  const reconcile::Job& job = view_.job;
  if (at_ == connections_.size()) {
    if (!job.verify.object.empty() && job.verify.objects.empty()) {
      co_return make_error(ErrorCode::kNotFound,
                           "no connection compares an object of this name: there are accounts, where they "
                           "are mapped, and the person types of the configuration");
    }
    co_return false;
  }
  const std::string& connection = connections_[at_];
  if (scan_ == nullptr) scan_ = scan_of(connection);
  engine::VerifyOrder order;
  order.object = job.verify.object;
  order.repair = job.verify.repair;
  order.yes = job.verify.yes;
  order.dry_run = view_.dry_run;
  order.unhurried = job.actor == kDaemonActor;
  order.actor = job.actor;
  order.detail = "job " + view_.id;
  order.scan = scan_;
  std::string name = connection;
  auto report = co_await supervisor_.verify(std::move(name), std::move(order));
  if (!report) co_return std::move(report).error();
  take(connection, *report);
  if (report->failed) co_return *std::move(report->failed);
  if (report->done) {
    ++at_;
    scan_.reset();
  }
  co_return true;
}

std::shared_ptr<engine::VerifyScan> VerifyRun::scan_of(const std::string& connection) const {
  auto scan = std::make_shared<engine::VerifyScan>();
  for (const auto& [of, verification] : view_.job.verify.objects)
    if (of == connection && verification.finished_at) scan->finished.insert(verification.object);
  return scan;
}

void VerifyRun::take(const std::string& connection, engine::VerifyReport& report) {
  view_.held_back = report.held_back;
  view_.job.calls += report.calls;
  view_.effects += report.effects;
  auto& objects = view_.job.verify.objects;
  for (Verification& verification : report.objects) {
    const auto known = std::ranges::find_if(objects, [&](const auto& one) {
      return one.first == connection && one.second.object == verification.object;
    });
    if (known == objects.end()) {
      objects.emplace_back(connection, std::move(verification));
    } else {
      known->second = std::move(verification);
    }
  }
  for (engine::DriftRow& row : report.rows) {
    if (view_.drift.size() >= kJobRowsMax) {
      view_.rows_cut = true;
      break;
    }
    view_.drift.push_back({connection, std::move(row)});
  }
  count();
  if (report.total > 0 && !objects.empty())
    view_.job.total = view_.job.counts.done - objects.back().second.counts.compared + report.total;
}

// What is gone there was not listed, and counts all the same.
void VerifyRun::count() {
  reconcile::DriftCounts sum;
  for (const auto& [connection, verification] : view_.job.verify.objects)
    sum += verification.counts;
  reconcile::JobCounts& counts = view_.job.counts;
  counts.done = sum.compared + sum.gone;
  counts.changed = sum.repaired;
  counts.waiting = sum.found() - sum.repaired;
  counts.unchanged = counts.done - counts.changed - counts.waiting;
}

}  // namespace prospectd::service
