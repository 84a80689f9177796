#include "reconcile/stays_here.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace prospectd::reconcile {
namespace {

// Why all of them stay; none: it depends on the field.
std::optional<Reason> why_all_stay(const OutwardFlow& flow, const OutwardType* type, const Link* link,
                                   const Prospect& after) {
  if (link != nullptr) {
    if (link->deleted) return Reason::kRecordGone;
    if (type == nullptr || !type->updates) return Reason::kOutboundUpdateOff;
    return std::nullopt;
  }
  if (type == nullptr) {
    const bool makes_any = std::ranges::any_of(flow.types, &OutwardType::creates);
    return makes_any ? Reason::kCreateConditionNotMet : Reason::kOutboundCreateOff;
  }
  return after.addresses.empty() ? std::optional(Reason::kNoKey) : std::nullopt;
}

void add(std::vector<StaysHere>& all, StaysHere stays) {
  if (!stays.fields.empty()) all.push_back(std::move(stays));
}

void add_fields(const OutwardType& type, const StaysHere& of, const std::vector<FieldChange>& changes,
                std::vector<StaysHere>& all) {
  StaysHere without{of.connection, of.object, {}, Reason::kNotGivenOut};
  StaysHere blank{of.connection, of.object, {}, Reason::kBlankKept};
  for (const FieldChange& change : changes) {
    if (!type.gives_out(change.field)) {
      without.fields.push_back(change.field);
    } else if (!type.gives_out(change.field, change.after)) {
      blank.fields.push_back(change.field);
    }
  }
  add(all, std::move(without));
  add(all, std::move(blank));
}

}  // namespace

std::vector<StaysHere> stays_here(const std::vector<OutwardFlow>& outward, const Prospect& after,
                                  const std::vector<Link>& links, const std::vector<FieldChange>& changes) {
  std::vector<StaysHere> all;
  std::vector<size_t> fields;
  std::ranges::transform(changes, std::back_inserter(fields), &FieldChange::field);
  for (const OutwardFlow& flow : outward) {
    const auto found = std::ranges::find(links, flow.connection, &Link::connection);
    const Link* link = found == links.end() ? nullptr : &*found;
    const auto type = std::ranges::find_if(flow.types, [&](const OutwardType& one) {
      return link != nullptr ? one.object == link->object : one.may_create(after.fields);
    });
    const OutwardType* outlet = type == flow.types.end() ? nullptr : &*type;
    if (link == nullptr && outlet == nullptr && !links.empty()) continue;
    const std::string object = link != nullptr     ? link->object
                               : outlet != nullptr ? outlet->object
                                                   : std::string();
    StaysHere stays{flow.connection, object, {}, Reason::kNotGivenOut};
    if (const auto why = why_all_stay(flow, outlet, link, after)) {
      stays.reason = *why;
      stays.fields = fields;
      add(all, std::move(stays));
    } else {
      add_fields(*outlet, stays, changes, all);
    }
  }
  return all;
}

}  // namespace prospectd::reconcile
