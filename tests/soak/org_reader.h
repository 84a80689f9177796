// OrgReader: an organisation read whole through its own API, as any program could: nothing that prospectd
// says of it is trusted, and none of its code for reading feeds is used. Blocking; one thread.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "mapping/local_schema.h"
#include "tests/support/agreement.h"

namespace prospectd::soak {

struct OrgAccess {
  std::string url;  ///< "http://127.0.0.1:9443"
  std::string client_id;
  Secret client_secret;
};

/// What the example mappings take over from an organisation, as positions in their local schema.
std::vector<test::MappedText> mapped_texts(const mapping::LocalSchema& schema);

/// Every person, user and account, deleted ones too, with texts as the example mappings make them. Its calls
/// count against the organisation's allowance.
/// **Errors:** kNetwork when nobody answers; kInternal for an answer that is none.
Result<test::Organisation> read_organisation(const OrgAccess& access);

}  // namespace prospectd::soak
