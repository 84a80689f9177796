#include "daemon/engine/push_sender.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/backoff.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::PushKind;
using reconcile::PushOutcome;
using reconcile::PushVerdict;
using reconcile::SendResult;

constexpr BackoffOptions kVerifyWaits{milliseconds{2'000}, milliseconds{600'000}};

PushKind push_kind(WriteKind kind) {
  switch (kind) {
    case WriteKind::kCreate:
      return PushKind::kCreate;
    case WriteKind::kUpdate:
      return PushKind::kUpdate;
    case WriteKind::kUpsert:
      return PushKind::kUpsert;
    case WriteKind::kDelete:
      return PushKind::kDelete;
  }
  return PushKind::kUpdate;
}

SendResult send_result(RowState state) {
  switch (state) {
    case RowState::kWritten:
      return SendResult::kWritten;
    case RowState::kRefused:
      return SendResult::kRefused;
    case RowState::kUnknown:
      return SendResult::kInDoubt;
  }
  return SendResult::kInDoubt;
}

WriteBatch batch_of(const SendOrder& order, const std::vector<PushRow>& rows) {
  WriteBatch batch;
  batch.kind = order.kind;
  batch.object = order.object;
  batch.key_field = order.key_field;
  for (const PushRow& row : rows) {
    WriteRow out;
    out.token = row.entry.id.value;
    if (order.kind == WriteKind::kUpdate) out.id = row.entry.remote;
    if (order.kind == WriteKind::kUpsert) out.key = mapping::Value(row.entry.key);
    out.fields = row.payload.fields;
    batch.rows.push_back(std::move(out));
  }
  return batch;
}

// One account's records stand together, so that two calls don't wait for one lock (F29). Urgent lanes keep
// their place before others.
std::deque<std::vector<PushRow>> batches_of(std::vector<PushRow> rows) {
  std::ranges::stable_sort(rows, {},
                           [](const PushRow& row) { return std::pair(row.entry.lane, row.account); });
  std::deque<std::vector<PushRow>> batches;
  for (PushRow& row : rows) {
    if (batches.empty() || batches.back().size() == kWriteRowsMax) batches.emplace_back();
    batches.back().push_back(std::move(row));
  }
  return batches;
}

// A call that fails for all rows alike: what is behind it would fail likewise.
bool ends_sending(const Error& failure) {
  switch (failure.error_class()) {
    case ErrorClass::kRecord:
      return false;
    default:
      return true;
  }
}

}  // namespace

asio::awaitable<Result<void>> PushSender::send(
    SendOrder order, std::function<asio::awaitable<Result<void>>(std::vector<SentRow>)> settle) {
  std::deque<Rows> waiting = batches_of(std::move(order.rows));
  while (!waiting.empty()) {
    Rows rows = std::move(waiting.front());
    waiting.pop_front();
    if (c_.scheduler.stopping() && !failure_) failure_ = make_error(ErrorCode::kCancelled, "stopping");
    std::vector<SentRow> sent;
    if (failure_) {
      const bool alone = rows.size() == 1;
      for (PushRow& row : rows)
        sent.push_back(not_sent(order, std::move(row), *failure_, false, alone));
    } else {
      auto answered = co_await send_batch(order, std::move(rows), waiting);
      if (!answered) co_return std::move(answered).error();
      sent = *std::move(answered);
    }
    if (!sent.empty()) PD_TRY_CO(co_await settle(std::move(sent)));
  }
  co_return Result<void>{};
}

