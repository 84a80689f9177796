// Bringing rows together: one pass over the rows for each set of keys that ROLLUP or CUBE asks for.
#include <bit>
#include <cmath>
#include <iterator>
#include <set>
#include <unordered_map>

#include "connectors/sandbox/soql_evaluate.h"

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;
using soql::Function;

/// One aggregate of one group while rows are added.
struct Accumulator {
  int64_t count = 0;
  double sum = 0;
  Datum extreme = {};         // of MIN and MAX
  Datum extreme_folded = {};  // the same, to compare with
  std::set<std::string> distinct = {};
};

/// Which keys a group has, by their places.
using KeySet = uint32_t;

std::vector<KeySet> key_sets(const Grouping& grouping) {
  const size_t count = grouping.keys.size();
  // Only ROLLUP and CUBE need bits, and they have few keys.
  if (grouping.kind == soql::GroupBy::Kind::kPlain) return {~KeySet{0}};
  std::vector<KeySet> sets;
  for (KeySet set = (KeySet{1} << count); set-- > 0;) {
    const bool is_prefix = (set & (set + 1)) == 0;
    if (grouping.kind == soql::GroupBy::Kind::kCube || is_prefix) sets.push_back(set);
  }
  return sets;
}

bool has_key(const Grouping& grouping, KeySet set, size_t key) {
  return grouping.kind == soql::GroupBy::Kind::kPlain || (set >> key & 1) != 0;
}

// Values that are equal, and only those, give the same text.
std::string identity_of(const Datum& value) {
  if (value.null) return "-";
  const Datum plain = folded(value);
  return std::to_string(plain.text.size()) + ":" + plain.text + ":" + std::to_string(plain.whole) + ":" +
         std::to_string(std::bit_cast<uint64_t>(plain.real));
}

class Groups {
 public:
  Groups(const BoundQuery& query, KeySet set)
      : org_(*query.org), table_(*query.table), grouping_(*query.grouping), set_(set) {}

  void add(Row row) {
    std::vector<Datum> keys;
    std::string identity;
    for (size_t i = 0; i < grouping_.keys.size(); ++i) {
      Datum value;
      value.kind = kind_of(grouping_.keys[i]);
      if (has_key(grouping_, set_, i)) value = read_source(org_, {&table_, row}, grouping_.keys[i]);
      identity += identity_of(value);
      identity += '|';
      keys.push_back(std::move(value));
    }
    const auto [at, is_new] = places_.try_emplace(std::move(identity), groups_.size());
    if (is_new) open(std::move(keys));
    Group& group = groups_[at->second];
    for (size_t i = 0; i < grouping_.aggregates.size(); ++i)
      accumulate(grouping_.aggregates[i], row, group.accumulators[i]);
  }

  // Without keys there is a group even of no rows.
  std::vector<Cells> finish() {
    if (grouping_.keys.empty() && groups_.empty()) open({});
    std::vector<Cells> out;
    for (Group& group : groups_) {
      Cells cells = std::move(group.keys);
      for (size_t i = 0; i < grouping_.aggregates.size(); ++i)
        cells.push_back(result(grouping_.aggregates[i], group.accumulators[i]));
      out.push_back(std::move(cells));
    }
    return out;
  }

 private:
  struct Group {
    std::vector<Datum> keys;
    std::vector<Accumulator> accumulators;
  };

  void open(std::vector<Datum> keys) {
    groups_.push_back({std::move(keys), std::vector<Accumulator>(grouping_.aggregates.size())});
  }

  void accumulate(const Grouping::Aggregate& aggregate, Row row, Accumulator& to) const {
    if (aggregate.function == Function::kGrouping) return;
    const Datum value = read_source(org_, {&table_, row}, aggregate.source);
    if (value.null) return;
    ++to.count;
    switch (aggregate.function) {
      case Function::kCountDistinct:
        to.distinct.insert(identity_of(value));
        break;
      case Function::kSum:
      case Function::kAvg:
        to.sum += value.kind == FieldKind::kInt ? static_cast<double>(value.whole) : value.real;
        break;
      case Function::kMin:
      case Function::kMax: {
        Datum plain = folded(value);
        const int c = to.extreme.null ? 0 : compare_data(plain, to.extreme_folded);
        if (to.extreme.null || (aggregate.function == Function::kMin ? c < 0 : c > 0)) {
          to.extreme = value;
          to.extreme_folded = std::move(plain);
        }
        break;
      }
      default:
        break;
    }
  }

