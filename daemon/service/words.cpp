#include "daemon/service/words.h"

#include <nlohmann/json.hpp>

#include "daemon/service/service.h"

namespace prospectd::service {
namespace {

using Json = nlohmann::json;
namespace field = mapping::field;

// Journal rows are our own, but they come back from a file: what does not parse is shown as it is.
Json parse_quietly(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string_view name_of(reconcile::DuplicateKind kind) {
  switch (kind) {
    case reconcile::DuplicateKind::kDuplicateEmail:
      return "duplicate_email";
    case reconcile::DuplicateKind::kMergeConflict:
      return "merge_conflict";
    case reconcile::DuplicateKind::kAmbiguousMatch:
      return "ambiguous_match";
  }
  return "";
}

std::string record_words(const std::string& object, const RemoteId& remote) {
  if (object.empty()) return remote.str();
  return remote.empty() ? object : object + " " + remote.str();
}

std::string person_words(const reconcile::Prospect& prospect) {
  const auto text = [&](size_t at) {
    return at < prospect.fields.size() ? prospect.fields[at].to_text() : std::string{};
  };
  const std::string first = text(field::kFirstName);
  const std::string last = text(field::kLastName);
  if (!first.empty() && !last.empty()) return first + " " + last;
  if (!first.empty() || !last.empty()) return first + last;
  const std::string company = text(field::kCompany);
  return company.empty() ? "no name" : company;
}

std::string prospect_words(ProspectId id) {
  return "Prospect " + std::to_string(id.value);
}

std::string connection_words(const ConnectionNames& names, store::ConnectionId id) {
  const auto found = names.find(id);
  return found == names.end() ? "connection " + std::to_string(id.value) : found->second;
}

std::string quoted_words(const std::string& text) {
  return text.empty() ? "nothing" : "\"" + text + "\"";
}

std::string list_words(const std::vector<std::string>& items) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? " and " : ", ";
    out += items[i];
  }
  return out;
}

std::string journal_text(const std::string& json) {
  if (json.empty()) return "";
  const Json value = parse_quietly(json);
  return value.is_discarded() ? json : text_of(value);
}

std::optional<std::string> both_sides_words(const std::string& detail) {
  if (!detail.starts_with('{')) return std::nullopt;
  const Json sides = parse_quietly(detail);
  if (!sides.is_object() || !sides.contains("crm") || !sides.contains("prospect")) return std::nullopt;
  std::string words = "the CRM said " + quoted_words(text_of(sides["crm"])) + ", the prospect " +
                      quoted_words(text_of(sides["prospect"]));
  if (sides.contains("agreed")) words += ", and before that both " + quoted_words(text_of(sides["agreed"]));
  return words;
}

}  // namespace prospectd::service
