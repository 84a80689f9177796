#include "daemon/wire/live_configuration.h"

#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "config/secrets.h"
#include "daemon/wire/connections.h"

namespace prospectd::wire {
namespace {

namespace asio = boost::asio;
using api::SettingInForce;
using config::Change;
using config::Listed;
using config::Loaded;
using config::ReloadReport;

// The values in force: what needs a restart is still what it was.
std::vector<Listed> values_in_force(const std::vector<Listed>& before, const config::Config& running,
                                    const std::vector<Listed>& after, const config::Config& next) {
  std::vector<Listed> values;
  const auto find = [](const std::vector<Listed>& in, const std::string& key) {
    return std::ranges::find_if(in, [&](const Listed& listed) { return listed.key == key; });
  };
  for (const Listed& listed : after) {
    const auto was = find(before, listed.key);
    if (!config::waits_for_restart(listed, running, next) ||
        (was != before.end() && was->value == listed.value)) {
      values.push_back(listed);
    } else if (was != before.end()) {
      values.push_back(*was);
    }
  }
  for (const Listed& listed : before) {
    const bool waits = config::waits_for_restart(listed, running, next);
    if (waits && find(after, listed.key) == after.end()) values.push_back(listed);
  }
  return values;
}

void log_refused(const std::vector<config::Fault>& faults) {
  for (const config::Fault& fault : faults) {
    if (fault.severity == config::Severity::kWarning) continue;
    log::error("config.reload_refused", config::format_fault(fault),
               {{"file", fault.place.file},
                {"line", fault.place.line},
                {"column", fault.place.column},
                {"path", fault.path}});
  }
  log::error("config.reload_refused", "the configuration that was read again is not valid: the old one stays",
             {{"problems", faults.size()}});
}

void log_taken(const ReloadReport& report) {
  const auto waiting = std::ranges::count_if(report.changes, &Change::restart);
  log::info("config.reloaded", "the configuration was read again",
            {{"changed", static_cast<int64_t>(report.changes.size()) - waiting}, {"need_restart", waiting}});
  for (const Change& change : report.changes) {
    if (change.restart)
      log::warn("config.needs_restart", "a change takes effect with the next start", {{"key", change.key}});
  }
  for (const config::Overridden& value : report.overridden) {
    log::info("config.overridden", "a value of the file has no effect",
              {{"key", value.key}, {"place", config::format_place(value.place)}, {"by", value.by_name}});
  }
}

class LiveConfiguration final : public api::Configuration {
 public:
  explicit LiveConfiguration(LiveSetup setup)
      : scheduler_(setup.scheduler),
        supervisor_(setup.supervisor),
        store_(setup.store),
        transport_(setup.transport),
        refresh_tokens_(setup.refresh_tokens),
        path_(setup.loaded.config->path),
        schema_(config::local_schema_of(*setup.loaded.config)),
        values_(std::move(setup.loaded.values)),
        from_files_(std::move(setup.loaded.from_files)),
        read_(*setup.loaded.config),
        running_(*std::move(setup.loaded.config)) {
    reloads_.taken_at = scheduler_.now();
  }

  asio::awaitable<ReloadReport> reload() override {
    Read read;
    std::function<void()> work = [this, &read] { read = read_again(); };
    co_await scheduler_.blocking(std::move(work));
    ReloadReport report;
    report.faults = std::move(read.loaded.faults);
    report.overridden = std::move(read.loaded.overridden);
    if (report.taken()) take(std::move(read.loaded), report);
    note(report);
    report.taken() ? log_taken(report) : log_refused(report.faults);
    co_return report;
  }

  config::ReloadHistory reloads() const override { return reloads_; }

  asio::awaitable<Result<std::vector<SettingInForce>>> settings() override {
    Result<std::vector<store::StoredSetting>> stored = not_read();
    std::function<void()> work = [this, &stored] { stored = read_settings(store_); };
    co_await scheduler_.blocking(std::move(work));
    if (!stored) co_return stored.error();
    std::vector<SettingInForce> list;
    for (const config::SettableKey& key : config::settable_keys())
      list.push_back(in_force(key, *stored));
    co_return list;
  }

