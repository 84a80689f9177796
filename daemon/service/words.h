// Words: how the service speaks of records, people and values. Internal to the service. Pure, any thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "reconcile/model.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

/// Connections by number.
using ConnectionNames = std::map<store::ConnectionId, std::string>;

/// "Lead 00Q…"; the id alone where the object is not known.
std::string record_words(const std::string& object, const RemoteId& remote);
/// First and last name, else the company, else "no name".
std::string person_words(const reconcile::Prospect& prospect);
/// "Prospect 42"
std::string prospect_words(ProspectId id);
std::string connection_words(const ConnectionNames& names, store::ConnectionId id);
/// A value in quotes, or "nothing".
std::string quoted_words(const std::string& text);
/// "a, b and c"
std::string list_words(const std::vector<std::string>& items);

/// A value as the journal keeps it (JSON) as text: strings without quotes, null as "".
std::string journal_text(const std::string& json);

/// Both sides of a conflict from a journal row's detail, in a sentence; nullopt when it is something else.
std::optional<std::string> both_sides_words(const std::string& detail);

}  // namespace prospectd::service
