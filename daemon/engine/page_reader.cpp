#include "daemon/engine/page_reader.h"

#include <algorithm>

#include "base/log.h"
#include "mapping/hash.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

uint64_t fingerprint_of(const Page& page) {
  uint64_t hash = 0;
  for (const mapping::Record& record : page.records)
    hash = mapping::hash_bytes(record.id.str(), hash);
  for (const BadRecord& bad : page.bad)
    hash = mapping::hash_bytes(bad.id.str(), mapping::hash_bytes(bad.payload, hash));
  return hash;
}

}  // namespace

PageReader::PageReader(Scheduler& scheduler, Connector& connector, RetryBudget& budget, FeedQuery query,
                       Timestamp unsettled, const ReadLimits& limits)
    : scheduler_(scheduler),
      connector_(connector),
      budget_(budget),
      query_(std::move(query)),
      limits_(limits),
      progress_(query_.upper, unsettled) {}

asio::awaitable<Result<std::optional<ReadPage>>> PageReader::next() {
  tried_again_ = false;
  while (!ended_) {
    if (stopping_) co_return make_error(ErrorCode::kCancelled, "stopping");
    auto page = co_await fetch();
    if (!page) {
      if (page.error().code != ErrorCode::kQueryRestart || !may_restart()) co_return std::move(page).error();
      next_.clear();
      seen_.clear();
      rows_ = 0;
      continue;
    }
    auto accepted = accept(*std::move(page));
    if (!accepted || *accepted) co_return accepted;
  }
  co_return std::optional<ReadPage>{};
}

void PageReader::stop() {
  stopping_ = true;
  pause_.notify();
}

// One page, tried again while its error and the budget allow.
asio::awaitable<Result<Page>> PageReader::fetch() {
  for (int attempt = 1;; ++attempt) {
    Result<Page> page = make_error(ErrorCode::kCancelled, "stopping");
    FeedQuery query = query_;
    const auto asked = scheduler_.monotonic();
    if (next_.empty()) {
      page = co_await connector_.fetch(std::move(query));
    } else {
      std::string place = next_;
      page = co_await connector_.fetch_next(std::move(query), std::move(place));
    }
    took_ = scheduler_.monotonic() - asked;
    if (page) {
      budget_.refund();
      co_return page;
    }
    if (!may_retry(page.error(), attempt)) co_return page;
    tried_again_ = true;
    const milliseconds wait =
        page.error().retry_after.value_or(full_jitter({}, attempt, scheduler_.random()));
    log::info("feed.retry", page.error().text(),
              {{"object", query_.object}, {"attempt", attempt}, {"wait_ms", wait.count()}});
    co_await scheduler_.sleep(wait, &pause_);
    if (stopping_ || scheduler_.stopping()) co_return make_error(ErrorCode::kCancelled, "stopping");
  }
}

bool PageReader::may_retry(const Error& error, int attempt) {
  // A session that ended again while it was renewed: the next attempt logs in once more.
  const bool again = error.error_class() == ErrorClass::kRetry || error.error_class() == ErrorClass::kReauth;
  if (!again || error.code == ErrorCode::kQueryRestart) return false;
  // A long wait that the CRM asks for is the whole connection's: its loop rests, not this page.
  if (error.retry_after && *error.retry_after > limits_.wait_inline_max) return false;
  return attempt < limits_.attempts_max && !stopping_ && !scheduler_.stopping() && budget_.spend(error.code);
}

// The query's place is gone (F05): go on after the last record that was read, with a new query.
bool PageReader::may_restart() {
  if (++restarts_ > limits_.restarts_max) return false;
  if (const auto place = progress_.place()) {
    query_.lower = place->version;
    query_.after = place->id;
    progress_.restarted();
  }
  return true;
}

// The page with what is known of it; none where there is nothing on it to hand on.
Result<std::optional<ReadPage>> PageReader::accept(Page page) {
  const bool more = !page.next.empty();
  next_ = page.next;
  ended_ = !more;
  if (++pages_ > limits_.pages_max) return refusal("has more pages than a window may have");
  const auto records = static_cast<int64_t>(page.records.size() + page.bad.size());
  if (records == 0 && more) {
    if (++empty_pages_ > limits_.empty_pages_max) return refusal("goes on with empty pages");
    return std::optional<ReadPage>{};
  }
  empty_pages_ = 0;
  if (records > 0 && !seen_.insert(fingerprint_of(page)).second &&
      ++repeated_pages_ > limits_.repeated_pages_max) {
    return refusal("leads back to pages that were read");
  }
  if (progress_.saw(page)) restarts_ = 0;
  rows_ += records;
  ReadPage read;
  read.settled = more ? progress_.settled_so_far() : progress_.settled_at_end();
  if (records == 0 && !read.settled) return std::optional<ReadPage>{};
  read.records = records;
  read.more = more;
  read.left = more ? std::max<int64_t>(page.total - rows_, 0) : 0;
  read.took = took_;
  read.tried_again = tried_again_;
  read.page = std::move(page);
  return std::optional<ReadPage>(std::move(read));
}

Error PageReader::refusal(const char* what) const {
  return make_error(ErrorCode::kServerError,
                    "the CRM's answer " + std::string(what) + "; the cycle was given up")
      .within(query_.object);
}

}  // namespace prospectd::engine
