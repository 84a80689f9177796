// A sandbox CRM and the daemons that follow it, each the real binary in a process of its own, over real
// sockets. What a test says and asks goes through the command line, as a person's would.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/cli/daemon_client.h"
#include "tests/e2e/program.h"
#include "tests/support/scratch.h"

namespace prospectd::e2e {

using Json = nlohmann::json;

/// `prospectd sandbox`, running.
class SandboxCrm {
 public:
  /// `arguments`: --people and such.
  explicit SandboxCrm(std::vector<std::string> arguments);

  const Json& word() const { return word_; }
  std::string url() const { return word_.at("url"); }
  std::string example_contact() const { return word_.at("example").at("contact"); }
  std::string example_owner() const { return word_.at("example").at("owner"); }
  const std::string& folder() const { return path_; }
  std::string secret_file() const { return word_.at("secretFile"); }
  /// `prospectd sandbox WORDS… --json` and its document's data. A failure fails the test.
  Json change(std::vector<std::string> words) const;
  Program& program() { return *program_; }

 private:
  test::Scratch scratch_;
  std::string path_ = scratch_.path().string();
  std::unique_ptr<Program> program_;
  Json word_;
};

/// A configuration and a state of its own for one CRM, and the daemon on it when there is one.
class Follower {
 public:
  /// Polls once at the start, and then only when asked to.
  explicit Follower(const SandboxCrm& crm);

  std::string config() const { return scratch_.file("prospectd.yaml"); }
  std::string path(const std::string& name) const { return scratch_.file(name); }
  std::string folder() const { return scratch_.path().string(); }
  std::string database() const { return path("state/prospectd.db"); }

  /// Replaces a text of the configuration that must be there.
  void rewrite(const std::string& from, const std::string& to) const;

  /// Starts the daemon.
  void start();
  /// Until its control API answers.
  void await_api();
  /// Until the first cycle since the start is done.
  void await_first_cycle();
  Program& daemon() { return *daemon_; }
  /// Ends it with a signal and gives its exit code.
  int stop(int signal);

  /// `prospectd WORDS… -c CONFIG`, to its end.
  Ended ask(std::vector<std::string> words) const;
  /// The same with --json; the document's data. A failure fails the test.
  Json data(std::vector<std::string> words) const;
  /// The status, asked directly; nothing when nobody answers.
  std::optional<Json> status() const;

 private:
  test::Scratch scratch_;
  std::unique_ptr<Program> daemon_;
  mutable std::optional<cli::DaemonClient> client_;
};

/// What a database holds, in the organisation's terms: nothing in it depends on numbers or times of ours.
struct Holding {
  std::map<std::string, std::string> prospects;  ///< by linked record: name, address, owner, account
  std::set<std::string> duplicates;              ///< "held record → record that the prospect follows"
  size_t rows = 0;                               ///< prospects, by count

  bool operator==(const Holding&) const = default;
};
Holding holding_of(const Follower& follower);
/// What a daemon holds that imports the same organisation without trouble.
Holding undisturbed(const SandboxCrm& crm);
void expect_same(const Holding& a, const Holding& b);

}  // namespace prospectd::e2e
