#include "reconcile/drift.h"

#include "mapping/hash.h"
#include "reconcile/plan.h"
#include "reconcile/snapshot.h"

namespace prospectd::reconcile {
namespace {

constexpr std::string_view kDriftNames[] = {"missing_here", "stale", "unexpected", "gone_there"};
// Of half a megabyte: a thousand ids that only one of two sets of a million has leave some fifteen thousand
// to be asked for.
constexpr size_t kSumParts = 65'536;

uint64_t hash_of(const RemoteId& id) {
  return mapping::hash_bytes(id.str(), 1);
}
size_t part_of(uint64_t hash) {
  return hash % kSumParts;
}

// Only what the polls have passed for good: at its version, or without one that says so, nobody looks again.
std::optional<Suspect> suspect_of(const ListedRecord& record, const KnownRecord* known, Timestamp settled) {
  if (record.version >= settled) return std::nullopt;
  if (known == nullptr) {
    if (record.deleted || record.converted) return std::nullopt;
    return Suspect{record.id, DriftKind::kMissingHere, record.version, std::nullopt, 0};
  }
  // What is held back or set apart is judged anew by the polls, and so is a link that has gone on unread.
  if (!known->linked || known->version == Timestamp{}) return std::nullopt;
  if (known->version == record.version && known->deleted == record.deleted) return std::nullopt;
  const bool older = record.version < known->version;
  return Suspect{record.id, older ? DriftKind::kUnexpected : DriftKind::kStale, record.version,
                 known->version, known->holder};
}

void add_gone_link(Plan& plan, PageSnapshot& snapshot, Link link) {
  if (link.deleted) return;
  link.deleted = true;
  link.hash = 0;  // should it be shown again, as it was: that is a change
  plan.journal.push_back(entry_of(link, Reason::kGoneFromCrm));
  plan.steps.emplace_back(TagProspect{link.prospect, kDeletedTag, false});
  plan.steps.emplace_back(PutLink{link, RemoteId{}});
  snapshot.links[link.remote] = std::move(link);
  ++plan.counts.deleted;
}

void add_gone_account(Plan& plan, PageSnapshot& snapshot, const std::string& object, Account account) {
  if (account.deleted) return;
  account.deleted = true;
  account.remote_hash = 0;
  JournalEntry entry;
  entry.reason = Reason::kGoneFromCrm;
  entry.object = object;
  entry.remote = account.remote;
  plan.journal.push_back(std::move(entry));
  plan.steps.emplace_back(PutAccount{account, false});
  ++account.version;
  RemoteId remote = account.remote;
  snapshot.accounts[std::move(remote)] = std::move(account);
  ++plan.counts.deleted;
}

}  // namespace

std::string_view name_of(DriftKind kind) {
  return kDriftNames[static_cast<size_t>(kind)];
}

std::vector<Suspect> suspects_of(const std::vector<ListedRecord>& listed, const KnownRecords& known,
                                 Timestamp settled) {
  std::vector<Suspect> suspects;
  for (const ListedRecord& record : listed) {
    const auto found = known.find(record.id);
    auto suspect = suspect_of(record, found == known.end() ? nullptr : &found->second, settled);
    if (suspect) suspects.push_back(*std::move(suspect));
  }
  return suspects;
}

IdSums::IdSums() : sums_(kSumParts) {}

void IdSums::add(const RemoteId& id) {
  const uint64_t hash = hash_of(id);
  sums_[part_of(hash)] += hash;
  ++count_;
}

bool IdSums::differs_at(const RemoteId& id, const IdSums& other) const {
  const size_t part = part_of(hash_of(id));
  return sums_[part] != other.sums_[part];
}

int64_t& DriftCounts::of(DriftKind kind) {
  constexpr int64_t DriftCounts::*kCounts[] = {&DriftCounts::missing, &DriftCounts::stale,
                                               &DriftCounts::unexpected, &DriftCounts::gone};
  return this->*kCounts[static_cast<size_t>(kind)];
}

int64_t DriftCounts::of(DriftKind kind) const {
  DriftCounts copy = *this;
  return copy.of(kind);
}

DriftCounts& DriftCounts::operator+=(const DriftCounts& o) {
  compared += o.compared;
  missing += o.missing;
  stale += o.stale;
  unexpected += o.unexpected;
  gone += o.gone;
  repaired += o.repaired;
  return *this;
}

bool brakes(int64_t deletions, int64_t standing) {
  return deletions >= kBrakeLeast && deletions * 100 > standing * kBrakePercent;
}

Plan plan_gone(const std::string& object, const std::vector<RemoteId>& gone, PageSnapshot& snapshot) {
  Plan plan;
  for (const RemoteId& id : gone) {
    const auto link = snapshot.links.find(id);
    if (link != snapshot.links.end() && link->second.object == object)
      add_gone_link(plan, snapshot, link->second);
    const auto account = snapshot.accounts.find(id);
    if (account != snapshot.accounts.end()) add_gone_account(plan, snapshot, object, account->second);
  }
  return plan;
}

}  // namespace prospectd::reconcile
