#include "reconcile/store/sqlite_jobs.h"

#include <nlohmann/json.hpp>

#include "reconcile/store/sqlite_drift.h"
#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

using reconcile::Job;
using reconcile::JobCounts;
using Tree = nlohmann::json;

std::string order_text(const Job& job) {
  Tree order = {{"connection", job.connection}, {"force", job.force}, {"blanks", job.blanks}};
  if (!job.filter.empty()) order["filter"] = job.filter;
  if (!job.plan.empty()) order["plan"] = job.plan;
  for (const ProspectId id : job.prospects)
    order["prospects"].push_back(id.value);
  if (job.kind == reconcile::kVerifyKind)
    order["verify"] = {{"object", job.verify.object}, {"repair", job.verify.repair}, {"yes", job.verify.yes}};
  return order.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

std::string progress_text(const Job& job) {
  const JobCounts& counts = job.counts;
  Tree progress = {{"after", job.after.value},       {"done", counts.done},       {"changed", counts.changed},
                   {"unchanged", counts.unchanged},  {"waiting", counts.waiting}, {"refused", counts.refused},
                   {"refusedBy", counts.refused_by}, {"calls", job.calls}};
  if (job.total) progress["total"] = *job.total;
  for (const auto& [connection, verification] : job.verify.objects) {
    Tree tree = tree_of_verification(verification);
    tree["connection"] = connection;
    progress["objects"].push_back(std::move(tree));
  }
  return progress.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

int64_t number_in(const Tree& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

std::string text_in(const Tree& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_in(const Tree& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_boolean() && found->get<bool>();
}

void take_order(const Tree& order, Job& job) {
  job.connection = text_in(order, "connection");
  job.filter = text_in(order, "filter");
  job.plan = text_in(order, "plan");
  job.force = flag_in(order, "force");
  job.blanks = flag_in(order, "blanks");
  if (const auto verify = order.find("verify"); verify != order.end() && verify->is_object()) {
    job.verify.object = text_in(*verify, "object");
    job.verify.repair = flag_in(*verify, "repair");
    job.verify.yes = flag_in(*verify, "yes");
  }
  const auto ids = order.find("prospects");
  if (ids == order.end() || !ids->is_array()) return;
  for (const Tree& id : *ids)
    if (id.is_number_integer()) job.prospects.push_back({id.get<int64_t>()});
}

void take_progress(const Tree& progress, Job& job) {
  job.after = {number_in(progress, "after")};
  job.calls = number_in(progress, "calls");
  if (progress.contains("total")) job.total = number_in(progress, "total");
  job.counts.done = number_in(progress, "done");
  job.counts.changed = number_in(progress, "changed");
  job.counts.unchanged = number_in(progress, "unchanged");
  job.counts.waiting = number_in(progress, "waiting");
  job.counts.refused = number_in(progress, "refused");
  const auto objects = progress.find("objects");
  if (objects != progress.end() && objects->is_array()) {
    for (const Tree& tree : *objects)
      job.verify.objects.emplace_back(text_in(tree, "connection"), verification_of_tree(tree));
  }
  const auto reasons = progress.find("refusedBy");
  if (reasons == progress.end() || !reasons->is_object()) return;
  for (const auto& [code, count] : reasons->items())
    if (count.is_number_integer()) job.counts.refused_by[code] = count.get<int64_t>();
}

Tree tree_of(std::string_view text) {
  return Tree::parse(text.begin(), text.end(), nullptr, false);
}

}  // namespace

Result<std::vector<Job>> read_jobs(Database& db) {
  Statement statement(
      db,
      "SELECT id, kind, state, actor, job_order, progress, created_at, finished_at, error_code, "
      "error FROM jobs ORDER BY id");
  Query query(statement);
  std::vector<Job> jobs;
  while (query.step()) {
    const auto state = reconcile::job_state_named(query.text(2));
    const Tree order = tree_of(query.text(4));
    const Tree progress = tree_of(query.text(5));
    if (!state || !order.is_object() || !progress.is_object())
      return damaged(db.path(), "a job of its has a state, an order or a progress that is none");
    Job job;
    job.id = {query.integer(0)};
    job.kind = query.text(1);
    job.state = *state;
    job.actor = query.text(3);
    take_order(order, job);
    take_progress(progress, job);
    job.created_at = time_of(query.integer(6));
    job.finished_at = time_of(query.integer_or_null(7));
    job.code = query.text(8);
    job.error = query.text(9);
    jobs.push_back(std::move(job));
  }
  PD_TRY(query.done());
  return jobs;
}

Result<void> write_job(Database& db, const Job& job) {
  Statement put(
      db,
      "INSERT INTO jobs (id, kind, state, actor, job_order, progress, created_at, finished_at, "
      "error_code, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state "
      "= excluded.state, progress = excluded.progress, finished_at = excluded.finished_at, "
      "error_code = excluded.error_code, error = excluded.error");
  const std::string order = order_text(job);
  const std::string progress = progress_text(job);
  Query query(put);
  query.bind(job.id.value).bind(job.kind).bind(name_of(job.state)).bind(job.actor).bind(order).bind(progress);
  query.bind(ms_of(job.created_at)).bind_or_null(ms_of(job.finished_at));
  query.bind_or_null(job.code).bind_or_null(job.error);
  PD_TRY(query.run());
  if (!job.finished_at) return {};
  Statement forget(db,
                   "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at IS NOT NULL ORDER BY "
                   "finished_at DESC, id DESC LIMIT -1 OFFSET " +
                       std::to_string(reconcile::kEndedJobsMax) + ")");
  Query old(forget);
  return old.run();
}

}  // namespace prospectd::store
