#include "daemon/service/dlq.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "daemon/service/desk.h"
#include "daemon/service/one_more.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::DeadLetter;
using reconcile::GivenUpId;
using reconcile::OutboxEntry;

Error not_given_up(GivenUpId id) {
  return make_error(ErrorCode::kNotFound,
                    to_text(id) + " is not among what was given up; prospectd dlq list says what is");
}

// ---- what is there ----

DlqItem item_of(const OutboxEntry& entry, const ConnectionNames& names) {
  DlqItem item;
  item.id = id_of(entry);
  item.connection = connection_words(names, entry.connection);
  item.object = entry.object;
  item.remote = entry.remote;
  item.prospect = entry.prospect;
  item.operation = name_of(entry.operation);
  item.code = entry.code;
  item.message = entry.error;
  item.advice = advice_on_refusal(item.code);
  item.attempts = entry.attempts;
  item.since = entry.created_at;
  item.given_up_at = entry.due_at;
  return item;
}

DlqItem item_of(const DeadLetter& letter, const ConnectionNames& names) {
  DlqItem item;
  item.id = id_of(letter);
  item.connection = connection_words(names, letter.connection);
  item.object = letter.object;
  item.remote = letter.remote;
  item.code = reconcile::code_of(reconcile::Reason::kQuarantined);
  item.message = letter.reason;
  item.advice = advice_on_refusal(item.code);
  item.attempts = letter.seen;
  item.since = letter.first_seen;
  item.given_up_at = letter.last_seen;
  return item;
}

/// A page of both kinds, whole rows.
struct GivenUp {
  std::vector<OutboxEntry> pushes;
  std::vector<DeadLetter> letters;
};

Result<GivenUp> read_given_up(const Desk& desk, const DlqQuery& query) {
  GivenUp page;
  PD_ASSIGN(connection, desk.connection_named(query.connection));
  const GivenUpId after = query.after.value_or(GivenUpId{});
  if (after.kind == GivenUpId::Kind::kOut) {
    PD_ASSIGN(pushes, desk.reader->dead_pushes({after.number}, query.limit, connection));
    page.pushes = std::move(pushes);
  }
  if (page.pushes.size() >= query.limit) return page;
  const DeadLetterId last{after.kind == GivenUpId::Kind::kIn ? after.number : 0};
  PD_ASSIGN(letters, desk.reader->dead_letters(last, query.limit - page.pushes.size(), connection));
  page.letters = std::move(letters);
  return page;
}

/// One of either kind, if it is there.
Result<GivenUp> read_one(const Desk& desk, GivenUpId id) {
  GivenUp found;
  if (id.kind == GivenUpId::Kind::kOut) {
    PD_ASSIGN(pushes, desk.reader->dead_pushes({id.number - 1}, 1, {}));
    if (!pushes.empty() && pushes.front().id.value == id.number) found.pushes = std::move(pushes);
  } else {
    PD_ASSIGN(letters, desk.reader->dead_letters({id.number - 1}, 1, {}));
    if (!letters.empty() && letters.front().id.value == id.number) found.letters = std::move(letters);
  }
  return found;
}

Result<void> name_prospects(store::Reader& reader, std::vector<DlqItem>& items) {
  std::set<int64_t> ids;
  for (const DlqItem& item : items) {
    if (item.prospect) ids.insert(item.prospect.value);
  }
  if (ids.empty()) return {};
  store::ProspectQuery query;
  query.ids = std::vector<int64_t>(ids.begin(), ids.end());
  query.limit = ids.size();
  PD_ASSIGN(rows, reader.prospects(query));
  std::map<ProspectId, std::string> names;
  for (const store::ProspectRow& row : rows)
    names[row.prospect.id] = person_words(row.prospect);
  for (DlqItem& item : items) {
    if (const auto named = names.find(item.prospect); named != names.end()) item.name = named->second;
  }
  return {};
}

Result<std::vector<DlqItem>> items_of(const Desk& desk, const GivenUp& page) {
  std::vector<DlqItem> items;
  for (const OutboxEntry& entry : page.pushes)
    items.push_back(item_of(entry, desk.connections));
  for (const DeadLetter& letter : page.letters) {
    items.push_back(item_of(letter, desk.connections));
    PD_ASSIGN(follower, desk.reader->find_by_remote(letter.remote));
    items.back().prospect = follower.value_or(ProspectId{});
  }
  PD_TRY(name_prospects(*desk.reader, items));
  return items;
}

