#include "daemon/service/service.h"

#include <algorithm>

#include "daemon/engine/signal.h"
#include "daemon/service/explain.h"
#include "daemon/service/one_more.h"
#include "daemon/service/words.h"
#include "reconcile/prospect_expression.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;

constexpr int kReadsMax = 32;  ///< questions under way or waiting: one reads at a time

/// Codes after which nothing can be committed until somebody makes room or lets go.
bool keeps_from_writing(ErrorCode code) {
  return code == ErrorCode::kDiskFull || code == ErrorCode::kLocked;
}

bool is_locked_out(const engine::ConnectionStatus& connection) {
  if (!connection.last_error) return false;
  const ErrorCode code = connection.last_error->code;
  const bool refused = code == ErrorCode::kLoginRefused || code == ErrorCode::kSessionExpired;
  // Where no login has ever been good there is nothing to bridge.
  const bool ever_good = connection.last_cycle.has_value();
  return refused && (!ever_good || connection.failing_for >= kLoginGrace);
}

using StatusPtr = std::shared_ptr<const Status>;

class DaemonService final : public Service {
 public:
  DaemonService(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
                mapping::LocalSchema schema, CanonicalId canonical_id, About about,
                mapping::expression::DayStart day_start, const SavedFilters* saved,
                const engine::Heartbeat* heartbeat)
      : scheduler_(scheduler),
        supervisor_(supervisor),
        store_(store),
        schema_(std::move(schema)),
        canonical_id_(std::move(canonical_id)),
        about_(std::move(about)),
        catalogue_(reconcile::prospect_catalogue(schema_)),
        language_{std::move(day_start), {}, {}, canonical_id_},
        saved_(saved),
        heartbeat_(heartbeat),
        started_at_(scheduler.now()) {}

  // However many ask at once, one look at the database is under way, and those who come meanwhile share the
  // next: none is told what stood before it asked.
  asio::awaitable<Result<StatusPtr>> status() override {
    if (!next_look_) next_look_ = std::make_shared<Look>();
    const std::shared_ptr<Look> look = next_look_;
    const auto news = std::make_shared<engine::Signal>(scheduler_.io());
    look->waiting.push_back(news);
    while (!look->outcome) {
      if (looking_) {
        co_await news->wait();
        continue;
      }
      looking_ = true;
      next_look_.reset();
      look->outcome = co_await look_now();
      looking_ = false;
      look->tell_all();
      if (next_look_) next_look_->tell_all();  // the first of them to wake looks
    }
    co_return *look->outcome;
  }

  asio::awaitable<Result<engine::CycleSummary>> sync(std::string connection) override {
    return supervisor_.sync_now(std::move(connection));
  }

  asio::awaitable<Result<engine::DryRunReport>> dry_run(std::string connection) override {
    return supervisor_.dry_run(std::move(connection));
  }

  Result<void> accept_mass_change(const std::string& connection, const std::string& actor) override {
    return supervisor_.accept_mass_change(connection, actor);
  }

  asio::awaitable<Result<std::vector<store::ProspectRow>>> prospects(store::ProspectQuery query) override {
    using Rows = std::vector<store::ProspectRow>;
    query.limit = std::min(query.limit, store::kListRowsMax);
    std::function<Result<Rows>(store::Reader&)> work = [query = std::move(query)](store::Reader& reader) {
      return reader.prospects(query);
    };
    return read<Rows>(std::move(work));
  }

  asio::awaitable<Result<std::vector<store::ListRow>>> list(store::ListQuery query) override {
    using Rows = std::vector<store::ListRow>;
    query.limit = std::min(query.limit, store::kListRowsMax);
    std::function<Result<Rows>(store::Reader&)> work = [query = std::move(query)](store::Reader& reader) {
      return reader.list(query);
    };
    return read<Rows>(std::move(work));
  }

  Result<std::shared_ptr<const mapping::expression::Expression>> list_filter(
      const store::Collection& of, const std::string& text) const override {
    PD_ASSIGN(parsed, mapping::expression::parse(text, store::catalogue_of(of), language_));
    return std::make_shared<const mapping::expression::Expression>(std::move(parsed));
  }

  Result<std::shared_ptr<const mapping::expression::Expression>> prospect_filter(
      const std::string& text) const override {
    PD_ASSIGN(parsed, saved_ != nullptr ? saved_->parse(text)
                                        : mapping::expression::parse(text, catalogue_, language_));
    return std::make_shared<const mapping::expression::Expression>(std::move(parsed));
  }

