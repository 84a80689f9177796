// Record ids as they travel on the wire: 15 case-sensitive characters of [0-9A-Za-z], or the same with three
// check characters that remember the letter case. Everything inside the project keeps the 18-character form.
// Owned by salesforce_wire; pure values, any thread. Source: API §12.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prospectd::salesforce_wire {

constexpr size_t kShortIdSize = 15;
constexpr size_t kLongIdSize = 18;
constexpr size_t kIdPrefixSize = 3;

/// What the CRM answers where a reference is empty but must not be null.
constexpr std::string_view kNullId = "000000000000000AAA";

/// The 18-character form of an id. 15 characters get their check characters. Of 18 the check characters are
/// the authority on letter case, so an id that lost its case (or whose check characters did) is repaired.
/// **Errors:** nullopt for any other length, for other characters, and for check characters that ask for a
/// capital letter where there is a digit.
std::optional<std::string> canonical_id(std::string_view text);

/// The same for what the CRM itself says, which needs no repair: 18 characters must agree with their check
/// characters, else something has changed the id on its way, and it may be another record's.
std::optional<std::string> checked_id(std::string_view text);

/// The first three characters, which name the object; empty when `id` is shorter.
std::string_view id_prefix(std::string_view id);

/// The id of the record with this running number: prefix, 12 base-62 digits, check characters. Greater
/// numbers compare greater as bytes. `prefix` must be three characters of [0-9A-Za-z].
std::string make_id(std::string_view prefix, uint64_t number);

struct KnownPrefix {
  std::string_view prefix;
  std::string_view object;
};
/// Prefixes that are the same in every org; those of custom objects differ and come from a describe.
std::span<const KnownPrefix> known_prefixes();
/// The prefix of a standard object, by its name in any letter case; empty when not known.
std::string_view prefix_of_object(std::string_view object);
/// The standard object that owns a prefix (the first three characters of `id`); empty when not known.
std::string_view object_of_prefix(std::string_view id);

}  // namespace prospectd::salesforce_wire
