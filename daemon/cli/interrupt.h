// Interrupt: Ctrl-C while a verb waits for something that the daemon does: it is noted, and the verb says
// what becomes of the work. One at a time, in main's thread.
#pragma once

namespace prospectd::cli {

/// While it lives, SIGINT sets a flag; a second one ends the process as ever.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool came() const;
};

}  // namespace prospectd::cli
