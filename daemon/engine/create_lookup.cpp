#include "daemon/engine/create_lookup.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "mapping/email_key.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
namespace field = mapping::field;

const mapping::MapEntry* email_entry(const mapping::FieldMap& map) {
  if (const mapping::MapEntry* inward = map.inward(field::kEmail)) return inward;
  const auto found = std::ranges::find(map.entries(), field::kEmail, &mapping::MapEntry::local);
  return found == map.entries().end() ? nullptr : &*found;
}

// The record's owner as the CRM names it; empty where that is not mapped.
std::string owner_of(const mapping::FieldMap& map, const mapping::MappedRecord& record) {
  const auto& entries = map.entries();
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i].local == field::kOwner) return std::string(record.values[i].str());
  return {};
}

}  // namespace

asio::awaitable<Result<std::vector<FoundFor>>> CreateLookup::find(
    const std::vector<reconcile::OutboxEntry>& entries, const reconcile::PushScene& scene) {
  keys_.connection = c_.connection;
  std::vector<FoundFor> all;
  for (const reconcile::OutboxEntry& entry : entries) {
    const auto prospect = scene.prospects.find(entry.prospect);
    if (prospect != scene.prospects.end() && !scene.links.contains(entry.prospect)) {
      const auto& addresses = prospect->second.addresses;
      for (size_t at = 0; at < addresses.size(); ++at)
        wanted_.emplace(addresses[at].key, Wanted{all.size(), at});
      // What an earlier attempt may have made has the address that was sent, whatever the prospect's is now.
      if (const auto sent = entry.address_in_doubt())
        wanted_.emplace(*sent, Wanted{all.size(), addresses.size()});
    }
    all.push_back({entry, {}, false});
  }
  for (size_t type = 0; type < ground_.terms().types.size() && !wanted_.empty(); ++type)
    PD_TRY_CO(co_await look_in(type, all));
  PD_TRY_CO(co_await add_contacts(all));
  co_return all;
}

asio::awaitable<Result<void>> CreateLookup::look_in(size_t type, std::vector<FoundFor>& all) {
  if (email_entry(*ground_.terms().types[type].map) == nullptr) co_return Result<void>{};
  std::deque<std::vector<mapping::Value>> questions;
  for (const auto& [key, who] : wanted_) {
    if (questions.empty() || questions.back().size() == kLookupValuesMax) questions.emplace_back();
    questions.back().emplace_back(key);
  }
  while (!questions.empty()) {
    std::vector<mapping::Value> values = std::move(questions.front());
    questions.pop_front();
    auto page = co_await ask(type, values);
    if (!page) co_return std::move(page).error();
    // One that can't be read keeps no others back: who has its address is found by asking for fewer.
    if (!page->bad.empty() && values.size() > 1) {
      const auto half = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
      questions.emplace_front(half, values.end());
      values.erase(half, values.end());
      questions.push_front(std::move(values));
      continue;
    }
    if (!page->bad.empty()) all[wanted_.at(std::string(values.front().str())).entry].unreadable = true;
    add(type, *std::move(page), all);
  }
  co_return Result<void>{};
}

asio::awaitable<Result<Page>> CreateLookup::ask(size_t type, std::vector<mapping::Value> values) {
  const mapping::FieldMap& map = *ground_.terms().types[type].map;
  Lookup lookup;
  lookup.object = map.object();
  lookup.field = email_entry(map)->spec.remote;
  lookup.fields = map.remote_fields();
  lookup.values = std::move(values);
  co_return co_await writer_.find(std::move(lookup));
}

void CreateLookup::add(size_t type, Page page, std::vector<FoundFor>& all) {
  const reconcile::PersonType& person = ground_.terms().types[type];
  const FedPage fed = ground_.people(person.map->object())->mapper(std::move(page));
  merge_keys(fed.keys);
  for (const mapping::MappedRecord& record : fed.mapped.records)
    add_record(type, record, owner_of(*person.map, record), all);
}

void CreateLookup::add_record(size_t type, const mapping::MappedRecord& record, const std::string& owner,
                              std::vector<FoundFor>& all) {
  // One that is asked for by its id may come out of the recycle bin: nobody is linked to it (§3).
  if (record.deleted) return;
  std::vector<Wanted> for_whom;
  if (const auto stands = contacts_.find(record.id); stands != contacts_.end()) for_whom = stands->second;
  const auto by_address = record.email_key ? wanted_.find(*record.email_key) : wanted_.end();
  if (by_address != wanted_.end()) for_whom.push_back(by_address->second);
  for (const Wanted& who : for_whom) {
    if (!record.lineage.converted_contact.empty()) {
      contacts_[record.lineage.converted_contact].push_back(who);
      continue;
    }
    auto& found = all[who.entry].found;
    const auto same = [&](const reconcile::FoundRecord& one) { return one.record.id == record.id; };
    if (std::ranges::none_of(found, same)) found.push_back({type, record, {}, who.address, owner});
  }
}

// A converted lead stands for its contact, whatever address that has.
asio::awaitable<Result<void>> CreateLookup::add_contacts(std::vector<FoundFor>& all) {
  if (contacts_.empty()) co_return Result<void>{};
  std::vector<RemoteId> ids;
  for (const auto& [id, who] : contacts_)
    ids.push_back(id);
  const auto& types = ground_.terms().types;
  for (size_t type = 0; type < types.size(); ++type) {
    const std::string& object = types[type].map->object();
    const bool becomes = std::ranges::any_of(
        types, [&](const reconcile::PersonType& one) { return one.conversion_object == object; });
    if (!becomes) continue;
    for (size_t at = 0; at < ids.size(); at += kReadBackIdsMax) {
      const size_t end = std::min(ids.size(), at + kReadBackIdsMax);
      std::vector<RemoteId> chunk(ids.begin() + static_cast<ptrdiff_t>(at),
                                  ids.begin() + static_cast<ptrdiff_t>(end));
      std::string name = object;
      auto page =
          co_await writer_.read_back(std::move(name), types[type].map->remote_fields(), std::move(chunk));
      if (!page) co_return std::move(page).error();
      add(type, *std::move(page), all);
    }
  }
  co_return Result<void>{};
}

asio::awaitable<Result<FoundFor>> CreateLookup::fetch(reconcile::OutboxEntry entry, RemoteId record) {
  keys_.connection = c_.connection;
  std::vector<FoundFor> all{{std::move(entry), {}, false}};
  contacts_[record].push_back(Wanted{0, 0});
  const auto& types = ground_.terms().types;
  for (size_t type = 0; type < types.size() && all.front().found.empty(); ++type) {
    std::string object = types[type].map->object();
    std::vector<RemoteId> ids{record};
    auto page =
        co_await writer_.read_back(std::move(object), types[type].map->remote_fields(), std::move(ids));
    if (!page) {
      const ErrorClass kind = page.error().error_class();
      if (kind == ErrorClass::kRecord || kind == ErrorClass::kConfig) continue;  // none of this type
      co_return std::move(page).error();
    }
    add(type, *std::move(page), all);
  }
  co_return std::move(all.front());
}

void CreateLookup::merge_keys(const reconcile::PageKeys& keys) {
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(keys_.remotes, keys.remotes);
  append(keys_.users, keys.users);
  append(keys_.accounts, keys.accounts);
}

}  // namespace prospectd::engine
