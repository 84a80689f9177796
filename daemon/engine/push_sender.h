// PushSender: rows on their way to the CRM: in batches, one account's together, several calls at a time,
// halved where they are too large, alone where the CRM tells what is wrong only then; and each row's outcome
// judged. It settles nothing. On the loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/writer.h"
#include "daemon/engine/push_ledger.h"
#include "daemon/engine/scheduler.h"
#include "daemon/engine/signal.h"

namespace prospectd::engine {

struct SendOrder {
  WriteKind kind = WriteKind::kUpdate;
  std::string object;
  std::string key_field = {};  ///< of kUpsert
  std::vector<PushRow> rows;
};

/// One row's end, with what its settlement may need.
struct SentRow {
  reconcile::PushEnd end;
  PushRow row;
};

class PushSender {
 public:
  using Settle = std::function<boost::asio::awaitable<Result<void>>(std::vector<SentRow>)>;

  /// All outlive it.
  PushSender(Scheduler& scheduler, const PushOptions& options, Writer& writer);
  ~PushSender();
  PushSender(const PushSender&) = delete;
  PushSender& operator=(const PushSender&) = delete;

  /// Sends all, several calls at a time as far as no two of them concern one account; hands the ends of each
  /// call to `settle`, one call's after the other's. `settle` may fail, which ends the sending once the calls
  /// under way are back; what they brought is then in doubt. The first failure of a call that concerns the
  /// connection ends it, too: the rows that were not sent are put back by `settle` as not done.
  boost::asio::awaitable<Result<void>> send(SendOrder order, Settle settle);

  /// Why it ended early.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  using Rows = std::vector<PushRow>;
  /// A call that is back.
  struct Answer {
    Rows rows;
    WriteReply reply;
  };

  void start_calls(const SendOrder& order);
  bool may_start(const Rows& rows) const;
  boost::asio::awaitable<void> call(const SendOrder& order, Rows rows);
  boost::asio::awaitable<Result<void>> settle_answers(const SendOrder& order, const Settle& settle);
  std::vector<SentRow> judge_all(const SendOrder& order, Answer answer);
  std::vector<SentRow> put_back_waiting(const SendOrder& order);
  SentRow judge(const SendOrder& order, PushRow row, const RowOutcome& outcome, bool alone);
  SentRow not_sent(const SendOrder& order, PushRow row, const Error& failure, bool in_doubt, bool alone);
  SentRow settled(const SendOrder& order, PushRow row, reconcile::PushOutcome outcome);

  Scheduler& scheduler_;
  const PushOptions& options_;
  Writer& writer_;
  std::optional<Error> failure_;
  std::deque<Rows> waiting_;
  std::deque<Answer> answers_;
  std::multiset<AccountId> accounts_;  ///< of the calls under way
  size_t under_way_ = 0;
  Signal back_;
};

}  // namespace prospectd::engine
