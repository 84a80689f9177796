#include "daemon/engine/push_sender.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/co_spawn.hpp>

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

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
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

PushSender::PushSender(Scheduler& scheduler, const PushOptions& options, Writer& writer)
    : scheduler_(scheduler), options_(options), writer_(writer), back_(scheduler.io()) {}

PushSender::~PushSender() = default;

asio::awaitable<Result<void>> PushSender::send(SendOrder order, Settle settle) {
  waiting_ = batches_of(std::move(order.rows));
  Result<void> done;
  while (done && (!waiting_.empty() || under_way_ > 0 || !answers_.empty())) {
    if (scheduler_.stopping() && !failure_) failure_ = make_error(ErrorCode::kCancelled, "stopping");
    start_calls(order);
    if (answers_.empty() && under_way_ > 0) co_await back_.wait();
    done = co_await settle_answers(order, settle);
  }
  while (under_way_ > 0)
    co_await back_.wait();
  co_return done;
}

void PushSender::start_calls(const SendOrder& order) {
  const size_t calls_max = options_.calls_at_once;
  while (!failure_ && !waiting_.empty() && under_way_ < calls_max && may_start(waiting_.front())) {
    Rows rows = std::move(waiting_.front());
    waiting_.pop_front();
    for (const PushRow& row : rows)
      accounts_.insert(row.account);
    ++under_way_;
    // It ends before send() does: what it refers to stands.
    asio::co_spawn(scheduler_.io(), call(order, std::move(rows)), rethrow);
  }
}

bool PushSender::may_start(const Rows& rows) const {
  return std::ranges::none_of(
      rows, [this](const PushRow& row) { return row.account && accounts_.contains(row.account); });
}

asio::awaitable<void> PushSender::call(const SendOrder& order, Rows rows) {
  WriteBatch batch = batch_of(order, rows);
  WriteReply reply = co_await writer_.write(std::move(batch));
  for (const PushRow& row : rows)
    accounts_.erase(accounts_.find(row.account));
  answers_.push_back({std::move(rows), std::move(reply)});
  --under_way_;
  back_.notify();
}

// What was answered, and, once nothing goes out any more, what was not sent.
asio::awaitable<Result<void>> PushSender::settle_answers(const SendOrder& order, const Settle& settle) {
  while (!answers_.empty()) {
    Answer answer = std::move(answers_.front());
    answers_.pop_front();
    std::vector<SentRow> sent = judge_all(order, std::move(answer));
    start_calls(order);  // they are under way while these are settled
    if (!sent.empty()) PD_TRY_CO(co_await settle(std::move(sent)));
  }
  if (!failure_ || waiting_.empty()) co_return Result<void>{};
  std::vector<SentRow> unsent = put_back_waiting(order);
  co_return co_await settle(std::move(unsent));
}

std::vector<SentRow> PushSender::put_back_waiting(const SendOrder& order) {
  std::vector<SentRow> unsent;
  for (Rows& rows : waiting_) {
    const bool alone = rows.size() == 1;
    for (PushRow& row : rows)
      unsent.push_back(not_sent(order, std::move(row), *failure_, false, alone));
  }
  waiting_.clear();
  return unsent;
}

std::vector<SentRow> PushSender::judge_all(const SendOrder& order, Answer answer) {
  Rows& rows = answer.rows;
  const WriteReply& reply = answer.reply;
  const bool alone = rows.size() == 1;
  std::vector<SentRow> sent;
  sent.reserve(rows.size());
  if (reply.failure) {
    const bool too_large = reply.failure->code == ErrorCode::kTooLarge && !reply.in_doubt;
    if (too_large && !alone) {
      const auto half = rows.begin() + static_cast<ptrdiff_t>(rows.size() / 2);
      waiting_.emplace_front(std::make_move_iterator(half), std::make_move_iterator(rows.end()));
      rows.erase(half, rows.end());
      waiting_.push_front(std::move(rows));
      return sent;
    }
    if (ends_sending(*reply.failure) && !failure_) failure_ = reply.failure;
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
    waiting_.emplace_front();
    waiting_.front().push_back(std::move(one->row));
  }
  sent.erase(again, sent.end());
  return sent;
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
  attempt.now = scheduler_.now();
  attempt.tries = static_cast<int>(std::min<int64_t>(row.entry.attempts, 1'000));
  attempt.chance = scheduler_.random();
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