  asio::awaitable<Result<SettingInForce>> set(std::string key, std::optional<std::string> value,
                                              std::string actor) override {
    PD_TRY_CO(check(key, value));
    Result<void> written = not_read();
    std::function<void()> work = [&] { written = write(key, value, actor); };
    co_await scheduler_.blocking(std::move(work));
    if (!written) co_return written.error();
    log::info("setting.changed", value ? "a setting was made" : "a setting was taken back", {{"key", key}});
    take_setting(key, value);
    const Result<std::vector<SettingInForce>> all = co_await settings();
    if (!all) co_return all.error();
    for (const SettingInForce& setting : *all) {
      if (setting.about.key == key) co_return setting;
    }
    co_return make_error(ErrorCode::kNotFound, "no setting is called " + key);
  }

 private:
  struct Read {
    Loaded loaded = {
        std::nullopt, std::nullopt, {{config::Severity::kError, {}, "", "the daemon is stopping", ""}},
        {},           {},           {}};
  };

  static Error not_read() { return make_error(ErrorCode::kCancelled, "the daemon is stopping"); }

  static Result<std::vector<store::StoredSetting>> read_settings(store::Store& store) {
    PD_ASSIGN(reader, store.reader());
    return reader->settings();
  }

  // On the worker: everything that blocks.
  Read read_again() const {
    Read read;
    auto settings = stored_settings(store_);
    if (!settings) {
      read.loaded.faults = {
          {config::Severity::kError, config::Place{path_, 0, 0}, "", settings.error().text(), ""}};
      return read;
    }
    config::Above above;
    above.settings = *std::move(settings);
    read.loaded = config::load(path_, above);
    if (!read.loaded.config) return read;
    for (config::Fault& fault : config::check_secrets(*read.loaded.config))
      read.loaded.faults.push_back(std::move(fault));
    return read;
  }

  // Puts what was read in the place of what runs. A secret that is gone in this moment is added to the
  // report, and nothing changed.
  void take(Loaded loaded, ReloadReport& report) {
    config::Config next = *loaded.config;
    report.changes = config::changes_between(values_, read_, loaded.values, next);
    for (Change& change : config::keep_until_restart(next, running_, schema_))
      report.changes.push_back(std::move(change));
    auto options = make_connections(next, transport_, refresh_tokens_);
    if (!options) {
      report.faults.push_back(
          {config::Severity::kError, config::Place{path_, 0, 0}, "", options.error().text(), ""});
      return;
    }
    for (engine::ConnectionOptions& one : *options)
      give(std::move(one));
    configure_log(next.log);
    values_ = values_in_force(values_, running_, loaded.values, *loaded.config);
    from_files_ = std::move(loaded.from_files);
    read_ = *std::move(loaded.config);
    running_ = std::move(next);
  }

  void note(const ReloadReport& report) {
    reloads_.last_taken = report.taken();
    reloads_.refusal.clear();
    if (!report.taken()) {
      ++reloads_.refused;
      const auto is_error = [](const config::Fault& fault) {
        return fault.severity == config::Severity::kError;
      };
      reloads_.refusal = config::format_fault(*std::ranges::find_if(report.faults, is_error));
      return;
    }
    ++reloads_.taken;
    reloads_.taken_at = scheduler_.now();
    reloads_.waiting.clear();
    for (const Change& change : report.changes) {
      if (change.restart) reloads_.waiting.push_back(change.key);
    }
  }

  // The one key changes; what else somebody wrote into the file meanwhile waits for its reload.
  void take_setting(const std::string& key, const std::optional<std::string>& value) {
    const auto of_key = [&](const Listed& listed) { return listed.key == key; };
    const auto now = std::ranges::find_if(values_, of_key);
    const auto below = std::ranges::find_if(from_files_, of_key);
    if (now == values_.end() || below == from_files_.end() || now->origin == config::Layer::kEnvironment)
      return;
    *now = *below;
    if (value) {
      now->value = *value;
      now->origin = config::Layer::kSetting;
      now->place = {};
    }
    config::apply_setting(read_, {key, now->value});
    config::apply_setting(running_, {key, now->value});
    for (const config::Plugin& plugin : running_.plugins)
      give(options_of(running_, plugin));
  }

