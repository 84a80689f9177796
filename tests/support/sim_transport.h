// SimTransport: http::Transport with a modelled CRM behind it (the sandbox's Front, called directly) and
// seeded faults on the way. What really pages, logs in and decodes is the production connector. Loop's
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "connectors/http/transport.h"
#include "connectors/sandbox/front.h"
#include "daemon/engine/scheduler.h"

namespace prospectd::test {

enum class Fault {
  kNone,
  kTimeoutBefore,  ///< the request never arrived
  kTimeoutAfter,   ///< it was carried out, the answer was lost
  kReset,
  kUnavailable,   ///< 503 with a page of HTML
  kSessionGone,   ///< every session ends just before the request
  kTruncated,     ///< 200, and the body ends in the middle
  kHtml,          ///< 200 with a login page
  kReplayedPage,  ///< the query's previous page once more
  kLostLocator,   ///< the place in the query is gone
};
constexpr size_t kFaultCount = 10;

struct FaultRates {
  /// Per thousand requests, for each Fault but kNone.
  std::array<int, kFaultCount> per_mille{};
  milliseconds latency_max{200};

  static FaultRates none() { return {}; }
  static FaultRates all(int per_mille_each);
};

/// The scheduler gives time and chance. `front` is asked anew for every request, so that it may be swapped.
class SimTransport final : public http::Transport {
 public:
  SimTransport(engine::Scheduler& scheduler, std::function<sandbox::Front&()> front);

  boost::asio::awaitable<Result<http::Response>> send(http::Request request) override;
  void cancel_all() override { cancelled_ = true; }

  void set_rates(FaultRates rates) { rates_ = rates; }
  /// Changes answers on their way, after the CRM gave them and before a fault cuts them; empty: nothing.
  void set_mangler(std::function<void(const http::Request&, http::Response&)> mangler) {
    mangler_ = std::move(mangler);
  }
  /// Sees every exchange with its outcome as the connector gets it.
  void set_observer(std::function<void(const http::Request&, const Result<http::Response>&)> observer) {
    observer_ = std::move(observer);
  }
  /// The next request meets this fault, whatever the rates.
  void plan(Fault fault) { planned_ = fault; }
  int64_t requests() const { return requests_; }
  int64_t faults() const { return faults_; }
  /// How often each fault was met.
  const std::array<int64_t, kFaultCount>& met() const { return met_; }

 private:
  boost::asio::awaitable<Result<http::Response>> exchange(http::Request request);
  Fault draw(const http::Request& request);
  http::Response ask(const http::Request& request);

  engine::Scheduler& scheduler_;
  std::function<sandbox::Front&()> front_;
  FaultRates rates_;
  std::function<void(const http::Request&, http::Response&)> mangler_;
  std::function<void(const http::Request&, const Result<http::Response>&)> observer_;
  std::array<int64_t, kFaultCount> met_{};
  Fault planned_ = Fault::kNone;
  http::Response last_page_;
  bool cancelled_ = false;
  int64_t requests_ = 0;
  int64_t faults_ = 0;
};

}  // namespace prospectd::test