/// A write that was given up, with its prospect and link; null where they are not there.
struct WriteScene {
  reconcile::EditScene scene;
  const reconcile::Prospect* prospect = nullptr;
  const reconcile::Link* link = nullptr;
  const reconcile::OutwardType* type = nullptr;
};

Result<WriteScene> scene_of(const Desk& desk, const OutboxEntry& entry) {
  WriteScene found;
  reconcile::EditKeys keys;
  keys.prospects.push_back(entry.prospect);
  PD_ASSIGN(scene, desk.reader->edit_scene(keys));
  found.scene = std::move(scene);
  if (const auto at = found.scene.prospects.find(entry.prospect); at != found.scene.prospects.end())
    found.prospect = &at->second;
  const std::vector<reconcile::Link>& links = found.scene.links[entry.prospect];
  const auto link = std::ranges::find(links, entry.connection, &reconcile::Link::connection);
  if (link != links.end()) found.link = &*link;
  found.type = outward_type_of(desk.outward, entry.connection,
                               found.link != nullptr ? found.link->object : entry.object);
  return found;
}

Result<DlqDetail> detail_of(const Desk& desk, GivenUpId id) {
  PD_ASSIGN(found, read_one(desk, id));
  PD_ASSIGN(items, items_of(desk, found));
  if (items.empty()) return not_given_up(id);
  DlqDetail detail;
  detail.item = std::move(items.front());
  if (!found.letters.empty()) detail.payload = std::move(found.letters.front().payload);
  if (found.pushes.empty()) return detail;
  PD_ASSIGN(write, scene_of(desk, found.pushes.front()));
  if (write.prospect != nullptr)
    detail.fields = reconcile::on_its_way_out(write.type, *write.prospect, write.link);
  return detail;
}

// ---- what is done about it ----

/// On the worker: what is read is what is written over.
class DlqWork {
 public:
  DlqWork(store::Store& store, const mapping::LocalSchema& schema, const Desk& desk, Timestamp now)
      : store_(store), schema_(schema), desk_(desk), now_(now) {}

  Result<DlqRetried> retry(const DlqRetryOrder& order) {
    PD_ASSIGN(found, order.all ? read_given_up(desk_, order.of) : read_chosen(order.ids));
    DlqRetried told;
    told.missing = std::move(missing_);
    if (order.all) told.next = next_of(found);
    std::vector<OutboxEntry> pushes;
    for (OutboxEntry& entry : found.pushes) {
      (is_configured(entry.connection) ? told.retried : told.missing).push_back(id_of(entry));
      if (is_configured(entry.connection)) pushes.push_back(std::move(entry));
    }
    for (const DeadLetter& letter : found.letters) {
      (is_configured(letter.connection) ? told.retried : told.missing).push_back(id_of(letter));
      if (is_configured(letter.connection)) rereads_.insert(desk_.connections.at(letter.connection));
    }
    if (!order.all && told.retried.empty() && !told.missing.empty())
      return not_given_up(told.missing.front());
    if (pushes.empty()) return told;
    const reconcile::Plan plan = reconcile::plan_retry(pushes, order.actor);
    PD_ASSIGN(cause, commit_plan(store_, plan, now_));
    told.committed = committed_under(cause, schema_, plan);
    return told;
  }

  Result<DlqDropped> drop(GivenUpId id, const std::string& actor) {
    PD_ASSIGN(found, read_one(desk_, id));
    PD_ASSIGN(items, items_of(desk_, found));
    if (items.empty()) return not_given_up(id);
    PD_ASSIGN(plan, drop_of(found, actor));
    PD_ASSIGN(cause, commit_plan(store_, plan, now_));
    return DlqDropped{std::move(items.front()), committed_under(cause, schema_, plan)};
  }

  /// Connections whose records are to be read again.
  const std::set<std::string>& rereads() const { return rereads_; }

 private:
  Result<reconcile::Plan> drop_of(const GivenUp& found, const std::string& actor) const {
    if (found.pushes.empty()) return plan_drop(found.letters.front(), actor);
    const OutboxEntry& entry = found.pushes.front();
    PD_ASSIGN(write, scene_of(desk_, entry));
    return plan_drop(schema_, write.type, entry, write.prospect, write.link, actor);
  }