asio::awaitable<Result<std::vector<SentRow>>> PushSender::send_batch(const SendOrder& order, Rows rows,
                                                                     std::deque<Rows>& waiting) {
  const bool alone = rows.size() == 1;
  WriteReply reply = co_await writer_.write(batch_of(order, rows));
  std::vector<SentRow> sent;
  if (reply.failure) {
    const bool too_large = reply.failure->code == ErrorCode::kTooLarge && !reply.in_doubt;
    if (too_large && !alone) {
      const auto half = rows.begin() + static_cast<ptrdiff_t>(rows.size() / 2);
      waiting.emplace_front(std::make_move_iterator(half), std::make_move_iterator(rows.end()));
      rows.erase(half, rows.end());
      waiting.push_front(std::move(rows));
      co_return sent;
    }
    if (ends_sending(*reply.failure)) failure_ = reply.failure;
    for (PushRow& row : rows)
      sent.push_back(not_sent(order, std::move(row), *reply.failure, reply.in_doubt, alone));
  }
  for (size_t i = 0; i < rows.size() && !reply.failure; ++i)
    sent.push_back(judge(order, std::move(rows[i]), reply.rows[i], alone));
  const auto stays = [&](const SentRow& one) {
    return alone || one.end.settlement.verdict != PushVerdict::kRetryAlone;
  };
  const auto again = std::stable_partition(sent.begin(), sent.end(), stays);
  for (auto one = again; one != sent.end(); ++one) {
    waiting.emplace_front();
    waiting.front().push_back(std::move(one->row));
  }
  sent.erase(again, sent.end());
  co_return sent;
}

SentRow PushSender::judge(const SendOrder& order, PushRow row, const RowOutcome& outcome, bool alone) {
  PushOutcome judged;
  judged.state = send_result(outcome.state);
  judged.alone = alone;
  const Refusal* first = nullptr;
  if (outcome.state == RowState::kRefused) {
    judged.refusal = outcome.what();
    for (const Refusal& refusal : outcome.refusals) {
      if (first == nullptr && refusal.what == judged.refusal) first = &refusal;
      judged.others.insert(judged.others.end(), refusal.others.begin(), refusal.others.end());
    }
  }
  SentRow sent = settled(order, std::move(row), std::move(judged));
  if (outcome.state == RowState::kWritten && order.kind != WriteKind::kUpdate) sent.end.created = outcome.id;
  if (first != nullptr) {
    sent.end.code = first->code;
    for (const Refusal& refusal : outcome.refusals) {
      sent.end.message += (sent.end.message.empty() ? "" : "; ") + refusal.message;
      for (const std::string& name : refusal.fields)
        sent.end.message += " [" + name + "]";
    }
  }
  return sent;
}

SentRow PushSender::not_sent(const SendOrder& order, PushRow row, const Error& failure, bool in_doubt,
                             bool alone) {
  PushOutcome outcome;
  outcome.state = in_doubt ? SendResult::kInDoubt : SendResult::kNotDone;
  outcome.failure = failure.code;
  outcome.retry_after = failure.retry_after;
  outcome.alone = alone;
  SentRow sent = settled(order, std::move(row), std::move(outcome));
  sent.end.code = name_of(failure.code);
  sent.end.message = failure.text();
  return sent;
}

SentRow PushSender::settled(const SendOrder& order, PushRow row, PushOutcome outcome) {
  outcome.kind = push_kind(order.kind);
  SentRow sent;
  reconcile::PushAttempt attempt;
  attempt.now = c_.scheduler.now();
  attempt.tries = static_cast<int>(std::min<int64_t>(row.entry.attempts, 1'000));
  attempt.chance = c_.scheduler.random();
  reconcile::Settlement& settlement = sent.end.settlement;
  settlement = reconcile::settle(outcome, attempt);
  if (settlement.verdict == PushVerdict::kVerify) {
    // Not at once: what the CRM is still at work on shows a little later.
    settlement.at =
        attempt.now + kVerifyWaits.base / 2 + full_jitter(kVerifyWaits, attempt.tries, attempt.chance);
    settlement.counts = true;
  }
  if (settlement.at == Timestamp{}) settlement.at = attempt.now;
  sent.end.entry = row.entry;
  sent.end.sent = row.payload.sent;
  sent.end.faults = row.payload.faults;
  sent.row = std::move(row);
  return sent;
}

}  // namespace prospectd::engine
