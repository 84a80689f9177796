// A store that forgets: it drops one change of a prospect out of a plan and says that all was written.
// Planted into a simulated run, it must not go unseen. Borrows nothing; calls as store::Store.
#pragma once

#include <memory>

#include "reconcile/store/store.h"

namespace prospectd::test {

std::unique_ptr<store::Store> forgetful(std::unique_ptr<store::Store> inner);

}  // namespace prospectd::test
