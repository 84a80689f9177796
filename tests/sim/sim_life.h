// Life: what happens in the simulated organisation, and now and then on this side, drawn from the run's seed.
// Everything goes through the org's own verbs, so that only what a CRM can do happens. One owner, one thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/dice.h"
#include "tests/sim/sim_plan.h"
#include "tests/support/agreement.h"
#include "tests/support/world.h"

namespace prospectd::test {

/// How the last names of prospects begin that were made here to be given records.
constexpr const char* kMadeHere = "Here-";

class Life {
 public:
  Life(World& world, const SimPlan& plan, std::function<void(const std::string&)> trace);

  /// The organisation before the daemon first looks.
  void begin();
  /// One thing happens.
  void step();
  /// How long until the next one.
  milliseconds gap();
  const Memory& memory() const { return memory_; }
  /// How often somebody changed something here.
  int64_t edits() const { return edits_; }

 private:
  struct Act {
    int weight;
    const char* name;
    void (Life::*happen)();
  };
  struct Address {
    std::string text;
    bool forced = false;  ///< the CRM would refuse it today: an old record has it
  };
  struct Person {
    std::string object;
    std::string id;
  };
  static const std::vector<Act>& acts();

  // people
  void create_person();
  void create_late();
  void create_burst();
  void edit_person();
  void edit_burst();
  void edit_late();
  void change_email();
  void swap_emails();
  void change_owner();
  void move_contact();
  void toggle_opt_out();
  // whole records
  void remove_person();
  void undelete_something();
  void convert_lead();
  void merge_people();
  // users and accounts
  void add_user();
  void toggle_user();
  void add_account();
  void rename_account();
  void remove_account();
  void merge_accounts();
  // on this side
  void make_here();
  void make_for_the_crm();
  void edit_here();
  void edit_all_here();
  // where no poll looks
  void happen_unseen();
  void slip_in();
  void slip_edit();
  void purge_person();

  Address draw_address();
  std::string pool_address();
  std::string draw_name();
  Fields draw_person(const std::string& object, Address& address);
  Fields draw_edit(const std::string& object);
  sandbox::WriteOptions draw_lateness();
  sandbox::WriteOptions draw_unseen();
  std::string draw_owner();
  std::vector<Person> live_people();
  std::vector<std::string> ids(const std::string& object, sandbox::RowState state);
  std::string pick_id(const std::string& object);
  void create(const std::string& object, const Fields& fields, const Address& address,
              sandbox::WriteOptions options);
  void update(const Person& person, Fields fields, sandbox::WriteOptions options = {});
  void set_address(const Person& person, const Address& address);
  void force_address(const Person& person, const std::string& text);
  void note_opt_out(const std::string& id, const Fields& fields);
  void note_opt_out_of(const std::string& object, const std::string& id);
  void say(const std::string& what);

  World& world_;
  const SimPlan& plan_;
  std::function<void(const std::string&)> trace_;
  Dice dice_;
  Memory memory_;
  int64_t counter_ = 0;
  int64_t edits_ = 0;
};

}  // namespace prospectd::test
