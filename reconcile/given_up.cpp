#include "reconcile/given_up.h"

#include <algorithm>
#include <charconv>

#include "reconcile/merge.h"

namespace prospectd::reconcile {
namespace {

constexpr std::string_view kOutPrefix = "out-";
constexpr std::string_view kInPrefix = "in-";

// "out-7: FIELD_CUSTOM_VALIDATION_EXCEPTION: what it said"
std::string failure_words(const OutboxEntry& entry) {
  std::string words = to_text(id_of(entry));
  if (!entry.code.empty()) words += ": " + entry.code;
  if (!entry.error.empty()) words += ": " + entry.error;
  return words;
}

JournalEntry row_about(Reason reason, const OutboxEntry& entry) {
  JournalEntry row;
  row.reason = reason;
  row.prospect = entry.prospect;
  row.object = entry.object;
  row.remote = entry.remote;
  return row;
}

std::string both_sides_json(const FieldDifference& difference) {
  return "{\"crm\":" + difference.remote.to_json() + ",\"prospect\":" + difference.local.to_json() + "}";
}

// The agreement under which the two values are a standing difference; none where they are one.
void let_stand(Shadow& shadow, const FieldDifference& difference, const Value& own) {
  if (difference.remote == own) {
    shadow.erase(difference.field);
  } else {
    shadow[difference.field] = Agreement{difference.remote, own};
  }
}

}  // namespace

std::string to_text(GivenUpId id) {
  return std::string(id.kind == GivenUpId::Kind::kOut ? kOutPrefix : kInPrefix) + std::to_string(id.number);
}

std::optional<GivenUpId> given_up_id(std::string_view text) {
  GivenUpId id;
  id.kind = text.starts_with(kOutPrefix) ? GivenUpId::Kind::kOut : GivenUpId::Kind::kIn;
  const std::string_view prefix = id.kind == GivenUpId::Kind::kOut ? kOutPrefix : kInPrefix;
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id.number);
  if (problem != std::errc{} || end != text.data() + text.size() || id.number < 1) return std::nullopt;
  return id;
}

GivenUpId id_of(const OutboxEntry& entry) {
  return {GivenUpId::Kind::kOut, entry.id.value};
}
GivenUpId id_of(const DeadLetter& letter) {
  return {GivenUpId::Kind::kIn, letter.id.value};
}

std::vector<FieldDifference> on_its_way_out(const OutwardType* type, const Prospect& prospect,
                                            const Link* link) {
  std::vector<FieldDifference> found;
  if (type == nullptr) return found;
  for (const size_t at : type->fields) {
    if (at >= prospect.fields.size()) continue;
    const Value& local = prospect.fields[at];
    if (link == nullptr) {
      if (!local.is_blank()) found.push_back({at, Value::null(), local});
      continue;
    }
    const auto agreed = link->shadow.find(at);
    if (agreed == link->shadow.end()) continue;
    if (!is_restoring(agreed->second, local) && same_value(agreed->second.local, local)) continue;
    found.push_back({at, agreed->second.remote, outgoing_value(agreed->second, local)});
  }
  return found;
}

const OutwardType* outward_type_of(const std::vector<OutwardFlow>& flows, ConnectionId connection,
                                   const std::string& object) {
  const auto flow = std::ranges::find(flows, connection, &OutwardFlow::connection);
  if (flow == flows.end()) return nullptr;
  const auto type = std::ranges::find(flow->types, object, &OutwardType::object);
  return type == flow->types.end() ? nullptr : &*type;
}

Plan plan_retry(const std::vector<OutboxEntry>& dead, std::string actor) {
  Plan plan;
  plan.cause = {"retry",
                dead.size() == 1 ? to_text(id_of(dead.front())) : std::to_string(dead.size()) + " writes",
                std::move(actor)};
  for (const OutboxEntry& entry : dead) {
    plan.steps.emplace_back(EnqueuePush{entry.connection, entry.prospect, entry.object, entry.remote,
                                        entry.operation, entry.lane});
    JournalEntry row = row_about(Reason::kPushRetried, entry);
    row.detail = failure_words(entry);
    plan.journal.push_back(std::move(row));
  }
  return plan;
}

Plan plan_drop(const mapping::LocalSchema& schema, const OutwardType* type, const OutboxEntry& dead,
               const Prospect* prospect, const Link* link, std::string actor) {
  Plan plan;
  plan.cause = {"drop", to_text(id_of(dead)), std::move(actor)};
  plan.steps.emplace_back(DropPush{dead.id, dead.lease});
  JournalEntry row = row_about(Reason::kPushDropped, dead);
  row.detail = failure_words(dead);
  plan.journal.push_back(std::move(row));
  if (prospect == nullptr || link == nullptr) return plan;
  Link after = *link;
  for (const FieldDifference& difference : on_its_way_out(type, *prospect, link)) {
    let_stand(after.shadow, difference, prospect->fields[difference.field]);
    JournalEntry field = row_about(Reason::kPushDropped, dead);
    field.field = schema.fields()[difference.field].name;
    field.detail = both_sides_json(difference);
    plan.journal.push_back(std::move(field));
  }
  if (after != *link) plan.steps.emplace_back(PutLink{std::move(after), RemoteId{}});
  return plan;
}

Plan plan_drop(const DeadLetter& letter, std::string actor) {
  Plan plan;
  plan.cause = {"drop", to_text(id_of(letter)), std::move(actor)};
  plan.steps.emplace_back(Release{letter.connection, letter.remote});
  JournalEntry row;
  row.reason = Reason::kLetterDropped;
  row.object = letter.object;
  row.remote = letter.remote;
  row.detail = to_text(id_of(letter)) + ": " + letter.reason;
  plan.journal.push_back(std::move(row));
  return plan;
}

}  // namespace prospectd::reconcile
