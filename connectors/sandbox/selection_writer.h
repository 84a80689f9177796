// SelectionWriter: records with their parents and children as the API writes them (SALESFORCE_API §5). It
// borrows the org and the selection; one thread. Records that show nothing but their own fields have a faster
// way, record_writer.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// A list of children that is longer than an answer holds.
struct LongList {
  const Children& children;
  Row parent;
  const std::vector<Row>& rows;
  ChildLists deeper;  ///< the lists of the children's own subqueries
  size_t from;        ///< the first row that is left for the next page
};
/// Keeps the list for later and gives the address of its next page.
using KeepList = std::function<std::string(const LongList&)>;

class SelectionWriter {
 public:
  /// `version` is the path's, "v60.0". Of a list of children at most `children_max` rows are written;
  /// `keep` must outlive the writer.
  SelectionWriter(const Org& org, const Selection& selection, std::string_view version, size_t children_max,
                  const KeepList& keep, MomentForm moments = MomentForm::kText);

  /// Appends one record, and gives how many records that was, children included.
  size_t append(std::string& out, Row row, const ChildLists& lists) const;
  /// How many records append() would write, those of deeper subqueries left out.
  size_t records(Row row, const ChildLists& lists) const;

 private:
  struct Part {
    std::string key;  // ,"Owner":
    const Selection::Column* column;
    std::vector<SelectionWriter> writers;  // of the parents, or the one of the children
  };
  void append_parent(std::string& out, Row row, const Part& part) const;
  size_t append_children(std::string& out, Row row, const Part& part, const ChildLists& lists) const;

  const Org* org_;
  const Selection* selection_;
  size_t children_max_;
  MomentForm moments_;
  const KeepList* keep_;
  std::string head_;
  std::vector<Part> parts_;
};

}  // namespace prospectd::sandbox
