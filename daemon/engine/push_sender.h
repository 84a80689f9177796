// PushSender: rows on their way to the CRM: in batches, one account's together, halved where they are too
// large, alone where the CRM tells what is wrong only then; and each row's outcome judged. It settles
// nothing. On the loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/writer.h"
#include "daemon/engine/cycle.h"
#include "daemon/engine/push_ledger.h"

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
  /// Both outlive it.
  PushSender(CycleContext& context, Writer& writer) : c_(context), writer_(writer) {}

  /// Sends all; hands the ends of each call to `settle`, which may fail and ends it then. The first failure
  /// of a call that concerns the connection ends it, too: the rows that were not sent are put back by
  /// `settle` as not done.
  boost::asio::awaitable<Result<void>> send(
      SendOrder order, std::function<boost::asio::awaitable<Result<void>>(std::vector<SentRow>)> settle);

  /// Why it ended early.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  using Rows = std::vector<PushRow>;
  boost::asio::awaitable<Result<std::vector<SentRow>>> send_batch(const SendOrder& order, Rows rows,
                                                                  std::deque<Rows>& waiting);
  SentRow judge(const SendOrder& order, PushRow row, const RowOutcome& outcome, bool alone);
  SentRow not_sent(const SendOrder& order, PushRow row, const Error& failure, bool in_doubt, bool alone);
  SentRow settled(const SendOrder& order, PushRow row, reconcile::PushOutcome outcome);

  CycleContext& c_;
  Writer& writer_;
  std::optional<Error> failure_;
};

}  // namespace prospectd::engine
