#include "daemon/wire/lifeline.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "daemon/exit_code.h"

namespace prospectd::wire {

void tie_to_parent() {
  const char* named = std::getenv(kParentVariable);
  if (named == nullptr) return;
  const std::string parent = named;
  ::unsetenv(kParentVariable);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The supervisor may have ended before the kernel knew of the tie.
  if (parent != std::to_string(::getppid())) std::_Exit(static_cast<int>(ExitCode::kInterrupted));
}

}  // namespace prospectd::wire