  Datum result(const Grouping::Aggregate& aggregate, Accumulator& from) const {
    Datum out;
    out.kind = aggregate.kind;
    out.null = false;
    switch (aggregate.function) {
      case Function::kCount:
        out.whole = from.count;
        return out;
      case Function::kCountDistinct:
        out.whole = static_cast<int64_t>(from.distinct.size());
        return out;
      case Function::kGrouping:
        out.whole = is_missing(aggregate.source) ? 1 : 0;
        return out;
      case Function::kMin:
      case Function::kMax:
        from.extreme.kind = aggregate.kind;
        return std::move(from.extreme);
      default:
        break;
    }
    out.null = from.count == 0;
    if (out.null) return out;
    out.real = aggregate.function == Function::kAvg ? from.sum / static_cast<double>(from.count) : from.sum;
    if (out.kind == FieldKind::kInt) {
      out.whole = std::llround(out.real);
      out.real = 0;
    }
    return out;
  }

  bool is_missing(const Source& key) const {
    for (size_t i = 0; i < grouping_.keys.size(); ++i) {
      if (grouping_.keys[i] == key) return !has_key(grouping_, set_, i);
    }
    return false;
  }

  const Org& org_;
  const Table& table_;
  const Grouping& grouping_;
  KeySet set_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, size_t> places_;
};

void sort_groups(const Grouping& grouping, std::vector<Cells>& groups) {
  // Where nothing else is asked for, by the keys, and a total behind what it is of.
  std::vector<Grouping::Order> order = grouping.order;
  if (order.empty()) {
    for (size_t i = 0; i < grouping.keys.size(); ++i)
      order.push_back({static_cast<int>(i), false, grouping.kind != soql::GroupBy::Kind::kPlain});
  }
  std::vector<std::pair<Cells, Cells>> keyed;
  for (Cells& group : groups) {
    Cells keys;
    for (const Grouping::Order& by : order)
      keys.push_back(folded(group[static_cast<size_t>(by.cell)]));
    keyed.emplace_back(std::move(keys), std::move(group));
  }
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    for (size_t i = 0; i < order.size(); ++i) {
      const int c = compare_in_order(a.first[i], b.first[i], order[i].descending, order[i].nulls_last);
      if (c != 0) return c < 0;
    }
    return false;
  });
  for (size_t i = 0; i < groups.size(); ++i)
    groups[i] = std::move(keyed[i].second);
}

}  // namespace

std::vector<Cells> run_grouping(const BoundQuery& query, bool with_deleted) {
  const Grouping& grouping = *query.grouping;
  const std::vector<Row> rows = run_query(query, with_deleted);
  std::vector<Cells> out;
  for (const KeySet set : key_sets(grouping)) {
    Groups groups(query, set);
    for (const Row row : rows)
      groups.add(row);
    std::vector<Cells> made = groups.finish();
    std::move(made.begin(), made.end(), std::back_inserter(out));
  }
  if (!grouping.having.empty()) {
    std::erase_if(out, [&](const Cells& cells) {
      return !tree_passes(grouping.having, grouping.having.back(), [&](const Test& test) {
        return datum_passes(test, cells[static_cast<size_t>(test.cell)]);
      });
    });
  }
  sort_groups(grouping, out);
  const size_t skipped = std::min(out.size(), static_cast<size_t>(query.offset));
  out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(skipped));
  if (query.limit >= 0 && out.size() > static_cast<size_t>(query.limit))
    out.resize(static_cast<size_t>(query.limit));
  return out;
}

}  // namespace prospectd::sandbox
