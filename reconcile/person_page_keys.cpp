// keys_of_person_page: whose state deciding a page of people depends on.
#include <unordered_set>

#include "reconcile/page.h"
#include "reconcile/quarantine.h"

namespace prospectd::reconcile {
namespace {

using mapping::MappedRecord;

void add_keys_of(const MappedRecord& record, size_t at, const mapping::FieldMap& map,
                 std::unordered_set<std::string_view>& users, PageKeys& keys) {
  if (record.email_key) {
    keys.emails.push_back(*record.email_key);
    keys.email_owners.push_back(at);
  }
  for (const RemoteId* became : {&record.lineage.merged_into, &record.lineage.converted_contact}) {
    if (!became->empty()) keys.remotes.push_back(*became);
  }
  const auto& entries = map.entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string_view reference = record.values[i].str();
    if (reference.empty()) continue;
    if (entries[i].type == mapping::LocalType::kUser && users.insert(reference).second)
      keys.users.emplace_back(std::string(reference));
    if (entries[i].type == mapping::LocalType::kAccount) {
      keys.accounts.emplace_back(std::string(reference));
      keys.account_owners.push_back(at);
    }
  }
}

}  // namespace

PageKeys keys_of_person_page(ConnectionId connection, const PersonType& type, const MappedPage& page) {
  PageKeys keys;
  keys.connection = connection;
  const size_t n = page.records.size();
  keys.remotes.reserve(n + page.bad.size());
  keys.emails.reserve(n);
  keys.email_owners.reserve(n);
  keys.known.reserve(n);
  for (const MappedRecord& record : page.records) {
    keys.remotes.push_back(record.id);
    keys.known.emplace_back(record.version, record.hash);
  }
  std::unordered_set<std::string_view> users;
  for (size_t at = 0; at < n; ++at)
    add_keys_of(page.records[at], at, *type.map, users, keys);
  add_keys_of_bad(keys, page.bad);
  return keys;
}

}  // namespace prospectd::reconcile
