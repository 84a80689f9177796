#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/writer.h"
#include "reconcile/edit.h"
#include "tests/bench/curl_client.h"
#include "tests/bench/engine.h"
#include "tests/bench/recording_transport.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {
namespace {

namespace asio = boost::asio;

constexpr milliseconds kLookEvery{1};

/// What one round of writing back was.
struct Pushed {
  double seconds = 0;
  double cpu_seconds = 0;
  double bare_seconds = 0;
  int64_t write_calls = 0;
  int64_t other_calls = 0;
};

bool is_write(const http::Request& request) {
  return request.method == "PATCH" && request.url.find("/composite/sobjects") != std::string::npos;
}

class Pushes {
 public:
  explicit Pushes(const PushRoleOptions& options) : options_(options) {}

  Result<void> run() {
    EngineOptions options;
    options.config = options_.config;
    options.database = options_.database;
    options.writes = true;
    options.between = [this](http::Transport& network) {
      return std::make_unique<RecordingTransport>(network, requests_);
    };
    PD_ASSIGN(engine, Engine::open(options));
    engine_ = std::move(engine);
    PD_TRY(choose_prospects());
    return engine_->run([this] { return push_all(); });
  }

 private:
  // Evenly spread over all that are linked and alive, of each type as many as fill its calls.
  Result<void> choose_prospects() {
    std::map<std::string, std::vector<ProspectId>> of_type;
    size_t all = 0;
    PD_ASSIGN(reader, engine_->store().reader());
    PD_TRY(reader->each_prospect([&](const store::ProspectRow& row) {
      if (row.links.empty() || row.links.front().deleted) return;
      of_type[row.links.front().object].push_back(row.prospect.id);
      ++all;
    }));
    const size_t count = std::min(static_cast<size_t>(options_.updates), all);
    size_t types_left = of_type.size();
    for (const auto& [object, prospects] : of_type) {
      const size_t share = count * prospects.size() / all / kWriteRowsMax * kWriteRowsMax;
      const size_t of_this =
          --types_left == 0 ? std::min(count - prospects_.size(), prospects.size()) : share;
      for (size_t i = 0; i < of_this; ++i)
        prospects_.push_back(prospects[i * prospects.size() / of_this]);
    }
    return {};
  }

  asio::awaitable<Result<void>> push_all() {
    for (int round = 0; round < options_.rounds; ++round) {
      // A fresh poll: the push need not read anything again.
      std::string every;
      auto polled = co_await engine_->supervisor().sync_now(std::move(every));
      if (!polled) co_return std::move(polled).error();
      Result<void> edited;
      std::function<void()> work = [&] { edited = edit_all("Title " + std::to_string(++edition_)); };
      co_await engine_->scheduler().blocking(std::move(work));
      if (!edited) co_return edited;
      Pushed pushed;
      PD_TRY_CO(co_await push(pushed));
      PD_TRY_CO(send_again(pushed));
      tell(pushed);
    }
    co_return Result<void>{};
  }

  // As people would, a thousand in a transaction.
  Result<void> edit_all(const std::string& title) {
    std::vector<reconcile::OutwardFlow> outward;
    for (const engine::ConnectionFlow& flow : engine_->supervisor().flows()) {
      PD_ASSIGN(connection, engine_->store().connection(flow.connection));
      outward.push_back({connection, flow.types});
    }
    for (size_t at = 0; at < prospects_.size(); at += reconcile::kEditsMax) {
      const size_t end = std::min(prospects_.size(), at + reconcile::kEditsMax);
      PD_TRY(edit_some(at, end, title, outward));
    }
    PD_ASSIGN(reader, engine_->store().reader());
    PD_ASSIGN(totals, reader->totals());
    if (totals.outbox == static_cast<int64_t>(prospects_.size())) return {};
    return make_error(ErrorCode::kInternal, "of " + std::to_string(prospects_.size()) + " changes " +
                                                std::to_string(totals.outbox) + " are to be written");
  }

  Result<void> edit_some(size_t begin, size_t end, const std::string& title,
                         const std::vector<reconcile::OutwardFlow>& outward) {
    std::vector<reconcile::ProspectEdit> edits;
    for (size_t i = begin; i < end; ++i) {
      edits.emplace_back().prospect = prospects_[i];
      edits.back().values.emplace_back(mapping::field::kTitle, mapping::Value(title));
    }
    const Timestamp now = engine_->scheduler().now();
    PD_ASSIGN(transaction, engine_->store().begin());
    PD_ASSIGN(scene, transaction->edit_scene(reconcile::keys_of_edits(edits)));
    for (const reconcile::ProspectEdit& edit : edits) {
      const auto planned = reconcile::plan_edit({engine_->schema(), outward, "bench", now}, edit, scene);
      PD_TRY(transaction->apply(planned.plan, now));
    }
    return transaction->commit();
  }

  asio::awaitable<Result<void>> push(Pushed& pushed) {
    requests_.clear();
    const Meter meter;
    const int64_t turns = status().push_turns;
    engine_->supervisor().push_soon();
    while (status().push_turns == turns)
      co_await engine_->scheduler().sleep(kLookEvery, nullptr);
    Figures figures;
    meter.fill(figures);
    pushed.seconds = figures.seconds;
    pushed.cpu_seconds = figures.cpu_seconds;
    for (const http::Request& request : requests_)
      ++(is_write(request) ? pushed.write_calls : pushed.other_calls);
    if (status().push_error) co_return *status().push_error;
    co_return nothing_is_left();
  }

  Result<void> nothing_is_left() {
    PD_ASSIGN(reader, engine_->store().reader());
    PD_ASSIGN(totals, reader->totals());
    if (totals.outbox == 0 && totals.outbox_dead == 0) return {};
    return make_error(ErrorCode::kInternal, std::to_string(totals.outbox) + " changes still wait, and " +
                                                std::to_string(totals.outbox_dead) + " were given up");
  }

  engine::ConnectionStatus status() { return engine_->supervisor().status().front(); }

  // The same calls, as fast as a program can make them that has them in memory.
  Result<void> send_again(Pushed& pushed) {
    for (const http::Request& request : requests_) {
      if (!is_write(request)) continue;
      bare_.clear_headers();
      for (const auto& [name, value] : request.headers.fields())
        bare_.add_header(name + ": " + value);
      const double began = seconds_now();
      PD_TRY(bare_.patch(request.url, request.body));
      pushed.bare_seconds += seconds_now() - began;
    }
    return {};
  }

  void tell(const Pushed& pushed) const {
    std::printf(
        "updates=%zu seconds=%.6f cpu_seconds=%.6f bare_seconds=%.6f write_calls=%lld other_calls=%lld\n",
        prospects_.size(), pushed.seconds, pushed.cpu_seconds, pushed.bare_seconds,
        static_cast<long long>(pushed.write_calls), static_cast<long long>(pushed.other_calls));
    std::fflush(stdout);
  }

  const PushRoleOptions& options_;
  std::vector<http::Request> requests_;
  std::unique_ptr<Engine> engine_;
  CurlClient bare_;
  std::vector<ProspectId> prospects_;  ///< that change
  int64_t edition_ = std::chrono::system_clock::now().time_since_epoch().count();
};

}  // namespace

Result<void> run_pushes(const PushRoleOptions& options) {
  return Pushes(options).run();
}

}  // namespace prospectd::bench
