// What every process does first that will hold secrets.
#pragma once

namespace prospectd::wire {

/// No core dumps, and no debugger of another user: both would hold tokens and people's data.
void keep_memory_private();

}  // namespace prospectd::wire
