#include "config/reference.h"

#include <limits>

#include "base/text.h"
#include "config/tables.h"
#include "mapping/transforms.h"

namespace prospectd::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Reference

Every key of the configuration, made from the tables that the program reads it by: `prospectd config reference` prints this page,
`prospectd config schema [prospectd|part|mapping]` the same tables as JSON Schema for editors (also in `config/schema/`).

## Where values come from

1. The file that `-c` names, and the files `conf.d/*.yaml` beside it, in the order of their names. They may fill the same sections, but a
   key that two of them set is a fault. Paths are relative to the folder of the main file, whichever file says them.
2. Over them, settings made while the daemon runs (`prospectd settings`), for the keys that are marked so. They are kept in the database.
3. Over all, the environment: `PROSPECTD__SECTION__KEY`, with two underscores between names: `PROSPECTD__LOG__LEVEL=debug`,
   `PROSPECTD__PLUGINS__SALESFORCE__POLL__INTERVAL=1m`. Single values only, and never secrets. An unknown name is a fault.

`prospectd config show --effective` says every key's value and where it comes from. An unknown key is a fault; so is a key that stands
twice. Secrets are only ever references: `${file:PATH}` names a file that only its owner can read (mode 600), `${credential:NAME}` one of
systemd's credentials.

## Reading it again

SIGHUP, `prospectd config reload` and `POST /v1/config/reload` read everything again, secrets too. It is judged as a whole first: with a
fault anywhere the old configuration stays, and the log names file, line and column. Otherwise each connection ends the cycle that it is in
with the old one, and begins its next cycle at once, with the new. What needs a restart is named and waits: keys marked so, connections that
are new or gone, and custom fields that are new or have another type (their lines are left out until then).

)";

constexpr std::string_view kConfigHeading = R"(## The daemon's file

)";

constexpr std::string_view kMappingHeading = R"(## Mapping files

One for each object: which CRM field becomes which prospect field. `version` and `object` are its head, `fields` its lines.

)";

// "24h" as a person would write it: the largest unit that comes out even.
std::string duration_words(int64_t ms) {
  constexpr std::pair<int64_t, const char*> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}};
  if (ms == 0) return "0s";
  for (const auto& [length, unit] : kUnits) {
    if (ms % length == 0) return std::to_string(ms / length) + unit;
  }
  return {};
}

std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text)
    safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

std::string choices(const Row& row) {
  std::string text;
  for (const std::string_view word : row.words)
    text += (text.empty() ? "" : ", ") + code(word);
  return text;
}

std::string how_many(const Row& row) {
  if (row.most == std::numeric_limits<int64_t>::max()) return {};
  return ", " + group_digits(row.least) + " to " + group_digits(row.most);
}

std::string takes(const Row& row) {
  switch (row.takes) {
    case Takes::kText:
      return "text";
    case Takes::kPath:
      return "path";
    case Takes::kBoolean:
      return "`true`, `false`";
    case Takes::kInteger:
      return row.least == row.most ? code(std::to_string(row.least))
                                   : std::to_string(row.least) + " to " + std::to_string(row.most);
    case Takes::kDuration:
      return "duration, " + duration_words(row.least) + " to " + duration_words(row.most) +
             (row.may_be_off ? ", or `off`" : "");
    case Takes::kChoice:
      return choices(row);
    case Takes::kSecret:
      return "`${file:PATH}`, `${credential:NAME}`";
    case Takes::kTextList:
      return "list of texts";
    case Takes::kTextPairs:
      return "pairs `Theirs: Ours`";
    case Takes::kMappingFile:
      return "path of a mapping file";
    case Takes::kSection:
      return row.one_for_all ? "section, or one value for all of it" : "section";
    case Takes::kSectionList:
      return "list of sections" + how_many(row);
    case Takes::kNamedSections:
      return "sections by name" + how_many(row);
  }
  return {};
}

std::string fallback(const Row& row) {
  if (row.needed()) return "must be there";
  if (!row.fallback_in_words.empty()) return std::string(row.fallback_in_words);
  return row.fallback.empty() ? "" : code(row.fallback);
}

// The path of what is inside a row, as a heading says it.
std::string path_inside(const std::string& path, const Row& row) {
  const std::string here = path.empty() ? std::string(row.key) : path + "." + std::string(row.key);
  if (row.takes == Takes::kNamedSections) return here + ".NAME";
  return row.takes == Takes::kSectionList ? here + "[]" : here;
}

std::string change_words(const Row& row) {
  if (row.table != nullptr) return {};
  if (row.settable) return "a reload, or a setting";
  return row.restart ? "a restart" : "a reload";
}

/// Which columns a table has.
enum class Page { kConfig, kMapping };

void write_table(std::string& out, const Table& table, const std::string& path, Page page) {
  const bool config = page == Page::kConfig;
  if (!path.empty()) out += "### `" + path + "`\n\n";
  out += config ? "| key | takes | default | a change needs | |\n|---|---|---|---|---|\n"
                : "| key | takes | default | |\n|---|---|---|---|\n";
  for (const Row& row : table.rows) {
    out += "| " + code(row.key) + " | " + cell(takes(row)) + " | " + cell(fallback(row)) + " | ";
    if (config) out += change_words(row) + " | ";
    out += cell(row.help) + " |\n";
  }
  out += "\n";
  for (const Row& row : table.rows) {
    if (row.table != nullptr) write_table(out, *row.table, path_inside(path, row), page);
  }
}

void write_fields(std::string& out, std::string_view whose, const std::vector<mapping::LocalField>& fields) {
  out += "Fields of " + std::string(whose) + ":";
  for (const mapping::LocalField& field : fields) {
    out += (&field == &fields.front() ? " " : ", ") + code(field.name);
    if (field.type != mapping::LocalType::kText) out += " (" + std::string(name_of(field.type)) + ")";
  }
  out += ".\n\n";
}

}  // namespace

std::string reference_page() {
  std::string out(kIntroduction);
  out += kConfigHeading;
  write_table(out, config_table(), "", Page::kConfig);
  out += kMappingHeading;
  write_table(out, mapping_table(), "", Page::kMapping);
  out += "### Fields\n\n";
  write_fields(out, "a prospect", mapping::LocalSchema().fields());
  write_fields(out, "an account", mapping::account_fields());
  out += "A field of your own is `custom.NAME` (lower-case letters, digits, `_`) and says its `type`.\n\n";
  out += "### Transforms\n\n| name | |\n|---|---|\n";
  for (const mapping::Transform& transform : mapping::transforms())
    out += "| " + code(transform.name) + " | " + cell(transform.help) + " |\n";
  return out;
}

}  // namespace prospectd::config
