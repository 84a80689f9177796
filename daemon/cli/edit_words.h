// What the daemon says of a change, for people: before and after, what goes out, what was refused. Pure, any
// thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "daemon/cli/console.h"

namespace prospectd::cli {

/// A value as JSON, or "nothing".
std::string value_words(const nlohmann::json& value);
/// The same of a field's value; where `names` (docs/api.md, Changes) has one for it, "Ana Diaz (3)".
std::string named_words(const nlohmann::json& names, const std::string& field, const nlohmann::json& value);
/// A line for each change of `meta` (docs/api.md, Changes), and one for each push. Where changes name their
/// row, those of others than `type` and `id` are told with it.
std::vector<std::string> change_lines(const nlohmann::json& meta, const std::string& type = {},
                                      const std::string& id = {});

/// Names the way back, where undo takes the change of `meta` ("cause", "undoable"). `config` goes behind the
/// command.
void say_way_back(Console& console, const nlohmann::json& meta, const std::string& config);

/// What `set` and `add` change, by its name on the command line ("sequence-state"), and its resources in the
/// API ("sequenceStates"). The first is the prospect.
struct EditedKind {
  const char* name;
  const char* type;
};
const std::vector<EditedKind>& edited_kinds();
std::vector<std::string> edited_kind_names();
/// The type of a kind; empty for none.
std::string type_of_kind(const std::string& name);
/// "Prospect", "Sequence-state".
std::string kind_at_start(const std::string& name);
/// "email is an address of prospect 1 · …" of a row's errors.
std::string fault_words(const nlohmann::json& errors);

}  // namespace prospectd::cli
