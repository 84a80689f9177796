#include "reconcile/store/sqlite_editions.h"

#include <charconv>
#include <string_view>

namespace prospectd::store {
namespace {

constexpr int kHexBase = 16;

std::string lines_text(const std::vector<uint64_t>& lines) {
  std::string text;
  for (const uint64_t line : lines) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, line, kHexBase).ptr;
    if (!text.empty()) text += ' ';
    text.append(digits, end);
  }
  return text;
}

Result<std::vector<uint64_t>> read_lines(std::string_view text) {
  std::vector<uint64_t> lines;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    uint64_t line = 0;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), line, kHexBase);
    if (fault != std::errc() || end != word.data() + word.size())
      return make_error(ErrorCode::kStateDamaged, "an edition of a mapping has a line that is none");
    lines.push_back(line);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return lines;
}

}  // namespace

Result<std::vector<reconcile::MappingEdition>> read_editions(Database& db, reconcile::ConnectionId connection,
                                                             const std::string& object) {
  Statement statement(
      db, "SELECT id, lines FROM mapping_editions WHERE connection = ? AND object = ? ORDER BY id");
  Query query(statement);
  query.bind(connection.value).bind(object);
  std::vector<reconcile::MappingEdition> editions;
  while (query.step()) {
    PD_ASSIGN(lines, read_lines(query.text(1)));
    editions.push_back({{query.integer(0)}, std::move(lines)});
  }
  PD_TRY(query.done());
  return editions;
}

Result<reconcile::EditionId> add_edition(Database& db, reconcile::ConnectionId connection,
                                         const std::string& object, const std::vector<uint64_t>& lines) {
  Statement statement(
      db, "INSERT INTO mapping_editions (connection, object, lines) VALUES (?, ?, ?) RETURNING id");
  const std::string text = lines_text(lines);
  Query query(statement);
  query.bind(connection.value).bind(object).bind(text);
  reconcile::EditionId made;
  if (query.step()) made = {query.integer(0)};
  query.step();  // to its end
  PD_TRY(query.done());
  return made;
}

}  // namespace prospectd::store
