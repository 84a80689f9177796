// OrgLife: what happens in a sandbox CRM all the time, drawn from a seed and done through its admin endpoint,
// as `prospectd sandbox edit` and its siblings do it. With faults, its knobs are turned now and then, too.
// What the CRM refuses has not happened, and is counted. Blocking; one thread.
#pragma once

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/cli/sandbox_client.h"
#include "tests/sim/dice.h"
#include "tests/support/agreement.h"

namespace prospectd::soak {

struct LifeOptions {
  uint64_t seed = 1;
  seconds late_max{0};  ///< how late a commit may be; shorter than the daemon's overlap
  std::string trace;    ///< a file for every request that was made
};

class OrgLife {
 public:
  /// `organisation`: as it is before anything happens.
  OrgLife(cli::SandboxPlace place, const test::Organisation& organisation, LifeOptions options);

  /// One thing happens, or a few.
  /// **Errors:** kNetwork, kTimeout when the CRM is gone.
  Result<void> step();
  /// Another fault begins, and the one before ends.
  Result<void> turn_a_knob();
  /// All knobs are as they are on a healthy day.
  Result<void> heal();

  int64_t edits() const { return edits_; }
  int64_t refused() const { return refused_; }
  int64_t faults() const { return faults_; }
  /// Edits after which the daemon may have to ask for a record by its id.
  int64_t references() const { return references_; }
  const test::Memory& memory() const { return memory_; }
  /// Asks the endpoint: "counts", "stats".
  Result<nlohmann::json> ask(const std::string& question) const;

 private:
  using Json = nlohmann::json;
  struct Act {
    int weight;
    void (OrgLife::*happen)();
  };
  static const std::vector<Act>& acts();

  void edit_person();
  void edit_burst();
  void edit_late();
  void change_email();
  void change_owner();
  void opt_out();
  void move_contact();
  void create_person();
  void create_late();
  void delete_person();
  void undelete_something();
  void convert_lead();
  void merge_people();
  void rename_account();
  void delete_account();
  void toggle_user();

  /// Does it; the answer when the CRM took it.
  std::optional<Json> post(const std::string& path, const Json& body);
  void edit(const std::string& object, const std::string& id, Json fields);
  void remove(const std::string& object, const std::string& path);
  Json draw_fields(const std::string& object);
  Json draw_person(const std::string& object);
  std::string draw_text();
  std::string draw_email();
  const std::string& draw_owner() { return dice_.pick(owners_); }
  Json draw_lateness();
  const std::string& draw_type();
  std::string pick(const std::string& object);
  void forget(const std::string& object, const std::string& id);

  cli::SandboxPlace place_;
  LifeOptions options_;
  test::Dice dice_;
  std::ofstream trace_;
  std::map<std::string, std::vector<std::string>> live_;  ///< ids, by object
  std::vector<std::string> deleted_;
  std::vector<std::string> emails_;
  std::vector<std::string> owners_;
  std::string keeper_;  ///< the user as whom everything here is done; stays active
  test::Memory memory_;
  std::optional<Error> broken_;
  int64_t counter_ = 0;
  int64_t edits_ = 0;
  int64_t refused_ = 0;
  int64_t faults_ = 0;
  int64_t references_ = 0;
};

}  // namespace prospectd::soak
