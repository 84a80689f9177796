#include "daemon/cli/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace prospectd::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kLeastCells = 6;  // of a column that gave way
constexpr size_t kMostCells = 80;  // of a column that may give way, where a line has no bound

std::string line_of(const std::vector<std::string>& cells, const std::vector<Column>& columns,
                    const std::vector<size_t>& widths, size_t limit) {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += pad_to(cut_to(cells[i], widths[i]), widths[i], columns[i].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return limit == 0 ? line : cut_to(line, limit);
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells)
    cell = harmless(cell);
  rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::widths(size_t limit) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = cells_of(columns_[i].title);
    for (const auto& row : rows_)
      width = std::max(width, cells_of(row[i]));
    if (limit == 0 && columns_[i].shrinks) width = std::min(width, kMostCells);
    widths.push_back(width);
  }
  if (limit == 0 || widths.empty()) return widths;
  const size_t gaps = kGap * (widths.size() - 1);
  const auto total = [&] { return std::accumulate(widths.begin(), widths.end(), gaps); };
  while (total() > limit) {
    size_t widest = columns_.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i].shrinks || widths[i] <= kLeastCells) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

std::vector<std::string> Table::lines(const Terminal& terminal) const {
  const std::vector<size_t> columns = widths(terminal.width);
  std::vector<std::string> titles;
  for (const Column& column : columns_)
    titles.push_back(column.title);
  std::vector<std::string> lines;
  lines.push_back(painted(terminal, Tone::kFaint, line_of(titles, columns_, columns, terminal.width)));
  for (const auto& row : rows_)
    lines.push_back(line_of(row, columns_, columns, terminal.width));
  return lines;
}

}  // namespace prospectd::cli
