// Which record stands for a prospect that has none (SEMANTICS §3): what a look-up in every person type has
// found, and the plugin's order, decide between a link and a new record. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcile/push.h"

namespace prospectd::reconcile {

/// A record that has one of the prospect's addresses.
struct FoundRecord {
  size_t type = 0;  ///< position in the plugin's order
  mapping::MappedRecord record;
  ProspectId holder;       ///< the prospect that it is linked to; 0: none
  size_t address = 0;      ///< position of the address that led here
  std::string owner = {};  ///< the record's owner, as the CRM names it; empty where that is not mapped
};

enum class CreateVerdict {
  kCreate,     ///< nobody stands for it: a new record of CreateChoice::type
  kLink,       ///< CreateChoice::found stands for it
  kTaken,      ///< whoever has its address is linked to another prospect
  kAmbiguous,  ///< several of one type do, and the policy leaves the choice to a person
  kNoType,     ///< no type makes a new record of it
};

struct CreateChoice {
  CreateVerdict verdict = CreateVerdict::kCreate;
  size_t type = 0;   ///< of kCreate
  size_t found = 0;  ///< of kLink, kTaken and kAmbiguous: position among the found
};

/// Chooses for a prospect with these fields. `owner` is its owner, as the CRM names them; may be empty.
/// Records by the primary address come before those by others, then the type that is listed first, then the
/// tie rule: the owner's, the newest, the lowest id.
CreateChoice choose_record(const std::vector<PersonType>& types, const std::vector<Value>& prospect,
                           const std::vector<FoundRecord>& found, SameEmail same_email,
                           const std::string& owner);

/// A prospect and the record that stood for it before.
struct Baseline {
  Link link;
  bool opts_out = false;  ///< the record has opted out, and so the prospect does: that alone is taken over
};

/// The link of a prospect to a record that was there before, with a two-sided baseline: standing differences
/// stay, each side keeps its own (§11), but for an opt-out, which counts on either side. What `sent` says is
/// ours already (a create whose answer was lost). `snapshot` resolves the owner and the account that the
/// record names.
Baseline baseline_link(const PersonType& type, const Prospect& prospect, const mapping::MappedRecord& record,
                       const Policy& policy, const PageSnapshot& snapshot, const SentValues& sent);

}  // namespace prospectd::reconcile
