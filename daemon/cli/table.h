// Table: rows in columns that fit a terminal. Texts are made harmless; where the columns are too wide for a
// line, the widest of those that may shrink give way, and what is cut ends in "…"; where a line has no bound,
// through a pipe, they are cut at 80 cells. Programs read --json, where all is whole. A row is always one
// line. Pure, one thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/terminal.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {

struct Column {
  std::string title;
  bool shrinks = false;  ///< gives way when the line is too narrow
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell for each column; missing ones are empty.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// The lines, title first; every line at most `terminal.width` cells where that is not 0.
  std::vector<std::string> lines(const Terminal& terminal) const;

 private:
  std::vector<size_t> widths(size_t limit) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace prospectd::cli
