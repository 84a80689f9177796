#include "connectors/salesforce_wire/ids.h"

#include <algorithm>
#include <cassert>

#include "base/text.h"
#include "connectors/salesforce_wire/characters.h"

namespace prospectd::salesforce_wire {
namespace {

constexpr size_t kBlockSize = 5;
constexpr std::string_view kCheckAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
// ASCII order, so that a greater number makes a greater id.
constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

constexpr KnownPrefix kPrefixes[] = {
    {"001", "Account"},
    {"003", "Contact"},
    {"005", "User"},
    {"006", "Opportunity"},
    {"00D", "Organization"},
    {"00E", "UserRole"},
    {"00G", "Group"},
    {"00Q", "Lead"},
    {"00T", "Task"},
    {"00U", "Event"},
    {"00e", "Profile"},
    {"00k", "OpportunityLineItem"},
    {"00v", "CampaignMember"},
    {"012", "RecordType"},
    {"01Q", "AssignmentRule"},
    {"068", "ContentVersion"},
    {"069", "ContentDocument"},
    {"500", "Case"},
    {"701", "Campaign"},
    {"707", "AsyncApexJob"},
};

bool all_id_characters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_alphanumeric);
}

// Each check character holds one bit for each of its block's five characters: set where that is a capital.
void append_check_characters(std::string& id) {
  for (size_t block = 0; block < kShortIdSize; block += kBlockSize) {
    size_t bits = 0;
    for (size_t i = 0; i < kBlockSize; ++i) {
      if (is_upper(id[block + i])) bits |= size_t{1} << i;
    }
    id += kCheckAlphabet[bits];
  }
}

// Gives every letter the case that the check characters remember.
std::optional<std::string> with_remembered_case(std::string_view text) {
  std::string id(text);
  for (size_t block = 0; block < kShortIdSize / kBlockSize; ++block) {
    char& check = id[kShortIdSize + block];
    check = to_upper(check);
    const size_t bits = kCheckAlphabet.find(check);
    if (bits == std::string_view::npos) return std::nullopt;
    for (size_t i = 0; i < kBlockSize; ++i) {
      char& c = id[block * kBlockSize + i];
      const bool capital = (bits >> i & 1) != 0;
      if (capital && is_digit(c)) return std::nullopt;
      c = capital ? to_upper(c) : to_lower(c);
    }
  }
  return id;
}

}  // namespace

std::optional<std::string> canonical_id(std::string_view text) {
  if (text.size() != kShortIdSize && text.size() != kLongIdSize) return std::nullopt;
  if (!all_id_characters(text)) return std::nullopt;
  if (text.size() == kLongIdSize) return with_remembered_case(text);
  std::string id(text);
  append_check_characters(id);
  return id;
}

std::optional<std::string> checked_id(std::string_view text) {
  auto id = canonical_id(text);
  if (id && text.size() == kLongIdSize && *id != text) return std::nullopt;
  return id;
}

std::string_view id_prefix(std::string_view id) {
  return id.size() < kIdPrefixSize ? std::string_view{} : id.substr(0, kIdPrefixSize);
}

std::string make_id(std::string_view prefix, uint64_t number) {
  assert(prefix.size() == kIdPrefixSize && all_id_characters(prefix));
  std::string id(kShortIdSize, kBase62[0]);
  id.replace(0, kIdPrefixSize, prefix);
  // Eleven base-62 digits hold any 64-bit number, so it never reaches the prefix.
  for (size_t at = kShortIdSize; number != 0; number /= kBase62.size()) {
    id[--at] = kBase62[number % kBase62.size()];
  }
  append_check_characters(id);
  return id;
}

std::span<const KnownPrefix> known_prefixes() {
  return kPrefixes;
}

std::string_view prefix_of_object(std::string_view object) {
  for (const KnownPrefix& row : kPrefixes) {
    if (equals_ignore_case_ascii(row.object, object)) return row.prefix;
  }
  return {};
}

std::string_view object_of_prefix(std::string_view id) {
  for (const KnownPrefix& row : kPrefixes) {
    if (row.prefix == id_prefix(id)) return row.object;
  }
  return {};
}

}  // namespace prospectd::salesforce_wire
