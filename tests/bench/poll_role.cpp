#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "tests/bench/bare_pipeline.h"
#include "tests/bench/curl_client.h"
#include "tests/bench/engine.h"
#include "tests/bench/recording_transport.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {
namespace {

namespace asio = boost::asio;

constexpr const char* kFrom = " FROM ";

class Polls {
 public:
  explicit Polls(const PollRoleOptions& options) : options_(options) {
    admin_.add_header("X-Sandbox-Admin: " + options_.admin_token);
  }

  Result<void> run() {
    EngineOptions options;
    options.config = options_.config;
    options.database = options_.database;
    if (options_.together) options.overlap = milliseconds{0};
    options.between = [this](http::Transport& network) {
      return std::make_unique<RecordingTransport>(network, requests_);
    };
    PD_ASSIGN(engine, Engine::open(options));
    engine_ = std::move(engine);
    PD_TRY(choose_records());
    PD_ASSIGN(bare, BareFollower::open({options_.crm, options_.client_id, options_.client_secret},
                                       options_.bare_database));
    reference_ = std::move(bare);
    return engine_->run([this] { return poll_all(); });
  }

 private:
  struct Poll {
    engine::CycleSummary summary;
    double cycle_seconds = 0;
    double fetch_seconds = 0;
    double bare_seconds = 0;
  };

  // Of all that are linked and alive.
  Result<void> choose_records() {
    std::vector<std::string> all;
    PD_ASSIGN(reader, engine_->store().reader());
    PD_TRY(reader->each_prospect([&](const store::ProspectRow& row) {
      if (!row.links.empty() && !row.links.front().deleted) all.push_back(row.links.front().remote.str());
    }));
    const int64_t most = *std::ranges::max_element(options_.changes);
    const int64_t count = std::min<int64_t>(most, static_cast<int64_t>(all.size()));
    const size_t first = options_.together ? (all.size() - static_cast<size_t>(count)) / 2 : 0;
    for (int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<size_t>(i);
      records_.push_back(all[options_.together ? first + at : at * all.size() / static_cast<size_t>(count)]);
    }
    return {};
  }

  asio::awaitable<Result<void>> poll_all() {
    Poll poll;
    PD_TRY_CO(co_await poll_once(poll));
    for (const int64_t wanted : options_.changes) {
      const int64_t changes = std::min<int64_t>(wanted, static_cast<int64_t>(records_.size()));
      PD_TRY_CO(change(changes));
      PD_TRY_CO(co_await poll_once(poll));
      PD_TRY_CO(check(poll.summary, changes));
      tell(poll, wanted);
    }
    co_return Result<void>{};
  }

  Result<void> change(int64_t count) {
    const std::string title = "Title " + std::to_string(++edition_);
    for (int64_t i = 0; i < count; ++i) {
      // With a step that takes few records from everywhere, too.
      const std::string& id = records_[static_cast<size_t>(i) * records_.size() / static_cast<size_t>(count)];
      PD_TRY(admin_.post(options_.crm + "/sandbox/admin/edit",
                         "{\"id\":" + json_quote(id) + ",\"fields\":{\"Title\":" + json_quote(title) + "}}"));
    }
    return {};
  }

  asio::awaitable<Result<void>> poll_once(Poll& poll) {
    requests_.clear();
    const double began = seconds_now();
    std::string every;
    Result<engine::CycleSummary> summary = co_await engine_->supervisor().sync_now(std::move(every));
    poll.cycle_seconds = seconds_now() - began;
    if (!summary) co_return std::move(summary).error();
    poll.summary = *std::move(summary);
    if (!poll.summary.complete) co_return *poll.summary.first_error;
    PD_TRY_CO(fetch_again(poll));
    const Result<double> bare = reference_->follow();
    if (!bare) co_return bare.error();
    poll.bare_seconds = *bare;
    co_return Result<void>{};
  }

  // The same answers, as fast as a program can have them that does nothing with them.
  Result<void> fetch_again(Poll& poll) {
    double seconds = 0;
    for (const http::Request& request : requests_) {
      if (request.method != "GET") continue;
      bare_.clear_headers();
      for (const auto& [name, value] : request.headers.fields())
        bare_.add_header(name + ": " + value);
      const double began = seconds_now();
      PD_TRY(bare_.get(request.url));
      seconds += seconds_now() - began;
    }
    poll.fetch_seconds = seconds;
    return {};
  }

  static Result<void> check(const engine::CycleSummary& summary, int64_t changes) {
    if (summary.people.updated == changes) return {};
    return make_error(ErrorCode::kInternal, std::to_string(changes) +
                                                " records were changed, and the poll updated " +
                                                std::to_string(summary.people.updated) + " prospects");
  }

  // Told by the queries themselves.
  size_t objects_asked_for() const {
    std::set<std::string> objects;
    for (const http::Request& request : requests_) {
      const std::string query = http::percent_decode(request.url, true).value_or("");
      const size_t at = query.find(kFrom);
      if (at == std::string::npos) continue;
      const size_t begin = at + std::string_view(kFrom).size();
      objects.insert(query.substr(begin, query.find(' ', begin) - begin));
    }
    return objects.size();
  }

  // The list of versions, which tells the CRM's time, is not taken off the allowance.
  size_t metered_calls() const {
    return static_cast<size_t>(std::ranges::count_if(requests_, [](const http::Request& request) {
      return request.url.find("/services/data/v") != std::string::npos;
    }));
  }

  void tell(const Poll& poll, int64_t wanted) const {
    int64_t read = 0;
    for (const auto& [object, counts] : poll.summary.objects)
      read += counts.read;
    std::printf(
        "changes=%lld read=%lld updated=%lld calls=%lld metered=%zu objects=%zu cycle_ms=%.3f fetch_ms=%.3f "
        "bare_ms=%.3f\n",
        static_cast<long long>(wanted), static_cast<long long>(read),
        static_cast<long long>(poll.summary.people.updated), static_cast<long long>(poll.summary.calls),
        metered_calls(), objects_asked_for(), poll.cycle_seconds * 1e3, poll.fetch_seconds * 1e3,
        poll.bare_seconds * 1e3);
    std::fflush(stdout);
  }

  const PollRoleOptions& options_;
  std::vector<http::Request> requests_;
  std::unique_ptr<Engine> engine_;
  CurlClient admin_;
  CurlClient bare_;
  std::unique_ptr<BareFollower> reference_;
  std::vector<std::string> records_;  ///< that change
  int64_t edition_ = std::chrono::system_clock::now().time_since_epoch().count();
};

}  // namespace

Result<void> run_polls(const PollRoleOptions& options) {
  return Polls(options).run();
}

}  // namespace prospectd::bench
