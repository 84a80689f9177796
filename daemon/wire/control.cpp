#include "daemon/wire/control.h"

#include <filesystem>

#include "base/version.h"
#include "config/time_zone.h"
#include "connectors/salesforce_wire/ids.h"
#include "daemon/api/api.h"
#include "daemon/metrics/metrics.h"
#include "daemon/service/service.h"
#include "daemon/service/verify_schedule.h"
#include "daemon/wire/private_file.h"

namespace prospectd::wire {
namespace {

constexpr size_t kTokenBytes = 32;  // 256 bits (FAULTS A5)
constexpr std::chrono::milliseconds kStopGrace{1'000};

class ServedControl final : public Control {
 public:
  explicit ServedControl(const config::Config& config)
      : address_file_(config.state.directory + "/api.address") {}
  ~ServedControl() override {
    stop();
    std::error_code ignored;
    std::filesystem::remove(address_file_, ignored);
  }

  Result<void> make_services(const ControlSetup& setup) {
    const config::Config& config = setup.config;
    const mapping::LocalSchema schema = config::local_schema_of(config);
    const auto day_start = config::day_starts(config.organization.time_zone);
    const auto canonical_id = [](const std::string& id) { return salesforce_wire::canonical_id(id); };
    PD_ASSIGN(filters, service::make_saved_filters(setup.scheduler, setup.store, schema,
                                                   {day_start, {}, {}, canonical_id}));
    filters_ = std::move(filters);
    PD_ASSIGN(tokens, service::make_tokens(setup.scheduler, setup.store));
    tokens_ = std::move(tokens);
    edits_ = service::make_edits(setup.scheduler, setup.supervisor, setup.store, schema);
    rows_ = service::make_row_edits(setup.scheduler, setup.supervisor, setup.store, schema);
    PD_ASSIGN(answers, service::make_kept_answers(setup.scheduler, setup.store));
    answers_ = std::move(answers);
    dlq_ = service::make_dlq(setup.scheduler, setup.supervisor, setup.store, schema);
    reviews_ = service::make_reviews(setup.scheduler, setup.supervisor, setup.store, schema);
    plans_ = service::make_plans(setup.scheduler, setup.supervisor, setup.store);
    undos_ = service::make_undos(setup.scheduler, setup.supervisor, setup.store, schema);
    service::About about{std::string(version()), config.state.database_file()};
    service_ = service::make_service(setup.scheduler, setup.supervisor, setup.store, schema, canonical_id,
                                     std::move(about), day_start, filters_.get(), &setup.heartbeat);
    PD_ASSIGN(jobs, service::make_jobs(setup.scheduler, setup.supervisor, setup.store, *service_));
    jobs_ = std::move(jobs);
    verifications_ = service::make_verify_schedule(setup.scheduler, setup.supervisor, *jobs_);
    metrics_ = metrics::make_metrics({setup.scheduler, *service_, std::string(version()),
                                      config.state.database_file(),
                                      [&transport = setup.transport] { return transport.requests(); },
                                      [&live = setup.configuration] { return live.reloads(); }});
    return {};
  }

  Result<void> serve(const ControlSetup& setup) {
    const config::Config& config = setup.config;
    api::ApiOptions api_options;
    PD_ASSIGN(token, secret_of_file(config.api.token_file, kTokenBytes));
    api_options.token = std::move(token);
    api_options.configuration = &setup.configuration;
    api_options.metrics = metrics_.get();
    api_options.filters = filters_.get();
    api_options.tokens = tokens_.get();
    api_options.edits = edits_.get();
    api_options.rows = rows_.get();
    api_options.answers = answers_.get();
    api_options.dlq = dlq_.get();
    api_options.reviews = reviews_.get();
    api_options.jobs = jobs_.get();
    api_options.plans = plans_.get();
    api_options.undos = undos_.get();
    PD_ASSIGN(handler, api::make_api(setup.scheduler, *service_, std::move(api_options)));
    http::ServerOptions options;
    options.address = config.api.host;
    options.port = config.api.port;
    PD_ASSIGN(server, http::make_server(setup.io, std::move(options), std::move(handler)));
    server_ = std::move(server);
    const bool v6 = config.api.host.find(':') != std::string::npos;
    address_ = (v6 ? "[" + config.api.host + "]" : config.api.host) + ":" + std::to_string(server_->port());
    return write_private_file(address_file_, address_ + "\n");
  }

  /// Work that an earlier daemon has left goes on.
  void resume() {
    jobs_->resume();
    verifications_->start();
  }

  const std::string& address() const override { return address_; }
  void stop() override {
    if (server_) server_->stop(kStopGrace);
  }

 private:
  std::string address_file_;
  std::string address_;
  std::unique_ptr<service::SavedFilters> filters_;
  std::unique_ptr<service::Tokens> tokens_;
  std::unique_ptr<service::Edits> edits_;
  std::unique_ptr<service::RowEdits> rows_;
  std::unique_ptr<service::KeptAnswers> answers_;
  std::unique_ptr<service::Dlq> dlq_;
  std::unique_ptr<service::Reviews> reviews_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<service::Jobs> jobs_;
  std::unique_ptr<service::Plans> plans_;
  std::unique_ptr<service::Undos> undos_;
  std::unique_ptr<service::VerifySchedule> verifications_;
  std::unique_ptr<metrics::Metrics> metrics_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Control>> make_control(const ControlSetup& setup) {
  auto control = std::make_unique<ServedControl>(setup.config);
  PD_TRY(control->make_services(setup));
  PD_TRY(control->serve(setup));
  control->resume();
  return std::unique_ptr<Control>(std::move(control));
}

}  // namespace prospectd::wire
