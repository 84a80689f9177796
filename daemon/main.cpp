// The program: the command line, and what its verbs run.
#include "daemon/cli/verbs.h"
#include "daemon/wire/daemon.h"
#include "daemon/wire/demo.h"
#include "daemon/wire/describe.h"
#include "daemon/wire/inspect.h"
#include "daemon/wire/lifeline.h"
#include "daemon/wire/login.h"
#include "daemon/wire/sandbox.h"

int main(int argc, char** argv) {
  using namespace prospectd;
  wire::tie_to_parent();
  const cli::Hooks hooks{wire::test_logins, wire::run_daemon,       wire::run_sandbox,
                         wire::run_demo,    wire::describe_objects, wire::state_hooks()};
  return cli::run_cli(argc, argv, hooks);
}
