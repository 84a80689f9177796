// The contract of jobs: written whole, read whole, and of those that have ended the oldest go.
#include "tests/contract/store_contract.h"

namespace prospectd::store {

using reconcile::Job;
using reconcile::JobState;
using reconcile::PutJob;

namespace {

Job job_of(int64_t id, JobState state) {
  Job job;
  job.id = {id};
  job.kind = "push";
  job.state = state;
  job.actor = "ana";
  job.created_at = Timestamp{milliseconds{id * 1'000}};
  if (!is_open(state)) job.finished_at = Timestamp{milliseconds{id * 2'000}};
  return job;
}

}  // namespace

TEST_P(StoreContract, AJobIsReadAsItWasWritten) {
  Job named = job_of(1, JobState::kRunning);
  named.connection = "salesforce";
  named.force = named.blanks = true;
  named.prospects = {{3}, {9}};
  named.after = {3};
  named.total = 2;
  named.counts = {1, 0, 0, 0, 1, {{"NOT_LINKED", 1}}};
  named.calls = 4;
  Job filtered = job_of(2, JobState::kFailed);
  filtered.filter = "tag:\"hot\"";
  filtered.plan = "p-7f3a";
  filtered.code = "network";
  filtered.error = "nobody answers";
  must_commit({PutJob{named}, PutJob{filtered}});
  EXPECT_EQ(*reader()->jobs(), (std::vector<Job>{named, filtered}));
}

TEST_P(StoreContract, ADriftScanIsKeptWithWhatItsObjectsHaveComeTo) {
  Job scan = job_of(1, JobState::kRunning);
  scan.kind = reconcile::kVerifyKind;
  scan.verify.object = "Lead";
  scan.verify.repair = scan.verify.yes = true;
  reconcile::Verification lead;
  lead.object = "Lead";
  lead.began_at = at(10);
  lead.finished_at = at(20);
  lead.counts = {100, 1, 2, 3, 4, 5};
  reconcile::Verification account;
  account.object = "Account";
  account.began_at = at(20);
  account.code = "permission";
  account.trouble = "nobody may";
  scan.verify.objects = {{"salesforce", lead}, {"another", account}};
  must_commit({PutJob{scan}});
  EXPECT_EQ(*reader()->jobs(), std::vector<Job>{scan});
}

TEST_P(StoreContract, AJobThatHasComeFurtherTakesItsOwnPlace) {
  Job job = job_of(1, JobState::kRunning);
  must_commit({PutJob{job}});
  job.after = {7};
  job.counts.done = job.counts.changed = 7;
  job.state = JobState::kDone;
  job.finished_at = Timestamp{milliseconds{9'000}};
  must_commit({PutJob{job}});
  EXPECT_EQ(*reader()->jobs(), std::vector<Job>{job});
}

TEST_P(StoreContract, OfJobsThatHaveEndedTheOldestGoAndTheOthersStay) {
  std::vector<reconcile::Step> steps = {PutJob{job_of(1, JobState::kQueued)}};
  const auto many = static_cast<int64_t>(reconcile::kEndedJobsMax);
  for (int64_t id = 2; id <= many + 3; ++id)
    steps.emplace_back(PutJob{job_of(id, JobState::kDone)});
  must_commit(std::move(steps));
  const auto jobs = *reader()->jobs();
  ASSERT_EQ(jobs.size(), reconcile::kEndedJobsMax + 1);
  EXPECT_EQ(jobs[0].id.value, 1);
  EXPECT_EQ(jobs[1].id.value, 4) << "two of the ended ones are over the bound";
}

}  // namespace prospectd::store
