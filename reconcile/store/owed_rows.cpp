#include "reconcile/store/owed_rows.h"

#include <algorithm>

#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

ProspectId prospect_of_address(int64_t id) {
  return {id / kAddressesMax};
}

ProspectId prospect_of_link(int64_t id) {
  return {id / kConnectionsMax};
}

}  // namespace

void OwedRows::add(const AddressRow& row) {
  note(row.key_hash);
  addresses_.push_back({row.id, static_cast<int32_t>(row.key_hash), static_cast<uint32_t>(text_.size()),
                        static_cast<uint32_t>(row.key.size()), static_cast<uint32_t>(row.typed.size())});
  text_.append(row.key).append(row.typed);
}

void OwedRows::add(const LinkRow& row) {
  note(row.remote_hash);
  links_.push_back({row.id, row.version, row.hash, row.edition, static_cast<int32_t>(row.remote_hash),
                    static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(row.remote.size()),
                    static_cast<uint32_t>(row.object.size()), row.deleted ? 1U : 0U});
  text_.append(row.remote).append(row.object);
}

std::vector<ProspectId> OwedRows::with_address(int64_t key_hash) const {
  std::vector<ProspectId> found;
  if (hashes_.is_surely_new(key_hash)) return found;
  for (const Address& row : addresses_) {
    if (row.key_hash == key_hash) found.push_back(prospect_of_address(row.id));
  }
  return found;
}

std::vector<ProspectId> OwedRows::with_link(int64_t remote_hash) const {
  std::vector<ProspectId> found;
  if (hashes_.is_surely_new(remote_hash)) return found;
  for (const Link& row : links_) {
    if (row.remote_hash == remote_hash) found.push_back(prospect_of_link(row.id));
  }
  return found;
}

OwedRows::Rows OwedRows::take(ProspectId prospect) {
  Rows rows;
  std::erase_if(addresses_, [&](const Address& row) {
    if (prospect_of_address(row.id) != prospect) return false;
    rows.addresses.push_back(row_of(row));
    return true;
  });
  std::erase_if(links_, [&](const Link& row) {
    if (prospect_of_link(row.id) != prospect) return false;
    rows.links.push_back(row_of(row));
    return true;
  });
  return rows;
}

void OwedRows::sort() {
  std::ranges::sort(addresses_, {}, &Address::key_hash);
  std::ranges::sort(links_, {}, &Link::remote_hash);
}

AddressRow OwedRows::row_of(const Address& row) const {
  const std::string_view text = std::string_view(text_).substr(row.at);
  return {row.id, row.key_hash, text.substr(0, row.key), text.substr(row.key, row.typed)};
}

LinkRow OwedRows::row_of(const Link& row) const {
  const std::string_view text = std::string_view(text_).substr(row.at);
  return {row.id,      row.remote_hash, text.substr(0, row.remote), text.substr(row.remote, row.object),
          row.version, row.hash,        row.deleted != 0,           row.edition};
}

}  // namespace prospectd::store
