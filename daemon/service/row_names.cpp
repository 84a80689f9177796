#include "daemon/service/row_names.h"

#include <algorithm>
#include <array>

#include "daemon/service/words.h"
#include "reconcile/row_kind.h"

namespace prospectd::service {
namespace {

constexpr std::array kNameColumns = {"name", "address", "subject"};
constexpr const char* kStates = "sequenceStates";

}  // namespace

std::optional<size_t> name_column(const store::Collection& of) {
  for (const char* name : kNameColumns) {
    const auto found = std::ranges::find(of.columns, name, &store::Column::name);
    if (found != of.columns.end()) return static_cast<size_t>(found - of.columns.begin());
  }
  return std::nullopt;
}

std::string RowNames::of(const std::string& type, int64_t id) {
  const auto [known, is_new] = known_.try_emplace({type, id});
  if (!is_new) return known->second;
  std::string name = name_of(type, id);
  const reconcile::RowKind* kind = reconcile::row_kind_named(type);
  const std::string number = std::to_string(id);
  name = name.empty() ? (kind == nullptr ? type : kind->noun) + " " + number : name + " (" + number + ")";
  return known_[{type, id}] = std::move(name);
}

std::string RowNames::name_of(const std::string& type, int64_t id) {
  if (type == "prospects") {
    const auto prospect = reader_.prospect(ProspectId{id});
    return prospect && *prospect ? person_words((*prospect)->prospect) : std::string();
  }
  store::ListQuery query;
  query.of = store::collection_named(type);
  if (query.of == nullptr) return {};
  query.ids = std::vector<int64_t>{id};
  query.limit = 1;
  const auto rows = reader_.list(query);
  if (!rows || rows->empty()) return {};
  if (type == kStates) return name_of_state(rows->front());
  const auto at = name_column(*query.of);
  return at ? rows->front().values[*at].to_text() : std::string();
}

// "paused in Spring (1)": what it is, and of which sequence.
std::string RowNames::name_of_state(const store::ListRow& row) {
  const store::Collection& of = *store::collection_named(kStates);
  const auto state = std::ranges::find(of.columns, "state", &store::Column::name) - of.columns.begin();
  const auto sequence =
      std::ranges::find(of.references, "sequence", &store::Reference::name) - of.references.begin();
  std::string words = row.values[static_cast<size_t>(state)].to_text();
  const auto& in = row.references[static_cast<size_t>(sequence)];
  return in ? words + " in " + this->of("sequences", *in) : words;
}

}  // namespace prospectd::service