  asio::awaitable<Result<std::vector<reconcile::Duplicate>>> duplicates(DuplicateId after, size_t limit,
                                                                        bool only_open) override {
    using Rows = std::vector<reconcile::Duplicate>;
    limit = std::min(limit, store::kListRowsMax);
    std::function<Result<Rows>(store::Reader&)> work = [=](store::Reader& reader) {
      return reader.duplicates(after, limit, only_open);
    };
    return read<Rows>(std::move(work));
  }

  asio::awaitable<Result<std::vector<reconcile::DeadLetter>>> dead_letters(DeadLetterId after,
                                                                           size_t limit) override {
    using Rows = std::vector<reconcile::DeadLetter>;
    limit = std::min(limit, store::kListRowsMax);
    std::function<Result<Rows>(store::Reader&)> work = [=](store::Reader& reader) {
      return reader.dead_letters(after, limit);
    };
    return read<Rows>(std::move(work));
  }

  asio::awaitable<Result<Explanation>> explain(std::string subject) override {
    co_await learn_names();
    std::function<Result<Explanation>(store::Reader&)> work = [this, names = names_,
                                                               subject](store::Reader& reader) {
      const ExplainContext context{schema_, *names, canonical_id_};
      return explain_subject(context, reader, subject);
    };
    Result<Explanation> explanation = co_await read<Explanation>(std::move(work));
    if (explanation || explanation.error().code != ErrorCode::kNotFound) co_return explanation;
    const auto asked = parse_subject(subject, canonical_id_);
    if (!asked || asked->kind != Subject::Kind::kRecord) co_return explanation;
    co_return co_await explain_unknown(RemoteId(asked->text));
  }

  std::vector<engine::ConnectionStatus> connections() const override { return supervisor_.status(); }
  std::string connection_name(store::ConnectionId id) const override { return connection_words(*names_, id); }
  const mapping::LocalSchema& schema() const override { return schema_; }

  bool live() const override { return all_ok(liveness()); }
  bool ready() const override { return all_ok(readiness()); }

  std::vector<Check> liveness() const override {
    Check engine{"engine", true, {}};
    if (const auto fatal = supervisor_.fatal()) {
      engine.ok = false;
      engine.why = "the engine has stopped for good (" + std::string(prospectd::name_of(fatal->code)) +
                   "); the log says what to do";
    } else if (const auto complaint = heartbeat_ != nullptr ? heartbeat_->complaint() : std::nullopt) {
      engine.ok = false;
      engine.why = *complaint;
    }
    return {engine};
  }

  std::vector<Check> readiness() const override {
    std::vector<Check> checks = liveness();
    Check running{"running", true, {}};
    if (scheduler_.stopping()) {
      running.ok = false;
      running.why = "the daemon is stopping";
    }
    checks.push_back(std::move(running));
    checks.push_back(database());
    checks.push_back(login());
    return checks;
  }

 private:
  // Nothing here knows the record: what does the CRM say of it, now?
  asio::awaitable<Result<Explanation>> explain_unknown(RemoteId remote) {
    RemoteId asked = remote;
    const auto judgement = co_await supervisor_.judge(std::move(asked));
    if (!judgement) co_return known_nowhere(remote, judgement.error());
    if (!*judgement) co_return known_nowhere(remote, std::nullopt);
    co_return explain_judged(remote, **judgement);
  }

  // What an earlier daemon has read is known from the cursors, until this one has read it too.
  void complete(engine::ConnectionStatus& connection, const Status& status) const {
    for (const store::ObjectCursor& cursor : status.cursors) {
      if (connection_name(cursor.connection) != connection.name) continue;
      auto& verified = engine::status_of(connection.objects, cursor.object).verified;
      verified = std::max(verified, cursor.cursor.verified);
    }
    const Timestamp there = status.now + connection.clock_skew.value_or(milliseconds{0});
    for (engine::ObjectStatus& object : connection.objects) {
      if (object.verified) object.lag = std::max(there - *object.verified, milliseconds{0});
    }
  }

  // By the last thing that was written, and by what the heartbeat finds: a quiet poll writes nothing.
  Check database() const {
    std::optional<ErrorCode> failure = heartbeat_ != nullptr ? heartbeat_->write_failure() : std::nullopt;
    for (const engine::ConnectionStatus& connection : supervisor_.status()) {
      if (connection.last_error && keeps_from_writing(connection.last_error->code))
        failure = connection.last_error->code;
    }
    if (!failure) return {"database", true, {}};
    return {"database", false,
            "the database can't be written (" + std::string(prospectd::name_of(*failure)) + ")"};
  }

