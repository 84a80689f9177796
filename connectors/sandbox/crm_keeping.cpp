// What it takes to keep the org between two runs (org_store.h), and to go back to what it was (snapshots.h).
#include <algorithm>

#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/key_index.h"

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

Org::Image Org::image() const {
  Image image;
  for (const auto& table : tables_) {
    image.tables.push_back(table->content());
    image.records += table->count(RowState::kLive) + table->count(RowState::kDeleted);
  }
  return image;
}

void Org::put_back(const Image& image) {
  const Recording recording(*this);
  pending_.clear();
  indexes_.clear();
  run_as_.clear();
  for (size_t i = 0; i < tables_.size(); ++i) {
    Table& table = *tables_[i];
    const bool changed = i < image.tables.size() ? table.put_back(image.tables[i]) : table.put_back_nothing();
    if (changed) recorder_.note_all(table);
  }
  // Nobody can work in an organisation without a user.
  run_as_user();
}

void Org::note_schema(std::string_view text) {
  if (std::find(schemas_.begin(), schemas_.end(), text) == schemas_.end()) schemas_.emplace_back(text);
}

}  // namespace prospectd::sandbox
