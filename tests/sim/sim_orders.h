// Orders: what people order of the running daemon during a simulated run, drawn from its seed: pulls and
// pushes, forced or not, plans that are saved and applied, drift scans, and undo of what the run has done so
// far. They go on while other things happen, and a crash comes in their middle. One owner, one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/service/jobs.h"
#include "daemon/service/undo.h"
#include "tests/sim/dice.h"
#include "tests/sim/sim_plan.h"
#include "tests/support/world.h"

namespace prospectd::test {

struct OrderStats {
  int64_t jobs = 0;      ///< pulls, pushes and scans that were begun
  int64_t resumed = 0;   ///< … and went on after a crash
  int64_t drift = 0;     ///< records that scans found apart
  int64_t plans = 0;     ///< saved plans that were applied
  int64_t outdated = 0;  ///< … and those that were refused, since their inputs had changed
  int64_t undos = 0;
  int64_t restored = 0;       ///< fields that were set back
  int64_t changed_since = 0;  ///< … and those that were not

  OrderStats& operator+=(const OrderStats& o);
};

class Orders {
 public:
  /// `fail` hears what may not be; both functions may be called until close().
  Orders(World& world, const SimPlan& plan, std::function<void(const std::string&)> trace,
         std::function<void(const std::string&)> fail);
  ~Orders();

  /// The daemon has started: what an earlier one was ordered goes on.
  void open();
  /// The daemon's engine has ended; its parts are still there.
  void close();
  /// Perhaps somebody orders something.
  void step();
  /// The last cause was an edit, which can be undone from now on.
  void note_edit();
  /// Is nothing under way?
  bool idle() const;
  const OrderStats& stats() const { return stats_; }

  // At rest: they return when it is done.

  /// What has been found apart, repaired or not.
  std::vector<std::string> scan(bool repair);
  /// Takes something back: first told only, then done; nothing where nothing can be. Its name.
  std::optional<std::string> undo_something();
  /// How many fields the undo of `of` sets back now.
  int64_t undo_again(const std::string& of);

 private:
  struct Kind {
    int weight;
    void (Orders::*give)();
  };
  using JobPtr = std::shared_ptr<const service::JobView>;

  static const std::vector<Kind>& kinds();
  void pull();
  void push();
  void verify();
  void save_plan();
  void apply_plan();
  void undo();
  void cancel();

  service::JobOrder draw_order(engine::Direction direction);
  void start(service::JobOrder order);
  void note_ended();
  void note_ended(const service::JobView& view);
  void note_undo(const std::string& of, const Result<service::UndoReport>& report);
  bool is_stopped(const Error& error) const;
  std::optional<std::string> draw_cause();
  template <class T>
  std::optional<Result<T>> await(boost::asio::awaitable<Result<T>> work);
  template <class T>
  void spawn(boost::asio::awaitable<Result<T>> work, std::function<void(Result<T>)> then);

  World& world_;
  const SimPlan& plan_;
  std::function<void(const std::string&)> trace_;
  std::function<void(const std::string&)> fail_;
  Dice dice_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<service::Jobs> jobs_;
  std::unique_ptr<service::Undos> undos_;
  std::vector<std::string> causes_;  ///< what can be undone: "c-12", "job-3"
  std::vector<JobPtr> open_;         ///< jobs that had not ended when they were last looked at
  std::set<std::string> cancelled_;  ///< jobs, by id: they never go on in another life
  int under_way_ = 0;                ///< calls of the service
  bool closing_ = false;
  OrderStats stats_;
};

}  // namespace prospectd::test
