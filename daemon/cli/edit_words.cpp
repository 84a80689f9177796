#include "daemon/cli/edit_words.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

void add_change_lines(const Json& meta, const char* list, const std::string& type, const std::string& id,
                      const std::string& before, std::vector<std::string>& lines) {
  const Json& names = member(meta, "names");
  for (const Json& change : member(meta, list)) {
    const bool own = text_at(change, "type") == type && text_at(change, "id") == id;
    const bool named = !text_at(change, "type").empty() && !own;
    const std::string who = named ? shown_at(change, "type") + " " + shown_at(change, "id") + ", " : before;
    const std::string field = text_at(change, "field");
    lines.push_back("  " + who + harmless(field) + "  " +
                    named_words(names, field, member(change, "before")) + " → " +
                    named_words(names, field, member(change, "after")));
  }
}

// "title, phone stay here (Lead of salesforce): …"
std::string stay_words(const Json& stays) {
  const Json& fields = member(stays, "fields");
  std::string words;
  for (const Json& field : fields)
    words += (words.empty() ? "" : ", ") + (field.is_string() ? harmless(field.get<std::string>()) : "?");
  const std::string object = shown_at(stays, "object");
  return words + (fields.size() > 1 ? " stay here (" : " stays here (") + object +
         (object.empty() ? "" : " of ") + shown_at(stays, "connection") + "): " + shown_at(stays, "message");
}

}  // namespace

const std::vector<EditedKind>& edited_kinds() {
  static const std::vector<EditedKind> table = {
      {"prospect", "prospects"}, {"task", "tasks"},         {"account", "accounts"},
      {"user", "users"},         {"mailbox", "mailboxes"},  {"stage", "stages"},
      {"tag", "tags"},           {"sequence", "sequences"}, {"sequence-state", "sequenceStates"},
      {"ruleset", "rulesets"},
  };
  return table;
}

std::vector<std::string> edited_kind_names() {
  std::vector<std::string> names;
  for (const EditedKind& kind : edited_kinds())
    names.emplace_back(kind.name);
  return names;
}

std::string type_of_kind(const std::string& name) {
  for (const EditedKind& kind : edited_kinds())
    if (kind.name == name) return kind.type;
  return {};
}

std::string kind_at_start(const std::string& name) {
  std::string words = name;
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

std::string value_words(const Json& value) {
  return value.is_null() ? "nothing" : harmless(dump_json_line(value));
}

std::string named_words(const Json& names, const std::string& field, const Json& value) {
  const std::string name = value.is_number_integer() ? shown_at(member(names, field), value.dump()) : "";
  return name.empty() ? value_words(value) : name + " (" + value.dump() + ")";
}

std::vector<std::string> change_lines(const Json& meta, const std::string& type, const std::string& id) {
  std::vector<std::string> lines;
  add_change_lines(meta, "changes", type, id, "", lines);
  add_change_lines(meta, "prospectChanges", type, id, "the prospect's ", lines);
  for (const Json& push : member(meta, "pushes")) {
    const std::string lane = text_at(push, "lane");
    lines.push_back("  to be written to " + shown_at(push, "connection") + ": " +
                    shown_at(push, "operation") + " of " + with_article(shown_at(push, "object")) +
                    (lane == "ordinary" ? "" : ", in the lane " + shown_at(push, "lane")));
  }
  for (const Json& stays : member(meta, "stays"))
    lines.push_back("  " + stay_words(stays));
  return lines;
}

void say_way_back(Console& console, const Json& meta, const std::string& config) {
  if (console.quiet || !flag_at(meta, "undoable")) return;
  const std::string cause = shown_at(meta, "cause");
  if (!cause.empty()) console.line("Undo with: prospectd undo " + cause + config);
}

std::string fault_words(const Json& errors) {
  std::string words;
  for (const Json& error : errors)
    words += (words.empty() ? "" : " · ") + shown_at(error, "detail");
  return words;
}

}  // namespace prospectd::cli