  void give(engine::ConnectionOptions options) {
    options.schema = schema_;
    static_cast<void>(supervisor_.reconfigure(std::move(options)));  // every name is one that runs
  }

  static Result<void> check(const std::string& key, const std::optional<std::string>& value) {
    if (!config::is_settable(key)) {
      const auto complaint = config::check_setting({key, ""});
      const std::string hint = complaint && !complaint->hint.empty() ? " (" + complaint->hint + ")" : "";
      return make_error(ErrorCode::kNotFound,
                        key + ": " + (complaint ? complaint->message : "not settable") + hint);
    }
    if (!value) return {};
    const auto complaint = config::check_setting({key, *value});
    if (!complaint) return {};
    const std::string hint = complaint->hint.empty() ? "" : " (" + complaint->hint + ")";
    return make_error(ErrorCode::kInvalidInput, key + ": " + complaint->message + hint);
  }

  // On the worker. Nothing is written, and nothing journaled, where the value is the same.
  Result<void> write(const std::string& key, const std::optional<std::string>& value,
                     const std::string& actor) {
    PD_ASSIGN(stored, read_settings(store_));
    std::optional<std::string> before;
    for (const store::StoredSetting& setting : stored) {
      if (setting.name == key) before = setting.value;
    }
    if (before == value) return {};
    const auto json = [](const std::optional<std::string>& text) { return text ? json_quote(*text) : ""; };
    reconcile::Plan plan;
    plan.cause = {"setting", key, actor};
    plan.steps.push_back(reconcile::PutSetting{key, value});
    reconcile::JournalEntry entry;
    entry.reason = reconcile::Reason::kSettingChanged;
    entry.field = key;
    entry.before = json(before);
    entry.after = json(value);
    plan.journal.push_back(std::move(entry));
    PD_ASSIGN(transaction, store_.begin());
    PD_TRY(transaction->apply(plan, scheduler_.now()));
    return transaction->commit();
  }

  SettingInForce in_force(const config::SettableKey& key,
                          const std::vector<store::StoredSetting>& stored) const {
    SettingInForce setting;
    setting.about = key;
    for (const Listed& listed : values_) {
      if (listed.key != key.key) continue;
      setting.value = listed.value;
      setting.origin = listed.origin;
      if (listed.origin == config::Layer::kFile) setting.place = listed.place;
    }
    for (const store::StoredSetting& one : stored) {
      if (one.name == key.key) setting.stored = one;
    }
    return setting;
  }

  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  http::Transport& transport_;
  RefreshTokenFiles* const refresh_tokens_;
  const std::string path_;
  const mapping::LocalSchema schema_;  ///< the store's, until a restart
  std::vector<Listed> values_;         ///< in force
  std::vector<Listed> from_files_;     ///< what stands below the settings
  config::Config read_;                ///< as it was read last
  config::Config running_;             ///< what of that is in force
  config::ReloadHistory reloads_;
};

}  // namespace

std::unique_ptr<api::Configuration> make_live_configuration(LiveSetup setup) {
  return std::make_unique<LiveConfiguration>(std::move(setup));
}

Result<std::vector<config::Setting>> stored_settings(store::Store& store) {
  PD_ASSIGN(reader, store.reader());
  PD_ASSIGN(stored, reader->settings());
  std::vector<config::Setting> settings;
  for (const store::StoredSetting& setting : stored)
    settings.push_back({setting.name, setting.value});
  return settings;
}

void configure_log(const config::Log& options) {
  const bool terminal = options.format == config::LogFormat::kTerminal ||
                        (options.format == config::LogFormat::kAuto && ::isatty(STDERR_FILENO) == 1);
  log::configure(terminal ? log::Format::kTerminal : log::Format::kJson, options.level);
}

}  // namespace prospectd::wire
