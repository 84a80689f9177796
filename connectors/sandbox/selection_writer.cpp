#include "connectors/sandbox/selection_writer.h"

#include <algorithm>

#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/record_writer.h"

namespace prospectd::sandbox {
namespace {

// The children of a row in one of the lists; nullptr when it has none.
const std::vector<Row>* children_in(const ChildLists& lists, size_t at, Row row) {
  if (lists == nullptr) return nullptr;
  const auto found = (*lists)[at].of.find(row);
  return found == (*lists)[at].of.end() ? nullptr : &found->second;
}

}  // namespace

SelectionWriter::SelectionWriter(const Org& org, const Selection& selection, std::string_view version,
                                 size_t children_max, const KeepList& keep, MomentForm moments)
    : org_(&org), selection_(&selection), children_max_(children_max), moments_(moments), keep_(&keep) {
  head_ = "{\"attributes\":{\"type\":\"" + selection.type_name + "\",\"url\":\"/services/data/" +
          std::string(version) + "/sobjects/" + std::string(selection.table->type().name()) + "/";
  for (const Selection::Column& column : selection.columns) {
    Part part{",", &column, {}};
    append_quoted(part.key, column.name);
    part.key += ':';
    for (const Selection& parent : column.parents)
      part.writers.emplace_back(org, parent, version, children_max, keep, moments);
    if (column.children != nullptr)
      part.writers.emplace_back(org, *column.children->query.selection, version, children_max, keep, moments);
    parts_.push_back(std::move(part));
  }
}

size_t SelectionWriter::append(std::string& out, Row row, const ChildLists& lists) const {
  size_t written = 1;
  out += head_;
  out += selection_->table->id(row);
  out += "\"}";
  for (const Part& part : parts_) {
    out += part.key;
    const Selection::Column& column = *part.column;
    if (column.field != nullptr) {
      append_field(out, *selection_->table, row, *column.field, moments_);
    } else if (column.reference != nullptr) {
      append_parent(out, row, part);
    } else if (column.children != nullptr) {
      written += append_children(out, row, part, lists);
    } else if (column.constant.empty()) {
      out += "null";
    } else {
      append_quoted(out, column.constant);
    }
  }
  out += '}';
  return written;
}

size_t SelectionWriter::records(Row row, const ChildLists& lists) const {
  size_t count = 1;
  for (const Part& part : parts_) {
    if (part.column->children == nullptr) continue;
    const auto* rows = children_in(lists, part.column->children_at, row);
    if (rows != nullptr) count += std::min(rows->size(), children_max_);
  }
  return count;
}

void SelectionWriter::append_parent(std::string& out, Row row, const Part& part) const {
  const auto place = follow(*org_, {selection_->table, row}, Hop{part.column->reference, nullptr});
  for (const SelectionWriter& writer : part.writers) {
    if (!place || writer.selection_->table != place->table) continue;
    // TYPEOF without a word for this type shows nothing of it.
    if (part.column->type_of && writer.parts_.empty()) break;
    writer.append(out, place->row, nullptr);
    return;
  }
  out += "null";
}

size_t SelectionWriter::append_children(std::string& out, Row row, const Part& part,
                                        const ChildLists& lists) const {
  const Children& children = *part.column->children;
  const std::vector<Row>* rows = children_in(lists, part.column->children_at, row);
  if (rows == nullptr) {
    out += "null";
    return 0;
  }
  const ChildLists& deeper = (*lists)[part.column->children_at].deeper;
  const size_t shown = std::min(rows->size(), children_max_);
  out += "{\"totalSize\":";
  append_number(out, static_cast<int64_t>(rows->size()));
  if (shown < rows->size()) {
    out += ",\"done\":false,\"nextRecordsUrl\":\"" + (*keep_)({children, row, *rows, deeper, shown}) + "\"";
  } else {
    out += ",\"done\":true";
  }
  out += ",\"records\":[";
  size_t written = 0;
  for (size_t i = 0; i < shown; ++i) {
    const Row child = (*rows)[i];
    if (children.query.table->state(child) == RowState::kPurged) continue;
    if (written > 0) out += ',';
    written += part.writers.front().append(out, child, deeper);
  }
  out += "]}";
  return written;
}

}  // namespace prospectd::sandbox
