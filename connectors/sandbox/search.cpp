#include "connectors/sandbox/search.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/search_words.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

// In the order of SearchGroup.
constexpr std::string_view kSearchGroups[] = {"ALL", "NAME", "EMAIL", "PHONE"};

ApiError malformed(const std::string& reason) {
  return api_error(std::string(code::kMalformedSearch), reason);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Reads SOSL from left to right.
class SoslReader {
 public:
  explicit SoslReader(std::string_view text) : rest_(text) {}

  Outcome<Search> read() {
    Search out;
    PD_TRY(expect("FIND"));
    PD_TRY(read_words(out.words));
    if (accept("IN")) {
      const auto group = search_group(name());
      if (!group) return unexpected();
      out.group = *group;
      PD_TRY(expect("FIELDS"));
    }
    if (accept("RETURNING")) {
      do {
        if (out.targets.size() == kSearchTargetsMax)
          return malformed("RETURNING names at most " + std::to_string(kSearchTargetsMax) + " objects");
        PD_TRY(read_target(out.targets.emplace_back()));
      } while (accept_symbol(','));
    }
    if (accept("LIMIT")) {
      const auto limit = soql::Number{name()}.as_int();
      if (!limit || *limit < 1 || *limit > kSearchRowsMax) return unexpected();
      out.limit = *limit;
    }
    skip_blanks();
    if (!rest_.empty()) return unexpected();
    return out;
  }

 private:
  void skip_blanks() { rest_ = rest_.substr(std::min(rest_.find_first_not_of(" \t\r\n\f"), rest_.size())); }
  ApiError unexpected() const {
    return malformed("unexpected token: '" +
                     (rest_.empty() ? "<EOF>" : std::string(trim_ascii(rest_).substr(0, 40))) + "'");
  }
  bool accept_symbol(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string name() {
    skip_blanks();
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name_character);
    std::string out(rest_.begin(), end);
    rest_.remove_prefix(out.size());
    return out;
  }
  bool accept(std::string_view word) {
    const std::string_view before = rest_;
    if (equals_ignore_case_ascii(name(), word)) return true;
    rest_ = before;
    return false;
  }
  Outcome<void> expect(std::string_view word) {
    if (!accept(word)) return unexpected();
    return {};
  }

  // {…}, where a backslash takes the next character as it is.
  Outcome<void> read_words(std::string& out) {
    if (!accept_symbol('{')) return unexpected();
    while (!rest_.empty() && rest_.front() != '}') {
      if (rest_.front() == '\\' && rest_.size() > 1) {
        out += rest_.front();
        rest_.remove_prefix(1);
      }
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!accept_symbol('}')) return unexpected();
    return {};
  }

  // Lead, or Lead(Id, Email WHERE … ORDER BY … LIMIT …): what stands inside is left to SOQL.
  Outcome<void> read_target(SearchTarget& out) {
    out.object = name();
    if (out.object.empty()) return unexpected();
    if (!accept_symbol('(')) return {};
    const size_t end = closing_parenthesis();
    if (end == std::string_view::npos) {
      rest_ = {};
      return unexpected();
    }
    const std::string_view inside = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    const size_t clauses = first_clause(inside);
    out.fields = trim_ascii(inside.substr(0, clauses));
    out.clauses = trim_ascii(inside.substr(clauses));
    return {};
  }

  // Where the parenthesis that is open closes; those inside strings don't count.
  size_t closing_parenthesis() const {
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quoted && c == '\\') {
        ++i;
      } else if (c == '\'') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        ++depth;
      } else if (!quoted && c == ')' && depth-- == 0) {
        return i;
      }
    }
    return std::string_view::npos;
  }

  // Where the list of fields ends.
  static size_t first_clause(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
      if (!is_name_character(text[i])) {
        ++i;
        continue;
      }
      const auto* end = std::find_if_not(text.begin() + i, text.end(), is_name_character);
      const std::string_view word = text.substr(i, static_cast<size_t>(end - text.begin()) - i);
      for (const std::string_view clause : {"USING", "WHERE", "ORDER", "LIMIT", "OFFSET"}) {
        if (equals_ignore_case_ascii(word, clause)) return i;
      }
      i += word.size();
    }
    return text.size();
  }

  std::string_view rest_;
};

