#include "daemon/metrics/metrics.h"

#include <algorithm>

#include "daemon/metrics/exposition.h"
#include "daemon/metrics/machine.h"

namespace prospectd::metrics {
namespace {

namespace asio = boost::asio;

class GatheredMetrics final : public Metrics {
 public:
  explicit GatheredMetrics(Sources sources) : from_(std::move(sources)), started_at_(from_.scheduler.now()) {}

  asio::awaitable<std::string> exposition() override {
    Figures figures;
    const Result<std::shared_ptr<const service::Status>> status = co_await from_.service.status();
    std::function<void()> look = [this, &figures] {
      figures.process = process_figures();
      figures.storage = storage_figures(from_.database);
    };
    co_await from_.scheduler.reading(std::move(look));
    figures.version = from_.version;
    figures.now = from_.scheduler.now();
    figures.started_at = started_at_;
    figures.checks = from_.service.readiness();
    figures.requests = from_.requests();
    figures.reloads = from_.reloads();
    figures.connections = status ? (*status)->connections : from_.service.connections();
    if (status) {
      figures.totals = (*status)->totals;
      figures.cursors = named((*status)->cursors, figures.connections);
    }
    co_return metrics::exposition(figures);
  }

 private:
  // Cursors of connections that the configuration does not name any more have nothing to tell.
  std::vector<CursorFigure> named(const std::vector<store::ObjectCursor>& cursors,
                                  const std::vector<engine::ConnectionStatus>& connections) const {
    std::vector<CursorFigure> out;
    for (const store::ObjectCursor& cursor : cursors) {
      const std::string name = from_.service.connection_name(cursor.connection);
      const auto same = [&](const engine::ConnectionStatus& one) { return one.name == name; };
      if (std::ranges::any_of(connections, same)) out.push_back({name, cursor.object, cursor.cursor});
    }
    return out;
  }

  const Sources from_;
  const Timestamp started_at_;
};

}  // namespace

std::unique_ptr<Metrics> make_metrics(Sources sources) {
  return std::make_unique<GatheredMetrics>(std::move(sources));
}

}  // namespace prospectd::metrics
