#include "reconcile/row_kind.h"

#include <algorithm>

namespace prospectd::reconcile {
namespace {

constexpr int64_t kNameBytesMax = 255;
constexpr int64_t kSubjectBytesMax = 500;
constexpr int64_t kNoteBytesMax = 1'000;
constexpr int64_t kDefinitionBytesMax = 32 * 1024;
constexpr int64_t kPositionMax = 1'000'000;

Cell text_cell(std::string name, int64_t most = kNameBytesMax) {
  Cell cell;
  cell.name = std::move(name);
  cell.most = most;
  return cell;
}

Cell typed_cell(std::string name, CellType type) {
  Cell cell = text_cell(std::move(name));
  cell.type = type;
  return cell;
}

Cell flag_cell(std::string name, bool initial) {
  Cell cell = typed_cell(std::move(name), CellType::kFlag);
  cell.required = true;
  cell.initial = initial;
  return cell;
}

Cell choice_cell(std::string name, std::vector<std::string> choices, const std::string& initial) {
  Cell cell = typed_cell(std::move(name), CellType::kChoice);
  cell.choices = std::move(choices);
  cell.required = true;
  cell.initial = initial;
  return cell;
}

Cell reference_cell(std::string name, std::string to) {
  Cell cell = typed_cell(std::move(name), CellType::kReference);
  cell.to = std::move(to);
  return cell;
}

Cell integer_cell(std::string name, int64_t most) {
  Cell cell = typed_cell(std::move(name), CellType::kInteger);
  cell.most = most;
  cell.required = true;
  cell.initial = int64_t{0};
  return cell;
}

Cell required_cell(Cell cell) {
  cell.required = true;
  return cell;
}

Cell crm_cell(Cell cell) {
  cell.of_crm = true;
  return cell;
}

Cell first_cell(Cell cell) {
  cell.use = CellUse::kAtCreation;
  return cell;
}

Cell shown_cell(Cell cell) {
  cell.use = CellUse::kShown;
  return cell;
}

RowKind kind_with(std::string type, std::string noun, Role role, std::vector<Cell> cells) {
  RowKind made;
  made.type = std::move(type);
  made.noun = std::move(noun);
  made.role = role;
  made.cells = std::move(cells);
  return made;
}

RowKind tasks_kind() {
  return kind_with(
      "tasks", "task", Role::kUser,
      {text_cell("subject", kSubjectBytesMax),
       choice_cell("state", {"incomplete", "pending", "complete"}, "incomplete"),
       choice_cell("kind", {"action_item", "call", "email", "in_person", "sms", "social"}, "action_item"),
       first_cell(choice_cell("source", {"user", "api", "import"}, "user")), text_cell("role"),
       typed_cell("due_at", CellType::kTime), required_cell(reference_cell("owner", "users")),
       reference_cell("prospect", "prospects"), reference_cell("account", "accounts"),
       shown_cell(reference_cell("sequence_state", "sequenceStates")),
       shown_cell(typed_cell("created_at", CellType::kTime)),
       shown_cell(typed_cell("changed_at", CellType::kTime))});
}

RowKind accounts_kind() {
  return kind_with("accounts", "account", Role::kUser,
                   {crm_cell(required_cell(text_cell("name"))), crm_cell(text_cell("website", kNoteBytesMax)),
                    crm_cell(text_cell("industry")), crm_cell(text_cell("phone")),
                    reference_cell("owner", "users"), shown_cell(flag_cell("deleted", false))});
}

RowKind users_kind() {
  RowKind made = kind_with("users", "user", Role::kAdmin,
                           {crm_cell(required_cell(text_cell("name"))),
                            crm_cell(required_cell(typed_cell("email", CellType::kEmail))),
                            shown_cell(integer_cell("kind", 1)), flag_cell("active", true)});
  made.unique = {user_cell::kEmail};
  return made;
}

RowKind mailboxes_kind() {
  RowKind made = kind_with(
      "mailboxes", "mailbox", Role::kUser,
      {required_cell(typed_cell("address", CellType::kEmail)), required_cell(reference_cell("user", "users")),
       flag_cell("is_default", false), flag_cell("connected", false), flag_cell("send_disabled", false),
       flag_cell("sync_disabled", false), text_cell("error", kNoteBytesMax)});
  made.unique = {mailbox_cell::kAddress, mailbox_cell::kUser};
  made.own = mailbox_cell::kUser;
  return made;
}

RowKind stages_kind() {
  RowKind made = kind_with("stages", "stage", Role::kAdmin,
                           {required_cell(text_cell("name")), integer_cell("position", kPositionMax)});
  made.unique = {kNameCell};
  return made;
}

RowKind tags_kind() {
  RowKind made = kind_with("tags", "tag", Role::kUser, {required_cell(text_cell("name"))});
  made.unique = {kNameCell};
  return made;
}

RowKind sequences_kind() {
  Cell definition = typed_cell("definition", CellType::kObject);
  definition.most = kDefinitionBytesMax;
  RowKind made = kind_with("sequences", "sequence", Role::kUser,
                           {required_cell(text_cell("name")), flag_cell("enabled", true), definition,
                            reference_cell("owner", "users"), reference_cell("ruleset", "rulesets")});
  made.own = sequence_cell::kOwner;
  return made;
}

RowKind sequence_states_kind() {
  return kind_with(
      "sequenceStates", "sequence state", Role::kUser,
      {first_cell(required_cell(reference_cell("prospect", "prospects"))),
       first_cell(required_cell(reference_cell("sequence", "sequences"))),
       reference_cell("sequencer", "users"), reference_cell("mailbox", "mailboxes"),
       choice_cell("state", {"active", "pending", "paused", "finished"}, "active"), text_cell("reason"),
       shown_cell(integer_cell("step", 0)), shown_cell(typed_cell("changed_at", CellType::kTime))});
}

RowKind rulesets_kind() {
  RowKind made = kind_with(
      "rulesets", "ruleset", Role::kAdmin,
      {required_cell(text_cell("name")),
       choice_cell("reentry", {"allow", "disallow", "only_if_inactive"}, "only_if_inactive"),
       flag_cell("exclusive", false), flag_cell("call_on_opened", false), flag_cell("call_on_clicked", false),
       reference_cell("stage_on_added", "stages"), reference_cell("stage_on_replied", "stages"),
       reference_cell("stage_on_completed", "stages"), reference_cell("stage_on_finished", "stages"),
       reference_cell("stage_on_bounced", "stages"), reference_cell("stage_on_failed", "stages"),
       reference_cell("stage_on_opted_out", "stages")});
  made.unique = {kNameCell};
  return made;
}

RowKind prospects_kind() {
  RowKind made = kind_with("prospects", "prospect", Role::kUser, {typed_cell("opted_out", CellType::kFlag)});
  made.editable = false;
  return made;
}

}  // namespace

size_t RowKind::find(std::string_view name) const {
  const auto found = std::ranges::find(cells, name, &Cell::name);
  return found == cells.end() ? npos : static_cast<size_t>(found - cells.begin());
}

const std::vector<RowKind>& row_kinds() {
  static const std::vector<RowKind> table = {
      users_kind(),     accounts_kind(),        mailboxes_kind(), stages_kind(), tags_kind(),
      sequences_kind(), sequence_states_kind(), rulesets_kind(),  tasks_kind(),  prospects_kind()};
  return table;
}

const RowKind* row_kind_named(std::string_view type) {
  const auto& all = row_kinds();
  const auto found = std::ranges::find(all, type, &RowKind::type);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace prospectd::reconcile
