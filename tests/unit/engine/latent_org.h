// An organisation's records of one object behind a network with a latency: the engine's port, modelled. A
// query gives the records that were in its range when it began, in the order of their stamps then, each as it
// is when its page is read. One thread; borrows the scheduler.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "daemon/engine/scheduler.h"

namespace prospectd::engine {

class LatentOrg final : public Connector {
 public:
  LatentOrg(Scheduler& scheduler, milliseconds delay_of_each, size_t page_rows)
      : delay(delay_of_each), scheduler_(scheduler), page_rows_(page_rows) {}

  /// Records with these stamps, in seconds; their ids say the order in which they were given.
  void add(const std::vector<int64_t>& stamps) {
    for (const int64_t stamp : stamps) {
      std::string id = std::to_string(records_.size());
      id.insert(0, 8 - id.size(), '0');
      records_.emplace(RemoteId(id), Timestamp{seconds{stamp}});
      first_.emplace(RemoteId(id), Timestamp{seconds{stamp}});
      order_.emplace(Timestamp{seconds{stamp}}, RemoteId(id));
    }
  }
  void edit(const RemoteId& id, Timestamp stamp) {
    order_.erase({records_.at(id), id});
    order_.emplace(stamp, id);
    records_.at(id) = stamp;
  }
  const std::map<RemoteId, Timestamp>& records() const { return records_; }
  /// Before any edit.
  Timestamp stamp_at_first(const RemoteId& id) const { return first_.at(id); }

  milliseconds delay;  ///< of a request that begins now
  /// What the next answer is instead, asked as the request arrives; empty, or no error: what there is.
  std::function<std::optional<Error>(const FeedQuery& query, const std::string& next)> instead;
  /// How many requests may be under way before the CRM refuses one. 0: any number.
  int at_once_max = 0;
  int most_at_once = 0;

  boost::asio::awaitable<Result<Page>> fetch(FeedQuery query) override {
    const int together = enter();
    co_await scheduler_.sleep(delay, nullptr);
    leave();
    if (auto error = refusal(together, query, "")) co_return *std::move(error);
    const std::string name = "q" + std::to_string(++queries_);
    std::vector<Row> rows;
    auto row =
        query.lower ? order_.lower_bound({*query.lower, query.after.value_or(RemoteId())}) : order_.begin();
    for (; row != order_.end() && row->first < query.upper; ++row) {
      if (!query.after || *row != Row(*query.lower, *query.after)) rows.push_back(*row);
    }
    open_[name] = std::move(rows);
    co_return page(name, 0);
  }
  boost::asio::awaitable<Result<Page>> fetch_next(FeedQuery query, std::string next) override {
    const int together = enter();
    co_await scheduler_.sleep(delay, nullptr);
    leave();
    if (auto error = refusal(together, query, next)) co_return *std::move(error);
    const size_t colon = next.find(':');
    co_return page(next.substr(0, colon), std::stoul(next.substr(colon + 1)));
  }

  boost::asio::awaitable<Result<Timestamp>> server_time() override { co_return Timestamp{}; }
  boost::asio::awaitable<Result<mapping::ObjectSchema>> describe(std::string) override {
    co_return mapping::ObjectSchema{};
  }
  boost::asio::awaitable<Result<Page>> fetch_by_ids(std::string, std::vector<std::string>,
                                                    std::vector<RemoteId>) override {
    co_return Page{};
  }
  boost::asio::awaitable<Result<int64_t>> count_records(std::string) override { co_return 0; }
  boost::asio::awaitable<Result<Page>> list_records(ListingQuery) override { co_return Page{}; }
  ApiUsage usage() const override { return {}; }
  int64_t calls() const override { return calls_; }
  int under_way() const { return under_way_; }
  int64_t queries() const { return queries_; }

 private:
  using Row = std::pair<Timestamp, RemoteId>;

  int enter() {
    ++calls_;
    most_at_once = std::max(most_at_once, ++under_way_);
    return under_way_;
  }
  void leave() { --under_way_; }
  std::optional<Error> refusal(int together, const FeedQuery& query, const std::string& next) const {
    if (at_once_max > 0 && together > at_once_max) return make_error(ErrorCode::kRateLimited, "too many");
    return instead ? instead(query, next) : std::nullopt;
  }
  Page page(const std::string& name, size_t from) {
    const auto& rows = open_.at(name);
    Page page;
    page.layout = std::make_shared<mapping::FieldList>(std::vector<std::string>{});
    page.total = static_cast<int64_t>(rows.size());
    const size_t to = std::min(rows.size(), from + page_rows_);
    for (size_t i = from; i < to; ++i) {
      page.records.emplace_back();
      page.records.back().id = rows[i].second;
      page.records.back().version = records_.at(rows[i].second);
    }
    if (to < rows.size()) page.next = name + ":" + std::to_string(to);
    return page;
  }

  Scheduler& scheduler_;
  size_t page_rows_;
  std::map<RemoteId, Timestamp> records_;
  std::map<RemoteId, Timestamp> first_;
  std::set<Row> order_;
  std::map<std::string, std::vector<Row>> open_;  ///< queries, by what their places begin with
  int64_t queries_ = 0;
  int64_t calls_ = 0;
  int under_way_ = 0;
};

}  // namespace prospectd::engine
