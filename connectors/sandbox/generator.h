// The generator: an organisation of any size out of a seed, with the awkward cases that real ones have, in
// stated shares. The same options and the same clock give the same org on every machine. Pure; one thread.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {

/// Of a thousand records of a kind.
struct Shares {
  int blank_address = 40;
  int malformed_address = 15;
  int shared_address = 15;  ///< the address of an earlier record of the same type
  int same_person = 40;     ///< leads who are a contact, too: same name, same address
  int odd_spelling = 20;    ///< upper case, a no-break space or blanks around it
  int queue_owned = 60;     ///< leads
  int inactive_owner = 30;
  int without_account = 40;  ///< contacts
  int converted = 30;        ///< leads
  int deleted = 10;
  int opted_out = 30;
};

struct GeneratorOptions {
  int64_t people = 10'000;  ///< leads and contacts together
  int64_t accounts = 0;     ///< 0: one for twelve people
  int64_t users = 24;       ///< one in eight is inactive
  int64_t queues = 3;
  uint64_t seed = 1;
  int leads_of_thousand = 600;
  Shares shares = {};
};
constexpr int64_t kPeopleMax = 20'000'000;
/// Of five runs of this many records the second one has all its stamps in one second.
constexpr int64_t kBurstRows = 100;
/// In the middle of a large org so many leads have one stamp: more than a page.
constexpr int64_t kLargeBurstRows = 3'000;

/// What was made, by awkward case.
struct GeneratorReport {
  int64_t users = 0;
  int64_t inactive_users = 0;
  int64_t queues = 0;
  int64_t accounts = 0;
  int64_t leads = 0;
  int64_t contacts = 0;
  int64_t blank_address = 0;
  int64_t malformed_address = 0;
  int64_t shared_by_leads = 0;
  int64_t shared_by_contacts = 0;
  int64_t same_person = 0;
  int64_t odd_spelling = 0;
  int64_t queue_owned = 0;
  int64_t inactive_owner = 0;
  int64_t without_account = 0;
  int64_t converted = 0;
  int64_t deleted = 0;
  int64_t opted_out = 0;

  bool operator==(const GeneratorReport&) const = default;
};

/// Fills an org.
/// **Errors:** kConfigInvalid for sizes out of range (people 0 to kPeopleMax, at least one user).
Result<GeneratorReport> generate(Org& org, const GeneratorOptions& options);

}  // namespace prospectd::sandbox