  Check login() const {
    const auto connections = supervisor_.status();
    const bool none_left = !connections.empty() && std::ranges::all_of(connections, is_locked_out);
    if (!none_left) return {"login", true, {}};
    return {"login", false, "the CRM refuses every login; try: prospectd login --test"};
  }

  static bool all_ok(const std::vector<Check>& checks) { return std::ranges::all_of(checks, &Check::ok); }

  // The connections' numbers, until all are known; the store makes those that are new.
  asio::awaitable<void> learn_names() {
    std::vector<std::string> wanted;
    for (const engine::ConnectionStatus& connection : supervisor_.status())
      wanted.push_back(connection.name);
    if (names_->size() >= wanted.size()) co_return;
    ConnectionNames names;
    std::function<void()> ask = [&] {
      for (const std::string& name : wanted) {
        if (const auto id = store_.connection(name)) names[*id] = name;
      }
    };
    co_await scheduler_.blocking(std::move(ask));
    names_ = std::make_shared<const ConnectionNames>(std::move(names));
  }

  /// One look at the database, for all who asked before it began.
  struct Look {
    std::vector<std::shared_ptr<engine::Signal>> waiting;
    std::optional<Result<StatusPtr>> outcome;

    void tell_all() {
      for (const auto& signal : waiting)
        signal->notify();
    }
  };

  asio::awaitable<Result<StatusPtr>> look_now() {
    co_await learn_names();
    Result<Status> seen = not_read();
    std::function<void()> job = [&] { seen = read_status(); };
    co_await scheduler_.blocking(std::move(job));
    if (!seen) co_return std::move(seen).error();
    seen->version = about_.version;
    seen->dataset = about_.dataset;
    seen->now = scheduler_.now();
    seen->started_at = started_at_;
    seen->connections = supervisor_.status();
    for (engine::ConnectionStatus& connection : seen->connections)
      complete(connection, *seen);
    co_return std::make_shared<const Status>(*std::move(seen));
  }

  // A few rows, on the writer's thread: a status never waits behind somebody's list.
  Result<Status> read_status() const {
    Status status;
    PD_ASSIGN(reader, store_.reader());
    PD_ASSIGN(totals, reader->totals());
    PD_ASSIGN(cursors, reader->cursors());
    status.totals = totals;
    status.cursors = std::move(cursors);
    return status;
  }

  // A reader lives for one question: it holds its view of the database, and the log can't be moved past that.
  template <class T>
  asio::awaitable<Result<T>> read(std::function<Result<T>(store::Reader&)> work) {
    if (reads_ >= kReadsMax)
      co_return make_error(ErrorCode::kLocked, "too many questions at once: ask again");
    const OneMore counted(reads_);
    co_await learn_names();
    Result<std::unique_ptr<store::Reader>> reader = not_read();
    std::function<void()> open = [&] { reader = store_.reader(); };
    co_await scheduler_.blocking(std::move(open));
    if (!reader) co_return std::move(reader).error();
    Result<T> outcome = not_read();
    std::function<void()> job = [&] {
      outcome = work(**reader);
      reader->reset();
    };
    co_await scheduler_.reading(std::move(job));
    co_return outcome;
  }

  static Error not_read() {
    return make_error(ErrorCode::kCancelled, "the daemon is stopping: the database was not read");
  }

  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  const mapping::LocalSchema schema_;
  const CanonicalId canonical_id_;
  const About about_;
  const mapping::expression::Catalogue catalogue_;
  const mapping::expression::Setting language_;
  const SavedFilters* saved_;
  const engine::Heartbeat* heartbeat_;  ///< may be null
  const Timestamp started_at_;
  std::shared_ptr<Look> next_look_;  ///< that has not begun; empty: nobody waits for one
  bool looking_ = false;
  int reads_ = 0;  ///< under way or waiting
  std::shared_ptr<const ConnectionNames> names_ = std::make_shared<const ConnectionNames>();
};

}  // namespace

std::unique_ptr<Service> make_service(
    engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
    mapping::LocalSchema schema, std::function<std::optional<std::string>(const std::string&)> canonical_id,
    About about, mapping::expression::DayStart day_start, const SavedFilters* saved,
    const engine::Heartbeat* heartbeat) {
  return std::make_unique<DaemonService>(scheduler, supervisor, store, std::move(schema),
                                         std::move(canonical_id), std::move(about), std::move(day_start),
                                         saved, heartbeat);
}

}  // namespace prospectd::service
