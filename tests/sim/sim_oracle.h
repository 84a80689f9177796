// Oracle: what must hold between the organisation and the prospect database once faults have stopped, both
// sides are at rest and two polls have run (DESIGN, Invariants). It reads both sides whole and trusts nothing
// that the engine says of itself. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/sim_life.h"
#include "tests/sim/sim_plan.h"
#include "tests/support/world.h"

namespace prospectd::test {

/// A person's record as the org has it.
struct RemotePerson {
  std::string object;
  std::string id;
  bool deleted = false;
  bool converted = false;
  bool opted_out = false;
  Timestamp stamp{};
  std::string contact;  ///< that it was converted to
  std::string master;   ///< that it was merged into
  std::string owner;
  std::string account;
  std::map<std::string, std::string> text;  ///< by the CRM's name; blank ones are empty

  bool live() const { return !deleted && !converted; }
};

/// What was broken until the end and so can't be asked for.
struct Excused {
  std::set<std::string> records;  ///< bad on the wire until the end
  std::set<std::string> objects;  ///< that could not be read until the end
};

class Oracle {
 public:
  Oracle(World& world, const SimPlan& plan, const Memory& memory, Excused excused);

  /// The first differences, each with its invariant's name; empty when all holds.
  std::vector<std::string> judge();
  /// At any moment: what the feed has left behind for good, the overlap before each object's cursor, is here
  /// as it is there. So no crash, whenever it comes, can have parted the cursor from its rows (I3).
  std::vector<std::string> judge_left_behind(const std::map<std::string, std::optional<Timestamp>>& cursors);

 private:
  struct Account {
    std::string name;
    bool deleted = false;
  };
  struct User {
    std::string name;
    bool active = false;
  };

  void read_org();
  void read_store();
  void read_incidents();
  void fail(const char* invariant, const std::string& what);

  void no_loss();           // I1, I12
  void nothing_invented();  // I2
  void one_prospect();      // I8
  void both_agree();        // I9
  void check_unlinked(const RemotePerson& person);
  void check_link(const store::ProspectRow& row, const reconcile::Link& link);
  void check_fields(const store::ProspectRow& row, const reconcile::Link& link, const RemotePerson& person);
  void check_text(const store::ProspectRow& row, const RemotePerson& person, const char* remote,
                  size_t field);
  void check_email(const store::ProspectRow& row, const reconcile::Link& link, const RemotePerson& person);
  void check_waiting(const store::ProspectRow& row, const RemotePerson& person, const std::string& key);
  void check_owner(const store::ProspectRow& row, const RemotePerson& person);
  void check_account(const store::ProspectRow& row, const RemotePerson& person);
  void check_opt_out(const store::ProspectRow& row, const RemotePerson& person);
  bool ever_opted_out(const std::string& id) const;
  std::string became(const RemotePerson& person) const;
  bool excused(const RemotePerson& person) const;
  static std::string name_of(const RemotePerson& person) { return person.object + " " + person.id; }

  World& world_;
  const SimPlan& plan_;
  const Memory& memory_;
  Excused excused_;
  std::vector<std::string> failures_;

  std::map<std::string, RemotePerson> people_;  ///< by id
  std::map<std::string, User> users_;
  std::map<std::string, Account> accounts_;
  std::vector<store::ProspectRow> rows_;
  std::map<std::string, const store::ProspectRow*> linked_;     ///< by record
  std::map<std::string, const store::ProspectRow*> addresses_;  ///< by key
  std::multimap<std::string, reconcile::Duplicate> held_;       ///< open failure rows, by record
  std::map<std::string, std::string> letters_;                  ///< record → object
};

constexpr size_t kFailuresMax = 8;

}  // namespace prospectd::test
