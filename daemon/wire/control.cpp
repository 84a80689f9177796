#include "daemon/wire/control.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/version.h"
#include "connectors/salesforce_wire/ids.h"
#include "daemon/api/api.h"
#include "daemon/service/service.h"

namespace prospectd::wire {
namespace {

constexpr size_t kTokenBytes = 32;  // 256 bits (FAULTS A5)
constexpr std::chrono::milliseconds kStopGrace{1'000};

Error file_error(const std::string& path, const char* what) {
  return make_error(ErrorCode::kConfigInvalid, std::string(what) + " " + path + ": " + std::strerror(errno));
}

// Writes a small file whole: a reader sees the old one or the new one, never a part.
Result<void> write_private(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return file_error(fresh, "can't write");
  const ssize_t written = ::write(fd, content.data(), content.size());
  const bool whole = written == static_cast<ssize_t>(content.size());
  if (::close(fd) != 0 || !whole) return file_error(fresh, "can't write");
  if (::rename(fresh.c_str(), path.c_str()) != 0) return file_error(path, "can't write");
  return {};
}

Result<Secret> token_of(const std::string& path) {
  if (!std::filesystem::exists(path)) PD_TRY(write_private(path, random_hex(kTokenBytes) + "\n"));
  return read_secret_file(path);
}

class ServedControl final : public Control {
 public:
  ServedControl(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
                const config::Config& config)
      : address_file_(config.state.directory + "/api.address") {
    service::About about{std::string(version()), config.state.database_file()};
    service_ = service::make_service(
        scheduler, supervisor, store, config::local_schema_of(config),
        [](const std::string& id) { return salesforce_wire::canonical_id(id); }, std::move(about));
  }
  ~ServedControl() override {
    stop();
    std::error_code ignored;
    std::filesystem::remove(address_file_, ignored);
  }

  Result<void> serve(boost::asio::io_context& io, engine::Scheduler& scheduler,
                     const config::Config& config) {
    api::ApiOptions api_options;
    PD_ASSIGN(token, token_of(config.api.token_file));
    api_options.token = std::move(token);
    PD_ASSIGN(handler, api::make_api(scheduler, *service_, std::move(api_options)));
    http::ServerOptions options;
    options.address = config.api.host;
    options.port = config.api.port;
    PD_ASSIGN(server, http::make_server(io, std::move(options), std::move(handler)));
    server_ = std::move(server);
    const bool v6 = config.api.host.find(':') != std::string::npos;
    address_ = (v6 ? "[" + config.api.host + "]" : config.api.host) + ":" + std::to_string(server_->port());
    return write_private(address_file_, address_ + "\n");
  }

  const std::string& address() const override { return address_; }
  void stop() override {
    if (server_) server_->stop(kStopGrace);
  }

 private:
  std::string address_file_;
  std::string address_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Control>> make_control(boost::asio::io_context& io, const config::Config& config,
                                              engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                              store::Store& store) {
  auto control = std::make_unique<ServedControl>(scheduler, supervisor, store, config);
  PD_TRY(control->serve(io, scheduler, config));
  return std::unique_ptr<Control>(std::move(control));
}

}  // namespace prospectd::wire
