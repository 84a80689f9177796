#include "daemon/cli/man_page.h"

#include <cstdio>

#include "daemon/cli/help_text.h"
#include "mapping/unicode.h"

namespace prospectd::cli {
namespace {

constexpr std::string_view kDescription =
    "prospectd keeps a local database of prospects in step with a Salesforce-style CRM. It is one program: a "
    "background service that follows the organisation, a command line to look at what it did and why, and a "
    "sandbox CRM to try it on.";

struct Pair {
  std::string_view name;
  std::string_view about;
};
constexpr Pair kEnvironment[] = {
    {"PROSPECTD_CONFIG", "The configuration, where -c names none."},
    {"PROSPECTD__SECTION__KEY",
     "A value that stands before the file's; prospectd config show tells which do."},
    {"CREDENTIALS_DIRECTORY", "Where ${credential:...} is looked for; systemd sets it."},
    {"NO_COLOR", "Set to anything: no colours."},
};
constexpr Pair kFiles[] = {
    {"./prospectd.yaml, /etc/prospectd/prospectd.yaml",
     "The configuration, in the order in which it is looked for."},
    {"conf.d/*.yaml", "Beside the configuration: more of it."},
    {"<state.directory>/prospectd.db", "The database. Others may read it."},
    {"<state.directory>/api.token", "The token of the control API, for its owner alone."},
    {"<state.directory>/api.address", "Where a running daemon listens."},
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff_text(text) + "\\fR";
}

void section(std::string& page, std::string_view title) {
  page += ".SH " + upper(title) + "\n";
}

void item(std::string& page, const std::string& tag, std::string_view about) {
  page += ".TP\n" + tag + "\n" + roff_text(about) + "\n";
}

std::string tag_of(const OptionRow& option) {
  std::string tag;
  for (const std::string& name : option.names)
    tag += (tag.empty() ? "" : ", ") + bold(name);
  std::string value = option.value;
  for (const std::string& choice : option.choices)
    value += (value.empty() ? "" : "|") + choice;
  const bool argument = !option.names.front().starts_with('-');
  if (!value.empty() && !(argument && value == option.names.front()))
    tag += " \\fI" + roff_text(value) + "\\fR";
  return tag;
}

void verb(std::string& page, const CommandRow& row) {
  page += ".SS \"" + roff_text(row.name) + "\"\n" + roff_text(row.about) + ".\n";
  for (const OptionRow& argument : row.arguments)
    item(page, tag_of(argument), argument.about.empty() ? "See the examples." : argument.about);
  for (const OptionRow& option : row.options)
    item(page, tag_of(option), option.about);
  if (row.examples.empty()) return;
  page += ".PP\nExamples:\n";
  for (const auto& [command, purpose] : row.examples)
    item(page, bold(command), purpose);
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const mapping::unicode::Decoded d = mapping::unicode::decode(rest);
    const size_t bytes = d.bytes == 0 ? 1 : d.bytes;
    if (d.code >= 0x80) {
      char escape[16];
      std::snprintf(escape, sizeof escape, "\\[u%04X]", static_cast<unsigned>(d.code));
      out += escape;
    } else if (rest.front() == '\\') {
      out += "\\e";
    } else if (rest.front() == '-') {
      out += "\\-";
    } else if (rest.front() == '\'') {
      out += "\\(aq";
    } else if (rest.front() == '"') {
      out += "\\(dq";
    } else {
      out += rest.front();
    }
    rest.remove_prefix(bytes);
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string man_page(const std::vector<CommandRow>& table, std::string_view version) {
  const CommandRow& program = table.front();
  std::string page = ".TH PROSPECTD 1 \"\" \"prospectd " + std::string(version) + "\" \"prospectd manual\"\n";
  section(page, "name");
  page += "prospectd \\- " + roff_text(program.about) + "\n";
  section(page, "synopsis");
  page += ".B prospectd\n.I verb\n[\\fIargument\\fR ...]\n";
  section(page, "description");
  page += roff_text(kDescription) + "\n";
  section(page, "options");
  page += "Every verb takes these.\n";
  for (const OptionRow& option : program.options)
    item(page, tag_of(option), option.about);
  section(page, "verbs");
  for (const CommandRow& row : table) {
    if (!row.name.empty()) verb(page, row);
  }
  section(page, "exit status");
  for (const ExitText& text : exit_texts())
    item(page, bold(std::to_string(static_cast<int>(text.code))), text.about);
  section(page, "environment");
  for (const Pair& pair : kEnvironment)
    item(page, bold(pair.name), pair.about);
  section(page, "files");
  for (const Pair& pair : kFiles)
    item(page, "\\fI" + roff_text(pair.name) + "\\fR", pair.about);
  return page;
}

}  // namespace prospectd::cli
