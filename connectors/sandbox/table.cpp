#include "connectors/sandbox/table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "connectors/salesforce_wire/ids.h"

namespace prospectd::sandbox {
namespace {
constexpr Row kNoRow = std::numeric_limits<Row>::max();
constexpr size_t kIndexMin = 1024;
constexpr size_t kTailMin = 4096;
}  // namespace

Table::Table(const ObjectRow& row, TextArena& texts)
    : type_(row), texts_(texts), width_(static_cast<size_t>(type_.columns())), index_(kIndexMin, kNoRow) {}

uint64_t Table::hash_of(std::string_view id) {
  // The running number sits at the end of the first 15 characters; the check characters add nothing.
  uint64_t a = 0;
  uint64_t b = 0;
  std::memcpy(&a, id.data(), sizeof(a));
  std::memcpy(&b, id.data() + salesforce_wire::kShortIdSize - sizeof(b), sizeof(b));
  // What differs between two ids sits in the high bytes, the places of the table in the low ones: mix both
  // ways.
  uint64_t h = a ^ (b * 0x9e37'79b9'7f4a'7c15ULL);
  h = (h ^ (h >> 32)) * 0xbf58'476d'1ce4'e5b9ULL;
  h = (h ^ (h >> 29)) * 0x94d0'49bb'1331'11ebULL;
  return h ^ (h >> 32);
}

void Table::place_in_index(Row row) {
  const size_t mask = index_.size() - 1;
  size_t at = hash_of(id(row)) & mask;
  while (index_[at] != kNoRow)
    at = (at + 1) & mask;
  index_[at] = row;
}

void Table::grow_index() {
  index_.assign(index_.size() * 2, kNoRow);
  for (Row row = 0; row < states_.size(); ++row)
    place_in_index(row);
}

Row Table::append(std::string_view id) {
  const Row row = static_cast<Row>(states_.size());
  if (row % kChunkRows == 0) {
    chunks_.push_back(std::make_shared_for_overwrite<Cell[]>(kChunkRows * width_));
    std::fill_n(chunks_.back().get(), kChunkRows * width_, kNullCell);
  }
  set_text(row, type_.system().id, id);
  if ((states_.size() + 1) * 2 > index_.size()) grow_index();
  states_.push_back(RowState::kLive);
  ++counts_[static_cast<size_t>(RowState::kLive)];
  place_in_index(row);
  return row;
}

std::optional<Row> Table::find(std::string_view id) const {
  if (id.size() != salesforce_wire::kLongIdSize) return std::nullopt;
  const size_t mask = index_.size() - 1;
  for (size_t at = hash_of(id) & mask; index_[at] != kNoRow; at = (at + 1) & mask) {
    if (this->id(index_[at]) == id) return index_[at];
  }
  return std::nullopt;
}

void Table::set_state(Row row, RowState state) {
  touch(row);
  --counts_[static_cast<size_t>(states_[row])];
  ++counts_[static_cast<size_t>(state)];
  states_[row] = state;
  if (type_.system().deleted >= 0) set_flag(row, type_.system().deleted, state != RowState::kLive);
}

double Table::real(Row row, int column) const {
  return std::bit_cast<double>(cell(row, column));
}
void Table::set_real(Row row, int column, double value) {
  set_cell(row, column, std::bit_cast<Cell>(value));
}

void Table::set_text(Row row, int column, std::string_view text) {
  set_cell(row, column, reinterpret_cast<Cell>(texts_.add(text)));
}
void Table::set_shared_text(Row row, int column, std::string_view text) {
  set_cell(row, column, reinterpret_cast<Cell>(texts_.share(text)));
}
void Table::set_datetime(Row row, int column, Timestamp t) {
  set_number(row, column, std::chrono::floor<seconds>(t).time_since_epoch().count());
}
void Table::set_date(Row row, int column, Date d) {
  set_number(row, column, d.time_since_epoch().count());
}

void Table::set_stamp_seconds(Row row, int64_t value) {
  if (!is_null(row, type_.system().stamp) && stamp_seconds(row) == value) return;
  set_number(row, type_.system().stamp, value);
  tail_.push_back({value, row});
  tail_sorted_ = tail_.size() == 1;
}

bool Table::before(const StampEntry& a, const StampEntry& b) const {
  if (a.stamp != b.stamp) return a.stamp < b.stamp;
  return id(a.row) < id(b.row);
}

bool Table::is_current(const StampEntry& e) const {
  return states_[e.row] != RowState::kPurged && stamp_seconds(e.row) == e.stamp;
}

void Table::bring_order_up_to_date() const {
  const auto less = [this](const StampEntry& a, const StampEntry& b) { return before(a, b); };
  if (!tail_sorted_) {
    std::erase_if(tail_, [this](const StampEntry& e) { return !is_current(e); });
    std::sort(tail_.begin(), tail_.end(), less);
    tail_sorted_ = true;
  }
  if (tail_.size() < kTailMin || tail_.size() * 4 < ordered_.size()) return;
  std::erase_if(ordered_, [this](const StampEntry& e) { return !is_current(e); });
  if (ordered_.empty()) {
    ordered_ = std::move(tail_);
  } else {
    const auto middle = static_cast<std::ptrdiff_t>(ordered_.size());
    ordered_.insert(ordered_.end(), tail_.begin(), tail_.end());
    std::inplace_merge(ordered_.begin(), ordered_.begin() + middle, ordered_.end(), less);
  }
  tail_ = {};
}

std::vector<Row> Table::rows_between(int64_t lower, int64_t upper) const {
  bring_order_up_to_date();
  std::vector<Row> out;
  const auto from = [&](const std::vector<StampEntry>& entries) {
    return std::lower_bound(entries.begin(), entries.end(), lower,
                            [](const StampEntry& e, int64_t s) { return e.stamp < s; });
  };
  auto a = from(ordered_);
  auto b = from(tail_);
  const auto open = [&](auto it, const std::vector<StampEntry>& entries) {
    return it != entries.end() && it->stamp < upper;
  };
  while (open(a, ordered_) || open(b, tail_)) {
    const bool take_tail = !open(a, ordered_) || (open(b, tail_) && before(*b, *a));
    const StampEntry& e = take_tail ? *b++ : *a++;
    // A row that was put back may stand twice under its stamp, side by side.
    if (is_current(e) && (out.empty() || out.back() != e.row)) out.push_back(e.row);
  }
  return out;
}

void Table::track_changes() {
  tracks_ = true;
  for (Row row = 0; row < rows(); ++row)
    note_change(row);
}

void Table::forget_changes() {
  for (const Row row : changed_)
    is_changed_[row] = false;
  changed_.clear();
}

void Table::note_change(Row row) {
  if (row >= is_changed_.size()) is_changed_.resize(std::max<size_t>(row + 1, is_changed_.size() * 2));
  if (is_changed_[row]) return;
  is_changed_[row] = true;
  changed_.push_back(row);
}

void Table::unshare(size_t chunk) {
  auto own = std::make_shared_for_overwrite<Cell[]>(kChunkRows * width_);
  std::copy_n(chunks_[chunk].get(), kChunkRows * width_, own.get());
  chunks_[chunk] = std::move(own);
}

// Rows that may be other ones afterwards, those that will be gone too.
void Table::note_differences(const Content& content) {
  const size_t most = std::max(states_.size(), content.states.size());
  for (size_t row = 0; row < most; ++row) {
    const size_t chunk = row / kChunkRows;
    const bool both = row < states_.size() && row < content.states.size();
    const bool same = both && chunks_[chunk] == content.chunks[chunk] && states_[row] == content.states[row];
    if (!same) note_change(static_cast<Row>(row));
  }
}

bool Table::put_back(const Content& content) {
  if (chunks_ == content.chunks && states_ == content.states) return false;
  if (tracks_) note_differences(content);
  chunks_ = content.chunks;
  states_ = content.states;
  width_ = content.width;
  widen();
  std::fill(std::begin(counts_), std::end(counts_), 0);
  size_t places = kIndexMin;
  while (places < (states_.size() + 1) * 2)
    places *= 2;
  index_.assign(places, kNoRow);
  ordered_ = {};
  tail_ = {};
  for (Row row = 0; row < states_.size(); ++row) {
    ++counts_[static_cast<size_t>(states_[row])];
    place_in_index(row);
    tail_.push_back({stamp_seconds(row), row});
  }
  tail_sorted_ = tail_.size() < 2;
  return true;
}

Table::RowImage Table::image(Row row) const {
  const Cell* first = chunks_[row / kChunkRows].get() + (row % kChunkRows) * width_;
  return {std::vector<Cell>(first, first + width_), states_[row]};
}

void Table::restore(Row row, const RowImage& image) {
  touch(row);
  if (states_[row] != image.state) set_state(row, image.state);
  std::copy(image.cells.begin(), image.cells.end(),
            chunks_[row / kChunkRows].get() + (row % kChunkRows) * width_);
  tail_.push_back({stamp_seconds(row), row});
  tail_sorted_ = tail_.size() == 1;
}

const Field* Table::add_custom_text(std::string_view name) {
  const Field* field = type_.add_custom_text(name);
  widen();
  return field;
}

const Field* Table::add_custom(Field field) {
  const Field* added = type_.add_custom(std::move(field));
  widen();
  return added;
}

void Table::widen() {
  const auto width = static_cast<size_t>(type_.columns());
  if (width == width_) return;
  for (auto& chunk : chunks_) {
    auto wider = std::make_shared_for_overwrite<Cell[]>(kChunkRows * width);
    std::fill_n(wider.get(), kChunkRows * width, kNullCell);
    for (size_t r = 0; r < kChunkRows; ++r) {
      std::copy_n(chunk.get() + r * width_, width_, wider.get() + r * width);
    }
    chunk = std::move(wider);
  }
  width_ = width;
}

}  // namespace prospectd::sandbox
