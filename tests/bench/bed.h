// Bed: what one measured run of the bench stands in: a folder of its own, a sandbox CRM in a process of its
// own, a configuration of prospectd for it, and the databases of prospectd and of the bare pipeline. Every
// run is a fresh process, so that its memory and processor time are its own. Blocking; one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/bench/child.h"
#include "tests/bench/figures.h"

namespace prospectd::bench {

/// A folder of its own under another, gone at the end.
class WorkFolder {
 public:
  explicit WorkFolder(const std::filesystem::path& parent);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const;
  /// The same, for its owner alone.
  void write_private(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

enum class Program {
  kBareFetch,   ///< the bare pipeline without its database: fetches and decodes
  kBare,        ///< the bare pipeline
  kImport,      ///< prospectd, one cycle
  kImportIdle,  ///< the same, and then idle for a while
  kAgain,       ///< prospectd, everything read once more
};

class Bed {
 public:
  /// Under `folder`; the CRM has `people` generated records.
  static Result<std::unique_ptr<Bed>> make(const std::string& folder, int64_t people,
                                           int64_t pages_per_commit);

  int64_t people() const { return people_; }
  const WorkFolder& work() const { return work_; }
  std::string config() const { return work_.file("prospectd.yaml"); }
  std::string database() const { return work_.file("state/prospectd.db"); }

  /// Runs one of the two programs once on what the run before left.
  Result<Figures> again(Program program);
  /// … on a new database.
  Result<Figures> afresh(Program program);
  /// Imports where nothing has been imported yet.
  Result<void> ensure_imported();
  /// Polls what has been imported, each time after so many records have changed in the CRM: the lines of
  /// run_polls, one for each. `together`: of records that were imported one after another.
  Result<std::vector<std::string>> poll(const std::vector<int64_t>& changes, bool together = false);
  /// Changes so many prospects of what has been imported and writes them to the CRM: the lines of
  /// run_pushes, one for each round.
  Result<std::vector<std::string>> push(int64_t updates, int rounds);
  /// What starts that run, for a profile.
  std::vector<std::string> words_of(Program program) const;
  bool has_database(Program program) const;
  void forget_database(Program program) const;

  /// A configuration as config() for a CRM at another address, or another state folder (inside work()).
  std::string config_for(const std::string& url, const std::string& state = "state") const;
  const std::string& url() const { return url_; }
  /// How long each answer of the CRM is on its way.
  Result<void> set_delay(int64_t milliseconds) const;
  /// Stops the CRM.
  Result<void> finish() { return sandbox_.finish(); }

 private:
  Bed(const std::string& folder, int64_t people, int64_t pages_per_commit);
  std::string database_of(Program program) const;
  Result<void> start();

  const int64_t people_;
  const int64_t pages_per_commit_;
  WorkFolder work_;
  Child sandbox_;
  std::string url_;
  std::string client_id_;
};

}  // namespace prospectd::bench
