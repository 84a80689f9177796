#include "daemon/engine/judge.h"

#include <algorithm>

#include "daemon/engine/reading.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using Answer = Result<std::optional<Judgement>>;

std::string condition_of(const ConnectionOptions& options, const std::string& object) {
  const auto type = std::ranges::find_if(
      options.types, [&](const mapping::TypeSpec& spec) { return spec.mapping.object == object; });
  return type == options.types.end() ? std::string() : type->create_when;
}

Error not_decided() {
  return make_error(ErrorCode::kCancelled, "the daemon is stopping: the record was not judged");
}

// A reader is opened where everything else of the store happens, and reads beside it.
asio::awaitable<Answer> decide_here(Scheduler& scheduler, store::Store& store, const Reading& reading,
                                    const FedPage& page, Judgement judgement) {
  if (page.mapped.records.empty()) {
    judgement.unreadable = page.mapped.bad.front().reason;
    co_return std::optional(std::move(judgement));
  }
  Result<std::unique_ptr<store::Reader>> reader = not_decided();
  std::function<void()> open = [&] { reader = store.reader(); };
  co_await scheduler.blocking(std::move(open));
  if (!reader) co_return std::move(reader).error();
  Answer answer = not_decided();
  std::function<void()> work = [&] {
    const auto snapshot = (*reader)->snapshot(page.keys);
    reader->reset();
    if (!snapshot) {
      answer = snapshot.error();
      return;
    }
    judgement.decision = reconcile::judge(*reading.person, page.mapped.records.front(), *snapshot);
    answer = std::optional(std::move(judgement));
  };
  co_await scheduler.reading(std::move(work));
  co_return answer;
}

}  // namespace

asio::awaitable<Answer> judge_record(Scheduler& scheduler, store::Store& store, ConnectionOptions options,
                                     reconcile::ConnectionId connection, std::shared_ptr<const Maps> maps,
                                     RemoteId remote) {
  if (maps == nullptr) {
    auto compiled = co_await compile_maps(options);
    if (!compiled) co_return std::move(compiled).error();
    maps = *std::move(compiled);
  }
  Terms terms;
  terms.connection = connection;
  terms.policy = options.policy;
  terms.types = maps->types;
  terms.read_editions.resize(terms.types.size());
  for (const Reading& reading : make_readings(*maps, terms)) {
    if (reading.person == nullptr) continue;
    std::string object = reading.object;
    std::vector<std::string> fields = reading.fields;
    std::vector<RemoteId> ids{remote};
    auto page =
        co_await options.connector->fetch_by_ids(std::move(object), std::move(fields), std::move(ids));
    if (!page) co_return std::move(page).error().within("asking for " + reading.object);
    if (page->records.empty() && page->bad.empty()) continue;
    const FedPage fed = reading.mapper(*std::move(page));
    Judgement found{options.name, reading.object, {}, condition_of(options, reading.object), {}};
    co_return co_await decide_here(scheduler, store, reading, fed, std::move(found));
  }
  co_return std::optional<Judgement>();
}

}  // namespace prospectd::engine
