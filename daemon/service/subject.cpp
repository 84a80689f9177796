#include "daemon/service/subject.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "mapping/email_key.h"
#include "reconcile/row_kind.h"

namespace prospectd::service {
namespace {

constexpr size_t kNumberDigitsMax = 14;  // longer ones are CRM ids that happen to be all digits

std::optional<int64_t> number_of(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  const bool whole = fault == std::errc{} && stop == end && text.size() <= kNumberDigitsMax;
  return whole && value > 0 ? std::optional(value) : std::nullopt;
}

std::string kinds_words() {
  std::string words;
  for (const reconcile::RowKind& kind : reconcile::row_kinds())
    if (kind.editable) words += (words.empty() ? "" : ", ") + kind.noun;
  return words;
}

Error not_understood() {
  return make_error(
      ErrorCode::kInvalidInput,
      "can't tell what to explain: give a prospect's number (\"prospect 42\" or \"42\"), an email "
      "address, a CRM id of 15 or 18 characters, \"duplicate 7\", or the number of one of these: " +
          kinds_words());
}

Result<Subject> numbered(Subject::Kind kind, std::string_view number, std::string type = {}) {
  const auto value = number_of(number);
  if (!value) return not_understood();
  return Subject{kind, *value, std::move(type)};
}

// "sequence state", "sequence-state", "sequenceStates"
bool is_named(const reconcile::RowKind& kind, std::string_view given) {
  std::string noun(given);
  std::ranges::replace(noun, '-', ' ');
  return kind.editable &&
         (equals_ignore_case_ascii(noun, kind.noun) || equals_ignore_case_ascii(given, kind.type));
}

const reconcile::RowKind* kind_named(std::string_view given) {
  const auto& kinds = reconcile::row_kinds();
  const auto found = std::ranges::find_if(kinds, [&](const auto& kind) { return is_named(kind, given); });
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace

Result<Subject> parse_subject(const std::string& text, const CanonicalId& canonical_id) {
  if (text.size() > kSubjectBytesMax) return not_understood();
  const std::string_view whole = trim_ascii(text);
  if (whole.find('@') != std::string_view::npos) {
    auto key = mapping::email_key(whole);
    if (key) return Subject{Subject::Kind::kAddress, 0, *std::move(key)};
    return make_error(ErrorCode::kInvalidInput,
                      "this is no usable email address: one \"@\" with something on both sides of it, and no "
                      "blanks or brackets");
  }
  const size_t blank = whole.find_first_of(" \t");
  const std::string_view first = whole.substr(0, blank);
  const std::string_view rest =
      blank == std::string_view::npos ? std::string_view{} : trim_ascii(whole.substr(blank));
  if (equals_ignore_case_ascii(first, "prospect")) return numbered(Subject::Kind::kProspect, rest);
  if (equals_ignore_case_ascii(first, "duplicate")) return numbered(Subject::Kind::kDuplicate, rest);
  if (rest.empty() && number_of(first)) return numbered(Subject::Kind::kProspect, first);
  const size_t last_blank = whole.find_last_of(" \t");
  if (last_blank != std::string_view::npos) {
    const reconcile::RowKind* kind = kind_named(trim_ascii(whole.substr(0, last_blank)));
    const std::string_view last = whole.substr(last_blank + 1);
    if (kind != nullptr && number_of(last)) return numbered(Subject::Kind::kRow, last, kind->type);
  }
  auto id = canonical_id(std::string(rest.empty() ? first : rest));
  if (!id) return not_understood();
  return Subject{Subject::Kind::kRecord, 0, *std::move(id)};
}

}  // namespace prospectd::service
