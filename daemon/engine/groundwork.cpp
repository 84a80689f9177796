#include "daemon/engine/groundwork.h"

#include <algorithm>
#include <utility>

namespace prospectd::engine {

namespace asio = boost::asio;

asio::awaitable<Result<void>> Groundwork::prepare() {
  terms_.connection = c_.connection;
  terms_.policy = c_.options.policy;
  terms_.user_map = &c_.options.user_map;
  terms_.brake = c_.brake;
  // With something left out, it is looked for again each time; the connector remembers describes, so that
  // costs a call an hour, unless a person asks.
  if (c_.maps == nullptr || !c_.maps->alerts.empty()) {
    if (c_.asked_for) c_.options.connector->forget_describes();
    auto compiled = co_await compile_maps(c_.options);
    if (!compiled) co_return std::move(compiled).error();
    c_.maps = *std::move(compiled);
  }
  maps_ = c_.maps;
  PD_TRY_CO(co_await load_editions());
  readings_ = make_readings(*maps_, terms_);
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Groundwork::load_editions() {
  terms_.types = maps_->types;
  Result<void> loaded;
  std::function<void()> work = [this, &loaded] {
    for (size_t i = 0; i < terms_.types.size() && loaded; ++i)
      loaded = load_editions_of(terms_.types[i], maps_->lines[i]);
  };
  co_await c_.scheduler.blocking(std::move(work));
  co_return loaded;
}

Result<void> Groundwork::load_editions_of(reconcile::PersonType& type, const std::vector<uint64_t>& lines) {
  const std::string& object = type.map->object();
  PD_ASSIGN(editions, applier_.editions(c_.connection, object, lines));
  type.edition = editions.current;
  if (const auto read_lines = type.edition_lines(type.map->lines()); read_lines != lines) {
    PD_ASSIGN(read, applier_.editions(c_.connection, object, read_lines));
    editions = std::move(read);
  }
  type.editions = std::move(editions.all);
  terms_.read_editions.push_back(editions.current);
  return {};
}

asio::awaitable<Result<void>> Groundwork::resolve_default_user(std::vector<std::string>& alerts) {
  if (c_.options.default_user_email.empty()) co_return Result<void>{};
  Result<std::optional<UserId>> found = std::optional<UserId>{};
  std::function<void()> work = [this, &found] {
    found = c_.store.user_by_email(c_.options.default_user_email);
  };
  co_await c_.scheduler.blocking(std::move(work));
  if (!found) co_return std::move(found).error();
  terms_.policy.default_user = found->value_or(UserId{});
  if (!*found)
    alerts.push_back("owners.default_user is no user of the CRM; owners without a user stay unassigned");
  co_return Result<void>{};
}

const Reading* Groundwork::people(const std::string& object) const {
  const auto found = std::ranges::find_if(readings_, [&](const Reading& reading) {
    return reading.person != nullptr && reading.object == object;
  });
  return found == readings_.end() ? nullptr : &*found;
}

}  // namespace prospectd::engine
