#include "daemon/engine/record_reader.h"

#include <algorithm>
#include <set>

#include "connectors/writer.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using FirstError = std::optional<Error>;

std::vector<RemoteId> ids_from(const std::vector<RemoteId>& ids, size_t at, size_t most) {
  const size_t end = std::min(ids.size(), at + most);
  return {ids.begin() + static_cast<ptrdiff_t>(at), ids.begin() + static_cast<ptrdiff_t>(end)};
}

bool is_empty(const Page& page) {
  return page.records.empty() && page.bad.empty();
}

}  // namespace

asio::awaitable<Result<FirstError>> RecordReader::read(std::vector<RemoteId> ids, PageSink sink) {
  Writer* writer = connector_.writer();
  std::set<RemoteId> found;
  for (size_t at = 0; writer != nullptr && at < ids.size(); at += kReadBackIdsMax) {
    std::string object = reading_.object;
    std::vector<std::string> fields = reading_.fields;
    std::vector<RemoteId> chunk = ids_from(ids, at, kReadBackIdsMax);
    auto page = co_await writer->read_back(std::move(object), std::move(fields), std::move(chunk));
    if (!page) co_return FirstError(std::move(page).error());
    for (const mapping::Record& record : page->records)
      found.insert(record.id);
    for (const BadRecord& record : page->bad)
      found.insert(record.id);
    if (!is_empty(*page)) PD_TRY_CO(co_await sink(*std::move(page)));
  }
  std::erase_if(ids, [&](const RemoteId& id) { return found.contains(id); });
  co_return co_await fetch(std::move(ids), std::move(sink));  // deleted, merged or converted
}

asio::awaitable<Result<FirstError>> RecordReader::fetch(std::vector<RemoteId> ids, PageSink sink) {
  for (size_t at = 0; at < ids.size(); at += kFetchIdsMax) {
    std::string object = reading_.object;
    std::vector<std::string> fields = reading_.fields;
    std::vector<RemoteId> chunk = ids_from(ids, at, kFetchIdsMax);
    auto page = co_await connector_.fetch_by_ids(std::move(object), std::move(fields), std::move(chunk));
    if (!page) co_return FirstError(std::move(page).error());
    if (!is_empty(*page)) PD_TRY_CO(co_await sink(*std::move(page)));
  }
  co_return FirstError();
}

}  // namespace prospectd::engine
