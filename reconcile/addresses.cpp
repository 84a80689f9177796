#include "reconcile/addresses.h"

#include <algorithm>

#include "mapping/email_key.h"

namespace prospectd::reconcile {

std::vector<Address> with_primary(const Prospect& prospect, const Value& typed) {
  std::vector<Address> addresses = prospect.addresses;
  const auto key = mapping::email_key(typed.str());
  const auto same = [&](const Address& a) { return key && a.key == *key; };
  const bool known = std::ranges::any_of(addresses, same);
  std::erase_if(addresses, same);
  // The field may hold what is no address: then the list begins with another one, which is not replaced.
  const auto old_key = mapping::email_key(prospect.fields[mapping::field::kEmail].str());
  if (!known && old_key) std::erase_if(addresses, [&](const Address& a) { return a.key == *old_key; });
  if (key) addresses.insert(addresses.begin(), Address{*key, std::string(typed.str())});
  return addresses;
}

}  // namespace prospectd::reconcile
