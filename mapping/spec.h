// MappingSpec: what a person wrote about one object's fields, already read from its file, not yet compiled.
// Pure data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/local_schema.h"

namespace prospectd::mapping {

namespace expression {
struct Expression;
}

enum class Direction { kIn, kOut, kBoth };  ///< in: CRM → prospect
enum class ConflictRule { kCrmWins, kProspectWins, kNewest, kFillBlank, kReview };
enum class Blanks { kSkip, kMirror };

std::string_view name_of(Direction d);     // "in" …
std::string_view name_of(ConflictRule r);  // "crm_wins" …
std::string_view name_of(Blanks b);        // "skip" …

struct FieldSpec {
  std::string remote;  ///< the CRM's field name
  std::string local;   ///< the prospect's (or account's) field name
  Direction direction = Direction::kBoth;
  ConflictRule conflict = ConflictRule::kCrmWins;
  Blanks blanks_in = Blanks::kSkip;
  Blanks blanks_out = Blanks::kSkip;
  std::vector<std::string> blank_words;  ///< placeholders that count as blank, ignoring case
  std::vector<std::pair<std::string, std::string>> value_map;  ///< remote value → local value
  std::optional<std::string> default_in;                       ///< taken instead of a blank from the CRM
  std::optional<std::string> default_out;
  std::vector<std::string> transforms_in;  ///< names from the table of transforms, in order
  std::vector<std::string> transforms_out;
  LocalType type = LocalType::kText;  ///< of a custom field
  bool indexed = false;
  std::string where;  ///< "mappings/lead.yaml:14:5", for messages

  bool operator==(const FieldSpec&) const = default;
};

struct MappingSpec {
  std::string object;  ///< "Lead"
  std::vector<FieldSpec> fields;
  std::string where;
};

/// One person type of a plugin, in the plugin's order.
struct TypeSpec {
  MappingSpec mapping;
  bool inbound_create = true;
  std::string create_when;  ///< a condition that new records meet, as it was written; empty: none
  std::shared_ptr<const expression::Expression> condition;  ///< the same for record_condition.h
  bool inbound_update = true;
  bool outbound_create = false;
  std::string outbound_create_when;  ///< a condition that new prospects meet, as it was written; empty: none
  std::shared_ptr<const expression::Expression> outbound_condition;  ///< the same for prospect_condition.h
  bool outbound_update = false;
  /// The CRM's field, an external id, that keeps our key for a record: creates are upserts by it. Empty:
  /// none.
  std::string external_id;
};

}  // namespace prospectd::mapping
