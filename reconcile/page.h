// Deciding a page: the pure heart of a poll. Records in feed order + a snapshot + the policy give a Plan. No
// I/O, no clock, no chance: the same input gives the same plan (I5, SEMANTICS §2.5).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mapping/field_map.h"
#include "reconcile/brake.h"
#include "reconcile/force.h"
#include "reconcile/plan.h"
#include "reconcile/snapshot.h"

namespace prospectd::reconcile {

enum class SameEmail { kPrevent, kSelectCrmId };
enum class OwnerPolicy { kUnassigned, kKeep, kDefaultUser };

std::string_view name_of(SameEmail s);
std::string_view name_of(OwnerPolicy p);

struct Policy {
  SameEmail same_email = SameEmail::kPrevent;
  OwnerPolicy owner_fallback = OwnerPolicy::kUnassigned;
  UserId default_user;       ///< for kDefaultUser; 0: unassigned
  bool users_create = true;  ///< users of the CRM that have none here get one
};

/// A line of a mapping that gives a field out to one that the CRM has not now.
struct MissingOutlet {
  size_t local = 0;    ///< position in the local schema
  std::string remote;  ///< the CRM's field, as the mapping names it
};

/// A person type as the core needs it.
struct PersonType {
  const mapping::FieldMap* map = nullptr;
  const mapping::LocalSchema* schema = nullptr;
  bool inbound_create = true;
  std::string create_when;  ///< the condition below, as it was written; empty: none
  /// What a record has to meet to become a new prospect (mapping/record_condition.h); null: nothing.
  std::shared_ptr<const mapping::expression::Expression> condition;
  bool inbound_update = true;
  bool outbound_create = false;
  /// What a prospect has to meet for a new record (mapping/prospect_condition.h); null: nothing.
  std::shared_ptr<const mapping::expression::Expression> outbound_condition;
  bool outbound_update = false;
  std::string conversion_object;  ///< the object that a converted record becomes ("Contact"); empty: none
  std::vector<MissingOutlet> missing;    ///< of the mapping's lines, and no entries of `map`
  EditionId edition;                     ///< of its mapping, by which records are compared now
  std::vector<MappingEdition> editions;  ///< those by which records may have been compared before

  /// Is a new record made of a prospect with these fields?
  bool may_create(const std::vector<Value>& prospect) const;
  /// Was this entry's line part of the link's last comparison? True where that is not known.
  bool has_compared(const Link& link, const mapping::MapEntry& entry) const;
  /// The entries whose lines an edition has not, for people: "Title → title, Rating → custom.rating". Empty
  /// where there is none or the edition is not known.
  std::string new_fields(EditionId since) const;
  /// The mapping's lines, and what stands for the rule by which new records are let in. Ascending.
  std::vector<uint64_t> edition_lines(std::vector<uint64_t> lines) const;
  /// Was another rule in force by an edition? Then what it kept out may be let in now. False where the
  /// edition is not known.
  bool admits_anew(EditionId since) const;
};

/// A record that was set apart before it could be mapped.
struct BadInput {
  RemoteId id;
  std::optional<Timestamp> version;
  std::string reason;
  std::string payload;
};

/// A page in local terms, in feed order.
struct MappedPage {
  std::string object;
  std::vector<mapping::MappedRecord> records;
  std::vector<BadInput> bad;
};

/// The keys whose state `plan_person_page` needs.
PageKeys keys_of_person_page(ConnectionId connection, const PersonType& type, const MappedPage& page);
/// Decides a page of leads or contacts. Page and snapshot are used up. `now` stamps what is created. With
/// `forcing` linked records are decided as by a force update, known ones too: then the snapshot must have
/// been asked for without PageKeys::known. Where the `brake` holds, the plan is of the records before that
/// one alone, and the page has not been read to its end. The plan's cause and cursor are the caller's to fill
/// in.
Plan plan_person_page(const PersonType& type, const Policy& policy, MappedPage&& page, PageSnapshot& snapshot,
                      Timestamp now, const Forcing& forcing = {}, Brake* brake = nullptr);

/// One user or queue of the CRM, read by the fixed mapping of users.
struct UserRecord {
  RemoteId id;
  Timestamp version{};
  uint64_t hash = 0;
  std::string name;
  std::string email;
  UserKind kind = UserKind::kPerson;
  bool active = true;
};
PageKeys keys_of_user_page(ConnectionId connection, const std::vector<UserRecord>& page);
/// Users and queues of the CRM become users here; prospects and accounts that waited for one of them get
/// their owner.
Plan plan_user_page(const Policy& policy, const std::vector<PersonType>& types,
                    const std::vector<UserRecord>& page, PageSnapshot& snapshot);

PageKeys keys_of_account_page(ConnectionId connection, const mapping::FieldMap& map, const MappedPage& page);
/// Accounts of the CRM become accounts here; prospects that waited for one of them get it.
Plan plan_account_page(const mapping::FieldMap& map, const std::vector<PersonType>& types,
                       const Policy& policy, const MappedPage& page, PageSnapshot& snapshot);

/// At the end of a cycle: prospects whose record took an address that another prospect had (EMAIL_TAKEN) get
/// it where it has become free, swaps and longer rings among them included, so that a cycle's result does not
/// depend on where pages end (§2.5). `snapshot` is what Transaction::waiting_for_addresses answered.
Plan plan_address_moves(const std::vector<PersonType>& types, PageSnapshot& snapshot);

}  // namespace prospectd::reconcile
