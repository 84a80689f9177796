// Agreement: what must hold between an organisation and the prospect database once faults have stopped, both
// sides are at rest and two polls have run (DESIGN, Invariants). It is given both sides whole and trusts
// nothing that the engine says of itself. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mapping/spec.h"
#include "reconcile/page.h"
#include "reconcile/store/store.h"

namespace prospectd::test {

/// A person's record as the org has it.
struct RemotePerson {
  std::string object;
  std::string id;
  bool deleted = false;
  bool purged = false;  ///< deleted for good: only its id is still known
  bool converted = false;
  bool opted_out = false;
  Timestamp stamp{};
  std::string contact;  ///< that it was converted to
  std::string master;   ///< that it was merged into
  std::string owner;
  std::string account;
  std::map<std::string, std::string> text;  ///< by the CRM's name, as its mapping makes it; blank: empty

  bool live() const { return !deleted && !converted; }
};
struct RemoteUser {
  std::string name;
  bool active = false;
};
struct RemoteAccount {
  std::string name;
  bool deleted = false;
};

/// The organisation, whole; by id.
struct Organisation {
  std::map<std::string, RemotePerson> people;
  std::map<std::string, RemoteUser> users;
  std::map<std::string, RemoteAccount> accounts;
};

/// The prospect database, whole.
struct Holdings {
  std::vector<store::ProspectRow> rows;
  std::multimap<std::string, reconcile::Duplicate> held;  ///< open failure rows, by record
  std::map<std::string, std::string> letters;             ///< dead letters: record → object
  std::set<std::pair<int64_t, size_t>> frozen;            ///< prospect and field: they alternated
  std::set<int64_t> given_up;  ///< prospects that the CRM has refused a change of: a person has to see to it
  std::set<std::pair<int64_t, size_t>> in_review;  ///< prospect and field: a person is to decide
  /// Prospect and field: an undo has left both sides apart on purpose. Not read: who needs it fills it in.
  std::set<std::pair<int64_t, size_t>> set_apart;
};
/// **Errors:** as the reader's.
Result<Holdings> read_holdings(store::Reader& reader);

/// A text that a mapping takes over.
struct MappedText {
  std::string object;  ///< empty: every person type
  std::string remote;
  size_t local = 0;  ///< position in the local schema
};

struct AgreementRules {
  mapping::Blanks blanks_in = mapping::Blanks::kMirror;
  reconcile::OwnerPolicy owner_fallback = reconcile::OwnerPolicy::kUnassigned;
  std::vector<MappedText> texts;  ///< but for Email, which every type has to map
  size_t failures_max = 8;        ///< differences that are told; there may be more
};

/// What can't be read off either side afterwards.
struct Memory {
  std::set<std::string> opted_out;                   ///< records whose opt-out was ever set
  std::multimap<std::string, std::string> was_once;  ///< record → what was merged or converted into it
  std::set<int64_t> made_here;                       ///< prospects that began without a record
  std::set<int64_t> opted_out_here;
  std::set<std::pair<int64_t, size_t>> edited_here;   ///< prospect and field
  std::set<std::pair<int64_t, size_t>> blanked_here;  ///< the same: a blank may stay on this side
  std::set<std::string> unseen;  ///< records that were changed, made or purged where no poll looks
};

/// What was broken until the end and so can't be asked for.
struct Excused {
  std::set<std::string> records;  ///< bad on the wire until the end
  std::set<std::string> objects;  ///< that could not be read until the end
};

class Agreement {
 public:
  /// `memory` has to outlive it.
  Agreement(Organisation organisation, Holdings holdings, AgreementRules rules, const Memory& memory,
            Excused excused);
  Agreement(const Agreement&) = delete;
  Agreement& operator=(const Agreement&) = delete;

  /// The first differences, each with its invariant's name; empty when all holds.
  std::vector<std::string> judge();
  /// At any moment: what the feed has left behind for good, the overlap before each object's cursor, is here
  /// as it is there. So no crash, whenever it comes, can have parted the cursor from its rows (I3).
  std::vector<std::string> judge_left_behind(const std::map<std::string, std::optional<Timestamp>>& cursors,
                                             milliseconds overlap);

 private:
  void fail(const char* invariant, const std::string& what);

  void no_loss();           // I1, I12
  void nothing_invented();  // I2
  void one_prospect();      // I8
  void both_agree();        // I9
  void check_unlinked(const RemotePerson& person);
  void check_link(const store::ProspectRow& row, const reconcile::Link& link);
  void check_fields(const store::ProspectRow& row, const reconcile::Link& link, const RemotePerson& person);
  void check_text(const store::ProspectRow& row, const RemotePerson& person, const MappedText& text);
  void check_standing(const store::ProspectRow& row, const RemotePerson& person, const MappedText& text);
  void check_email(const store::ProspectRow& row, const reconcile::Link& link, const RemotePerson& person);
  void check_waiting(const store::ProspectRow& row, const RemotePerson& person, const std::string& key);
  void check_owner(const store::ProspectRow& row, const RemotePerson& person);
  void check_account(const store::ProspectRow& row, const RemotePerson& person);
  void check_opt_out(const store::ProspectRow& row, const RemotePerson& person);
  bool ever_opted_out(const std::string& id) const;
  bool is_in_review(const store::ProspectRow& row, size_t at) const;
  bool stands(const store::ProspectRow& row, const RemotePerson& person, size_t at) const;
  std::string became(const RemotePerson& person) const;
  bool excused(const RemotePerson& person) const;
  bool is_current(const RemotePerson& person) const;
  static std::string name_of(const RemotePerson& person) { return person.object + " " + person.id; }

  const Organisation organisation_;
  const Holdings holdings_;
  const AgreementRules rules_;
  const Memory& memory_;
  const Excused excused_;
  std::vector<std::string> failures_;
  std::map<std::string, const store::ProspectRow*> linked_;     ///< by record
  std::map<std::string, const store::ProspectRow*> addresses_;  ///< by key
};

}  // namespace prospectd::test
