// The words that the generator makes people, companies and places of. Static data, any thread.
#pragma once

#include <span>
#include <string_view>

namespace prospectd::sandbox {

/// A name as its bearer writes it, and as it stands in an address.
struct NameWord {
  std::string_view written;
  std::string_view ascii;
};
struct City {
  std::string_view name;
  std::string_view state;  ///< empty where addresses have none
  std::string_view country;
  std::string_view dialling;  ///< "+49 30"
};

std::span<const NameWord> first_names();
std::span<const NameWord> last_names();
std::span<const NameWord> company_heads();
std::span<const NameWord> company_tails();
std::span<const std::string_view> company_forms();
std::span<const std::string_view> job_titles();
std::span<const std::string_view> departments();
std::span<const std::string_view> streets();
std::span<const City> cities();
/// Texts for an address that no mail reaches.
std::span<const std::string_view> malformed_addresses();

}  // namespace prospectd::sandbox
