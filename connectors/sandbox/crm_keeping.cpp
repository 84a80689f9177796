// What a store that keeps the org between two runs has to know and to put back (org_store.h).
#include <algorithm>

#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {

uint64_t Org::last_number(const Table& table) const {
  return last_number_[place_of(table)];
}

void Org::set_last_number(const Table& table, uint64_t number) {
  uint64_t& last = last_number_[place_of(table)];
  last = std::max(last, number);
}

void Org::track_changes() {
  tracks_changes_ = true;
  for (const auto& table : tables_)
    table->track_changes();
}

void Org::note_schema(std::string_view text) {
  if (std::find(schemas_.begin(), schemas_.end(), text) == schemas_.end()) schemas_.emplace_back(text);
}

}  // namespace prospectd::sandbox
