// FaultPlan: what goes wrong in the sandbox on purpose: an ordered list of rules, each of which says to which
// requests, or to which written records, something happens and when (docs/sandbox.md). Deterministic: what a
// rule draws follows from the seed, its place in the plan and the number of the request alone, so the same
// requests meet the same faults, and what happened can be played again. What the faults do is elsewhere
// (fault_kinds.h). One owner (the front), one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::sandbox {

struct FaultKind;

/// Which requests or records a rule is about; what is empty fits all.
struct FaultScope {
  std::vector<std::string> operations = {};  ///< "query", "update", …
  std::string method = {};
  std::string path = {};    ///< a pattern of path_pattern.h, without the first slash
  std::string object = {};  ///< a type name, whatever its letter case
  std::string where = {};   ///< of records alone: a condition of a query
};

/// Which of those it strikes. Requests are counted for most faults, records for those that refuse records.
struct FaultTiming {
  int64_t after = 0;              ///< not the first so many
  int64_t until = 0;              ///< none behind this one; 0: no end
  std::vector<int64_t> nth = {};  ///< these alone, counted behind `after`; sorted
  int64_t every = 0;              ///< each so-manieth behind `after`
  double probability = 1;
  int64_t times = 0;  ///< as often at most; 0: without end
  int64_t rows = 0;   ///< so many records of each request, drawn from all of it; 0: doesn't count
  std::optional<std::vector<int64_t>> calls = std::nullopt;         ///< requests since the plan began; sorted
  std::optional<std::vector<int64_t>> written_rows = std::nullopt;  ///< records written since; sorted
};

struct FaultRule {
  std::string name;
  const FaultKind* kind = nullptr;
  FaultScope on;
  FaultTiming when;
  std::shared_ptr<const nlohmann::json> with;    ///< the fault's own parameters, checked
  std::shared_ptr<const nlohmann::json> source;  ///< the rule as it was given
  int64_t seen = 0;                              ///< requests or records that it is about
  int64_t fired = 0;
  // The records that were drawn for a request.
  int64_t drawn_for = -1;
  std::vector<int64_t> drawn = {};
};

/// A request as the rules see it.
struct FaultRequest {
  std::string method;
  std::string operation;
  std::vector<std::string> segments;
  std::function<bool(const std::string& object)> about;  ///< whether it is about records of that object
  std::function<int64_t()> rows;                         ///< how many records it writes, at least 1
};

/// A record that is being written.
struct FaultRow {
  std::string_view operation;  ///< create, update or delete
  std::string_view object;
  std::string_view id;
  std::function<bool(const std::string& where)> matches;
};

/// A rule that has struck.
struct FiredFault {
  size_t rule = 0;
  size_t entry = 0;   ///< in the log
  uint64_t draw = 0;  ///< the seed of what chance decides in it
  int64_t time = 0;   ///< how often the rule has struck, this time included
};

/// What was injected.
struct FaultLogEntry {
  int64_t call = 0;
  int64_t row = 0;  ///< 0: it struck the request
  size_t rule = 0;
  std::string method;
  std::string path;
  std::string failure = {};  ///< why it could not be played
};
constexpr size_t kFaultLogMax = 10'000;

class FaultPlan {
 public:
  /// Begins a plan: all counters from zero.
  void begin(uint64_t seed, std::vector<FaultRule> rules);

  bool empty() const { return rules_.empty(); }
  /// Whether any rule has to know of every record that is written.
  bool watches_rows() const { return watches_rows_; }
  uint64_t seed() const { return seed_; }
  const std::vector<FaultRule>& rules() const { return rules_; }
  const FaultRule& rule(const FiredFault& fired) const { return rules_[fired.rule]; }

  /// A request begins; to be called for each of them, but the admin endpoint's.
  void begin_call(std::string_view method, std::string_view path);
  /// The rules about requests that strike it, in their order. Of those that answer in the org's place the
  /// first one strikes alone.
  std::vector<FiredFault> strike(const FaultRequest& request);
  /// The first rule about records that strikes this one, written by `request`.
  std::optional<FiredFault> strike_row(const FaultRow& row, const FaultRequest& request);
  /// A fault could not be played.
  void note_failure(const FiredFault& fired, std::string why);

  int64_t calls() const { return calls_; }
  int64_t written_rows() const { return written_rows_; }
  /// The first kFaultLogMax faults that were injected, and how many came behind them.
  const std::vector<FaultLogEntry>& log() const { return log_; }
  int64_t log_left_out() const { return log_left_out_; }

 private:
  bool concerns(const FaultRule& rule, const FaultRequest& request) const;
  bool comes_up(const FaultRule& rule, size_t index, int64_t row) const;
  bool is_drawn(FaultRule& rule, size_t index, const FaultRequest& request) const;
  /// What chance gives a rule at a record, or at the request where `row` is 0.
  uint64_t draw_of(size_t index, uint64_t salt, int64_t row) const;
  FiredFault fire(size_t index, int64_t row);

  uint64_t seed_ = 0;
  std::vector<FaultRule> rules_;
  bool watches_rows_ = false;
  int64_t calls_ = 0;
  int64_t written_rows_ = 0;
  int64_t rows_of_call_ = 0;
  std::string method_;
  std::string path_;
  std::vector<FaultLogEntry> log_;
  int64_t log_left_out_ = 0;
};

}  // namespace prospectd::sandbox
