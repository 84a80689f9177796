#include "reconcile/match.h"

#include "mapping/record_condition.h"

namespace prospectd::reconcile {
namespace {

using mapping::MappedRecord;

bool is_known(const Link& link, const MappedRecord& record) {
  return link.version == record.version && link.hash == record.hash;
}

// A known record that is deleted or converted has nothing more to say.
bool is_asked_again(const PersonType& type, const MappedRecord& record, bool anew) {
  const bool converted = record.lineage.converted && !type.conversion_object.empty();
  return anew && !record.deleted && !converted;
}

Decision decide_linked(const PersonType& type, const MappedRecord& record, const Link& link, bool anew) {
  const auto answer = [&](Verdict v, Reason r) { return Decision{v, r, link.prospect}; };
  if (is_known(link, record) && !is_asked_again(type, record, anew))
    return answer(Verdict::kUnchanged, Reason::kUnchanged);
  if (record.deleted && !record.lineage.merged_into.empty())
    return answer(Verdict::kFollowMerge, Reason::kMerged);
  if (record.deleted) return answer(Verdict::kMarkDeleted, Reason::kDeletedInCrm);
  if (record.lineage.converted && !type.conversion_object.empty()) {
    return answer(Verdict::kFollowConversion, Reason::kConverted);
  }
  if (!type.inbound_update && !link.deleted && !anew)
    return answer(Verdict::kSkip, Reason::kInboundUpdateOff);
  return answer(Verdict::kUpdate, link.deleted ? Reason::kRestoredInCrm : Reason::kUpdatedFromCrm);
}

}  // namespace

Decision decide(const PersonType& type, const MappedRecord& record, const Known& known) {
  if (known.link != nullptr) return decide_linked(type, record, *known.link, known.anew);
  if (record.deleted) return {Verdict::kSkip, Reason::kDeletedUnseen, {}};
  if (record.lineage.converted) return {Verdict::kSkip, Reason::kConvertedUnseen, {}};
  if (known.by_email && known.prospect_is_linked)
    return {Verdict::kHold, Reason::kDuplicateEmail, known.by_email};
  if (known.released) return {Verdict::kSkip, Reason::kReleasedId, {}};
  if (known.by_email) return {Verdict::kLink, Reason::kLinkedByEmail, known.by_email};
  if (!type.inbound_create) return {Verdict::kSkip, Reason::kInboundCreateOff, {}};
  if (type.condition && !mapping::meets(*type.condition, *type.map, record))
    return {Verdict::kSkip, Reason::kConditionNotMet, {}};
  return {Verdict::kCreate, record.email_key ? Reason::kCreatedFromCrm : Reason::kNoKey, {}};
}

Known known_of(const MappedRecord& record, const PageSnapshot& snapshot) {
  Known k;
  if (const auto link = snapshot.links.find(record.id); link != snapshot.links.end()) {
    k.link = &link->second;
    return k;
  }
  if (record.email_key) {
    const auto holder = snapshot.addresses.find(*record.email_key);
    const auto made = snapshot.in_doubt.find(*record.email_key);
    if (holder != snapshot.addresses.end()) {
      k.by_email = holder->second;
    } else if (made != snapshot.in_doubt.end()) {
      k.by_email = made->second;
    }
  }
  k.prospect_is_linked = k.by_email && snapshot.link_of.contains(k.by_email);
  const auto lineage = snapshot.lineage.find(record.id);
  k.released = lineage != snapshot.lineage.end() && lineage->second.kind == "released";
  return k;
}

Decision judge(const PersonType& type, const MappedRecord& record, const PageSnapshot& snapshot) {
  return decide(type, record, known_of(record, snapshot));
}

}  // namespace prospectd::reconcile
