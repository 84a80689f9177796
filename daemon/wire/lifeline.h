// The tie between a supervisor and the processes that it starts: they never outlive it, whatever ends it.
// Linux. Called once, by main, before there are threads.
#pragma once

namespace prospectd::wire {

/// The environment variable in which a supervisor tells its children its process id.
constexpr const char* kParentVariable = "PROSPECTD_PARENT";

/// In a process that a supervisor has started: asks the kernel for a SIGTERM when the supervisor ends, and
/// ends at once where it has already. Elsewhere nothing.
void tie_to_parent();

}  // namespace prospectd::wire
