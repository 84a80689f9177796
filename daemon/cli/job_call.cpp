#include "daemon/cli/job_call.h"

#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/harmless.h"
#include "base/text.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"

namespace prospectd::cli {
namespace {

using Tree = nlohmann::json;

constexpr std::chrono::milliseconds kAskAboutJobEvery{100};

// Why it can't be looked at any more; it goes on without that.
Error not_followed(Error why, const std::string& id, bool dry_run) {
  if (!dry_run) {
    why.message += "; job " + harmless(id) +
                   " goes on in the daemon, and where it was when that starts anew: prospectd jobs show " +
                   harmless(id);
  }
  return why;
}

}  // namespace

bool is_open_job(const Tree& job) {
  const std::string state = text_at(job, "state");
  return state == "queued" || state == "running";
}

Result<Tree> await_job(const DaemonClient& client, const std::string& path, Tree job,
                       const Interrupt& interrupt, const std::function<void(const Tree&)>& tell) {
  while (is_open_job(job) && !interrupt.came()) {
    tell(job);
    std::this_thread::sleep_for(kAskAboutJobEvery);
    const std::string id = text_at(job, "id");
    auto answer = client.get(path + escape_for_url(id));
    if (!answer) return not_followed(answer.error(), id, flag_at(job, "dryRun"));
    job = flattened(member(*answer, "data"));
  }
  return job;
}

// Nothing is stopped by looking away: a dry run has nothing to go on for, anything else goes on in the
// daemon.
ExitCode leave_job(const DaemonClient& client, Console& console, const Tree& job) {
  const std::string id = text_at(job, "id");
  if (flag_at(job, "dryRun")) {
    const auto cancelled = client.remove("/v1/jobs/" + escape_for_url(id));
    if (!cancelled) return console.fail(cancelled.error());
    console.hint("The dry run was cancelled.");
    return ExitCode::kInterrupted;
  }
  console.hint("Job " + harmless(id) + " goes on in the daemon. Look at it: prospectd jobs show " +
               harmless(id) + " · stop it: prospectd jobs cancel " + harmless(id));
  if (console.json) console.document(job);
  return ExitCode::kInterrupted;
}

}  // namespace prospectd::cli
