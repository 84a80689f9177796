// A record of the sandbox's organisation as the bytes that a file keeps. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/table.h"

namespace prospectd::wire {

/// Where the columns of a kept row are now; -1: nowhere.
using ColumnMap = std::vector<int>;

/// The rows of one table as it is now. Borrows the table.
class RowCodec {
 public:
  explicit RowCodec(const sandbox::Table& table);

  /// Appends a row's cells, in the order of the columns: for each a byte that tells its form, then the cell's
  /// eight bytes or a text behind the four bytes of its length. Nulls at the end are left out.
  void append(std::string& out, sandbox::Row row) const;
  /// Fills a row of `into`, the same table, that holds nothing but its id. False when the bytes are no row.
  bool fill(std::string_view bytes, const ColumnMap& columns, sandbox::Table& into, sandbox::Row row) const;

 private:
  const sandbox::Table& table_;
  std::vector<const sandbox::Field*> fields_;  // by their columns
};

/// The id in the bytes of a row; empty when there is none. `column` is the kept one.
std::string_view id_in_row(std::string_view bytes, size_t column);

}  // namespace prospectd::wire
