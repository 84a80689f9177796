#include "tests/contract/connector_contract.h"

#include "tests/support/run_coroutine.h"

namespace prospectd::test {

namespace {
constexpr size_t kPagesMax = 1'000;  // of one reading; more means that it never ends
}

std::vector<std::string> ConnectorContract::Reading::ids() const {
  std::vector<std::string> out;
  for (const mapping::Record& record : records)
    out.push_back(record.id.str());
  return out;
}

const mapping::Record* ConnectorContract::Reading::find(const std::string& id) const {
  for (const mapping::Record& record : records) {
    if (record.id.str() == id) return &record;
  }
  return nullptr;
}

mapping::Value ConnectorContract::Reading::value(const std::string& id, const std::string& field) const {
  const mapping::Record* record = find(id);
  const size_t at = layout == nullptr ? mapping::FieldList::npos : layout->find(field);
  if (record == nullptr || at == mapping::FieldList::npos) return {};
  return record->values[at];
}

FeedQuery ConnectorContract::everything(const std::string& object) const {
  FeedQuery query;
  query.object = object;
  query.fields = {names_.name, names_.text};
  query.upper = org_->now() + seconds{1};
  return query;
}

FeedQuery ConnectorContract::window(const std::string& object, Timestamp lower, Timestamp upper) const {
  FeedQuery query = everything(object);
  query.lower = lower;
  query.upper = upper;
  return query;
}

ConnectorContract::Reading ConnectorContract::read(const FeedQuery& query) {
  Reading out;
  auto page = run(connector().fetch(query));
  while (out.pages < kPagesMax) {
    EXPECT_TRUE(page) << page.error().text();
    if (!page) return out;
    ++out.pages;
    out.layout = page->layout;
    std::move(page->records.begin(), page->records.end(), std::back_inserter(out.records));
    std::move(page->bad.begin(), page->bad.end(), std::back_inserter(out.bad));
    if (page->next.empty()) return out;
    page = run(connector().fetch_next(query, page->next));
  }
  ADD_FAILURE() << "the feed never ends";
  return out;
}

ConnectorContract::Reading ConnectorContract::read_by_id(const std::string& object,
                                                         const std::vector<std::string>& ids) {
  std::vector<RemoteId> wanted;
  for (const std::string& id : ids)
    wanted.emplace_back(id);
  Reading out;
  auto page = run(connector().fetch_by_ids(object, {names_.name, names_.text}, std::move(wanted)));
  EXPECT_TRUE(page) << page.error().text();
  if (!page) return out;
  EXPECT_TRUE(page->next.empty()) << "records by id come in one page";
  out.pages = 1;
  out.layout = page->layout;
  out.records = std::move(page->records);
  out.bad = std::move(page->bad);
  return out;
}

std::vector<std::string> ConnectorContract::create_many(const std::string& object, int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back(org_->create(object, "Person " + std::to_string(i)));
  return ids;
}

}  // namespace prospectd::test