bool is_searched(const Field& field, SearchGroup group) {
  if (field.column < 0) return false;
  switch (group) {
    case SearchGroup::kName:
      return field.has(kNameField) || field.compound_of == "Name";
    case SearchGroup::kEmail:
      return field.kind == FieldKind::kEmail;
    case SearchGroup::kPhone:
      return field.kind == FieldKind::kPhone;
    default:
      return holds_text(field.kind) && field.kind != FieldKind::kId && field.kind != FieldKind::kReference &&
             !is_picklist(field);
  }
}

Outcome<Found> search_one(const Org& org, const Knobs& knobs, const SearchTarget& target,
                          const SearchWords& words, SearchGroup group, const QueryContext& context) {
  const std::string text = "SELECT " + (target.fields.empty() ? "Id" : target.fields) + " FROM " +
                           target.object + (target.clauses.empty() ? "" : " " + target.clauses);
  auto parsed = soql::parse(text);
  if (const auto* error = std::get_if<soql::ParseError>(&parsed)) return malformed(error->message);
  auto& query = std::get<soql::Query>(parsed);
  if (query.count || query.aggregates()) return malformed("a search has no aggregates");
  // The words are looked for before LIMIT and OFFSET count.
  const auto limit = std::exchange(query.limit, std::nullopt);
  const auto offset = std::exchange(query.offset, std::nullopt);
  Found found;
  PD_ASSIGN(bound, bind_query(org, knobs, query, text, context));
  found.query = std::move(bound);
  if (found.query.selection != nullptr && found.query.selection->child_lists > 0)
    return malformed("a search has no subqueries");
  const Table& table = *found.query.table;
  std::vector<const Field*> fields;
  for (const Field& field : table.type().fields()) {
    if (is_searched(field, group) && knobs.field_visible(table.type().name(), field.name))
      fields.push_back(&field);
  }
  int64_t skip = offset.value_or(0);
  for (const Row row : run_query(found.query, false)) {
    if (limit && static_cast<int64_t>(found.rows.size()) >= *limit) break;
    std::vector<std::string_view> texts;
    for (const Field* field : fields)
      texts.push_back(table.text(row, field->column));
    if (words.match(texts) && skip-- <= 0) found.rows.push_back(row);
  }
  return found;
}

// An object is looked through once.
Outcome<void> check_targets(const std::vector<SearchTarget>& targets) {
  for (size_t i = 0; i < targets.size(); ++i) {
    for (size_t before = 0; before < i; ++before) {
      if (equals_ignore_case_ascii(targets[before].object, targets[i].object))
        return malformed("a search names " + targets[i].object + " more than once");
    }
  }
  return {};
}

}  // namespace

std::optional<SearchGroup> search_group(std::string_view name) {
  for (size_t i = 0; i < std::size(kSearchGroups); ++i) {
    if (equals_ignore_case_ascii(kSearchGroups[i], name)) return static_cast<SearchGroup>(i);
  }
  return std::nullopt;
}

Outcome<Search> parse_sosl(std::string_view text) {
  if (!is_valid_utf8(text)) return malformed("the search is not valid UTF-8");
  return SoslReader(text).read();
}

Outcome<std::vector<Found>> run_search(const Org& org, const Knobs& knobs, const Search& search,
                                       const QueryContext& context) {
  if (search.words.size() > kSearchCharsMax)
    return malformed("search term is longer than " + std::to_string(kSearchCharsMax) + " characters");
  const auto words = SearchWords::parse(search.words);
  if (!words)
    return malformed("search term must be longer than one character: " + search.words.substr(0, 40));
  if (words->count() > kSearchWordsMax)
    return malformed("search term has more than " + std::to_string(kSearchWordsMax) + " words");
  PD_TRY(check_targets(search.targets));
  std::vector<SearchTarget> targets = search.targets;
  if (targets.empty()) {
    for (const auto& table : org.tables()) {
      if (knobs.object_enabled(table->type().name())) targets.push_back({std::string(table->type().name())});
    }
  }
  std::vector<Found> out;
  int64_t left = search.limit;
  for (const SearchTarget& target : targets) {
    PD_ASSIGN(found, search_one(org, knobs, target, *words, search.group, context));
    if (static_cast<int64_t>(found.rows.size()) > left) found.rows.resize(static_cast<size_t>(left));
    left -= static_cast<int64_t>(found.rows.size());
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace prospectd::sandbox
