// Table: the records of one object. Values are eight bytes a column in chunks that never move, texts live in
// the org's arena; an id finds its row through an open-addressed table of row numbers, and (SystemModstamp,
// Id) is kept in order so that a feed's window costs what it returns. It checks nothing: that is the
// org's part (crm_model.h). One owner (the org), one thread; const calls may bring the order up to date.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "connectors/sandbox/schema.h"
#include "connectors/sandbox/text_arena.h"

namespace prospectd::sandbox {

using Row = uint32_t;

enum class RowState : uint8_t {
  kLive,
  kDeleted,  ///< in the recycle bin: queryAll shows it
  kPurged,   ///< gone for good; only its row number is still taken
};

/// A value in eight bytes: what is in it follows from its field's kind.
using Cell = uint64_t;
/// No text lives at this address, no count and no day is this great, and as a double it is no number.
constexpr Cell kNullCell = 0x7ff8'dead'0000'0001ULL;

class Table {
 public:
  Table(const ObjectRow& row, TextArena& texts);

  const ObjectType& type() const { return type_; }
  /// As ObjectType::set_key_prefix; only for a table without rows.
  void set_key_prefix(std::string_view prefix) { type_.set_key_prefix(prefix); }
  ObjectType& type_to_change() { return type_; }
  /// Rows ever given out, purged ones too; they are 0 … rows() − 1.
  size_t rows() const { return states_.size(); }
  size_t count(RowState state) const { return counts_[static_cast<size_t>(state)]; }

  /// A new live row with every value null but Id. The id is in its 18-character form and not in the table.
  Row append(std::string_view id);
  /// The row of an 18-character id, in whatever state.
  std::optional<Row> find(std::string_view id) const;

  RowState state(Row row) const { return states_[row]; }
  /// Sets IsDeleted too, where the object has it.
  void set_state(Row row, RowState state);

  bool is_null(Row row, int column) const { return cell(row, column) == kNullCell; }
  Cell cell(Row row, int column) const {
    return chunks_[row / kChunkRows][(row % kChunkRows) * width_ + column];
  }
  std::string_view text(Row row, int column) const {
    const Cell c = cell(row, column);
    return c == kNullCell ? std::string_view{} : TextArena::read(reinterpret_cast<const char*>(c));
  }
  bool flag(Row row, int column) const { return cell(row, column) == 1; }
  int64_t number(Row row, int column) const { return static_cast<int64_t>(cell(row, column)); }
  double real(Row row, int column) const;
  std::string_view id(Row row) const { return text(row, type_.system().id); }
  /// SystemModstamp in whole seconds since 1970.
  int64_t stamp_seconds(Row row) const { return number(row, type_.system().stamp); }

  void set_cell(Row row, int column, Cell value) {
    touch(row);
    chunks_[row / kChunkRows][(row % kChunkRows) * width_ + column] = value;
  }
  void set_null(Row row, int column) { set_cell(row, column, kNullCell); }
  void set_text(Row row, int column, std::string_view text);
  /// For texts that repeat: one copy for all.
  void set_shared_text(Row row, int column, std::string_view text);
  void set_flag(Row row, int column, bool value) { set_cell(row, column, value ? 1 : 0); }
  void set_number(Row row, int column, int64_t value) { set_cell(row, column, static_cast<Cell>(value)); }
  void set_real(Row row, int column, double value);
  /// Datetimes are whole seconds since 1970, dates whole days.
  void set_datetime(Row row, int column, Timestamp t);
  void set_date(Row row, int column, Date d);
  void set_stamp_seconds(Row row, int64_t seconds);

  /// Rows that are not purged, with lower ≤ SystemModstamp < upper (seconds), in the order of
  /// (SystemModstamp, Id).
  std::vector<Row> rows_between(int64_t lower, int64_t upper) const;

  /// As ObjectType::add_custom_text; rows that are there get null.
  const Field* add_custom_text(std::string_view name);
  /// As ObjectType::add_custom; rows that are there get null.
  const Field* add_custom(Field field);

  /// From now on remembers which rows were touched since forget_changes(); those that are there count as
  /// such.
  void track_changes();
  const std::vector<Row>& changed() const { return changed_; }
  void forget_changes();

  /// All rows as they are; cheap, because what is not changed afterwards is shared.
  struct Content {
    std::vector<std::shared_ptr<Cell[]>> chunks;
    std::vector<RowState> states;
    size_t width = 0;
  };
  Content content() const { return {chunks_, states_, width_}; }
  /// Makes the rows again what they were; fields that have come since are null. True when that changed any.
  bool put_back(const Content& content);
  /// What a table held before it was made: nothing.
  bool put_back_nothing() { return put_back({{}, {}, width_}); }

  /// A row as it is, for putting it back.
  struct RowImage {
    std::vector<Cell> cells;
    RowState state = RowState::kLive;
  };
  RowImage image(Row row) const;
  /// Makes a row again what it was when the image was taken. No field may have been added since.
  void restore(Row row, const RowImage& image);

 private:
  struct StampEntry {
    int64_t stamp;
    Row row;
  };
  static constexpr size_t kChunkRows = 1024;

  bool before(const StampEntry& a, const StampEntry& b) const;
  bool is_current(const StampEntry& e) const;
  void bring_order_up_to_date() const;
  // Comes before every change of a row.
  void touch(Row row) {
    if (chunks_[row / kChunkRows].use_count() > 1) unshare(row / kChunkRows);
    if (tracks_) note_change(row);
  }
  void unshare(size_t chunk);
  void note_change(Row row);
  void note_differences(const Content& content);
  void widen();
  void grow_index();
  void place_in_index(Row row);
  static uint64_t hash_of(std::string_view id);

  ObjectType type_;
  TextArena& texts_;
  size_t width_;
  std::vector<std::shared_ptr<Cell[]>> chunks_;  // shared with contents that were taken
  std::vector<RowState> states_;
  size_t counts_[3] = {0, 0, 0};
  bool tracks_ = false;
  std::vector<Row> changed_;
  std::vector<bool> is_changed_;  // by row
  std::vector<Row> index_;        // open addressing; kNoRow is an empty place
  // Entries whose row has another stamp by now are stale and passed over. New ones wait in the tail, which is
  // sorted when somebody asks and joined to the rest when it has grown.
  mutable std::vector<StampEntry> ordered_;
  mutable std::vector<StampEntry> tail_;
  mutable bool tail_sorted_ = true;
};

}  // namespace prospectd::sandbox
