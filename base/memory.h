// Memory that was needed for a while.
#pragma once

namespace prospectd {

/// Gives the system back what has been freed. Takes milliseconds: for the end of work that took far more
/// memory than what comes next. Any thread.
void give_back_memory();

}  // namespace prospectd
