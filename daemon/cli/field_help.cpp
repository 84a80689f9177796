#include "daemon/cli/field_help.h"

#include "daemon/cli/text_cells.h"
#include "mapping/local_schema.h"

namespace prospectd::cli {
namespace {

constexpr size_t kKindCells = 16;
constexpr size_t kFieldCells = 92;

struct FieldRow {
  const char* kind;
  const char* fields;
};

// Those of prospects are the schema's. What is behind "at first:" is given with `add` alone.
constexpr FieldRow kFieldRows[] = {
    {"task",
     "subject, state (incomplete, pending, complete), kind (action_item, call, email, in_person, sms, "
     "social), "
     "role, due_at, owner, prospect, account; at first: source (user, api, import)"},
    {"account", "name, website, industry, phone, owner"},
    {"user", "name, email, active"},
    {"mailbox", "address, user, is_default, connected, send_disabled, sync_disabled, error"},
    {"stage", "name, position"},
    {"tag", "name"},
    {"sequence", "name, enabled, definition (JSON: definition:={…}), owner, ruleset"},
    {"sequence-state",
     "sequencer, mailbox, state (active, pending, paused, finished), reason; at first: prospect, sequence"},
    {"ruleset",
     "name, reentry (allow, disallow, only_if_inactive), exclusive, call_on_opened, call_on_clicked, "
     "stage_on_added, stage_on_replied, stage_on_completed, stage_on_finished, stage_on_bounced, "
     "stage_on_failed, stage_on_opted_out"},
};

void add_row(std::string& text, const std::string& kind, const std::string& fields) {
  std::string start = kind;
  for (const std::string& line : wrapped(fields, kFieldCells)) {
    text += "  " + pad_to(start, kKindCells) + line + "\n";
    start.clear();
  }
}

}  // namespace

std::string field_help() {
  std::string text = "\nFields (a user is named by number or address, other rows by number):\n";
  const mapping::LocalSchema standard;
  std::string names;
  for (const mapping::LocalField& field : standard.fields())
    names += field.name + ", ";
  add_row(text, "prospect", names + "custom.NAME as the mapping has it; tags, alone");
  for (const FieldRow& row : kFieldRows)
    add_row(text, row.kind, row.fields);
  return text;
}

}  // namespace prospectd::cli