  static std::optional<GivenUpId> next_of(const GivenUp& page) {
    if (page.pushes.size() + page.letters.size() < kDlqAtOnceMax) return std::nullopt;
    return page.letters.empty() ? id_of(page.pushes.back()) : id_of(page.letters.back());
  }
  bool is_configured(store::ConnectionId id) const { return desk_.connections.contains(id); }

  Result<GivenUp> read_chosen(const std::vector<GivenUpId>& ids) {
    GivenUp all;
    for (const GivenUpId id : std::set<GivenUpId>(ids.begin(), ids.end())) {
      PD_ASSIGN(one, read_one(desk_, id));
      if (one.pushes.empty() && one.letters.empty()) missing_.push_back(id);
      std::ranges::move(one.pushes, std::back_inserter(all.pushes));
      std::ranges::move(one.letters, std::back_inserter(all.letters));
    }
    return all;
  }

  store::Store& store_;
  const mapping::LocalSchema& schema_;
  const Desk& desk_;
  const Timestamp now_;
  std::vector<GivenUpId> missing_;
  std::set<std::string> rereads_;
};

class StoredDlq final : public Dlq {
 public:
  StoredDlq(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
            mapping::LocalSchema schema)
      : desks_(scheduler, supervisor, store),
        scheduler_(scheduler),
        supervisor_(supervisor),
        store_(store),
        schema_(std::move(schema)) {}

  asio::awaitable<Result<std::vector<DlqItem>>> list(DlqQuery query) override {
    using Items = std::vector<DlqItem>;
    std::function<Result<Items>(const Desk&)> work =
        [query = std::move(query)](const Desk& desk) -> Result<Items> {
      PD_ASSIGN(page, read_given_up(desk, query));
      return items_of(desk, page);
    };
    return desks_.read<Items>(std::move(work));
  }

  asio::awaitable<Result<DlqDetail>> show(GivenUpId id) override {
    std::function<Result<DlqDetail>(const Desk&)> work = [id](const Desk& desk) {
      return detail_of(desk, id);
    };
    return desks_.read<DlqDetail>(std::move(work));
  }

  asio::awaitable<Result<DlqRetried>> retry(DlqRetryOrder order) override {
    if (order.ids.size() > kDlqAtOnceMax) {
      co_return make_error(ErrorCode::kTooLarge,
                           "at most " + std::to_string(kDlqAtOnceMax) + " can be retried at once");
    }
    if (rereads_ >= kRereadsMax)
      co_return make_error(ErrorCode::kLocked, "many cycles were asked for already: try again in a moment");
    order.of.limit = kDlqAtOnceMax;
    std::set<std::string> rereads;
    std::function<Result<DlqRetried>(const Desk&, Timestamp)> work = [&](const Desk& desk, Timestamp now) {
      DlqWork on(store_, schema_, desk, now);
      auto retried = on.retry(order);
      if (retried) rereads = on.rereads();
      return retried;
    };
    Result<DlqRetried> retried = co_await desks_.write<DlqRetried>(std::move(work));
    if (retried) supervisor_.push_soon();
    for (const std::string& connection : rereads)
      asio::co_spawn(scheduler_.io(), read_again(connection), tell_failure);
    co_return retried;
  }

  asio::awaitable<Result<DlqDropped>> drop(GivenUpId id, std::string actor) override {
    std::function<Result<DlqDropped>(const Desk&, Timestamp)> work = [this, id, actor = std::move(actor)](
                                                                         const Desk& desk, Timestamp now) {
      return DlqWork(store_, schema_, desk, now).drop(id, actor);
    };
    return desks_.write<DlqDropped>(std::move(work));
  }

 private:
  // Each cycle reads what is set apart again: one that begins now does so now.
  asio::awaitable<void> read_again(std::string connection) {
    const OneMore counted(rereads_);
    co_await supervisor_.sync_now(std::move(connection));
  }

  static void tell_failure(std::exception_ptr failure) {
    if (failure) log::error("dlq.threw", "a cycle that was asked for ended with an exception", {});
  }

  static constexpr int kRereadsMax = 32;

  int rereads_ = 0;  ///< under way or waiting
  Desks desks_;
  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  const mapping::LocalSchema schema_;
};

}  // namespace

std::unique_ptr<Dlq> make_dlq(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                              store::Store& store, mapping::LocalSchema schema) {
  return std::make_unique<StoredDlq>(scheduler, supervisor, store, std::move(schema));
}

}  // namespace prospectd::service
