#include "daemon/cli/command_table.h"

#include <CLI/CLI.hpp>

#include "daemon/cli/command_line.h"
#include "daemon/cli/help_text.h"

namespace prospectd::cli {
namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

OptionRow row_of(const CLI::Option& option) {
  OptionRow row;
  for (const std::string& name : option.get_snames())
    row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    row.names.push_back("--" + name);
  const bool positional = row.names.empty();
  if (positional) row.names.push_back(option.get_name());
  row.about = option.get_description();
  row.required = option.get_required();
  const std::string type = option.get_type_size() == 0 ? "" : option.get_type_name();
  if (type.find('|') != std::string::npos) {
    row.choices = split(type, '|');
  } else {
    row.value = positional ? option.get_name() : type;
  }
  return row;
}

const CLI::App* find(const CLI::App& app, const std::string& name) {
  const CLI::App* at = &app;
  for (const std::string& word : split(name, ' '))
    at = at->get_subcommand(word);
  return at;
}

CommandRow row_of(const CLI::App& app, const VerbText& text) {
  CommandRow row;
  row.name = text.name;
  row.about = text.about;
  for (const auto& [command, purpose] : text.examples)
    row.examples.emplace_back(command, purpose);
  for (const CLI::Option* option : app.get_options()) {
    if (option->check_lname("help")) continue;  // every verb's: it is the program's
    (option->nonpositional() ? row.options : row.arguments).push_back(row_of(*option));
  }
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!verb->get_group().empty()) row.verbs.push_back(verb->get_name());
  return row;
}

CommandRow program_row() {
  CommandRow row;
  row.about = "keeps a local database of prospects in agreement with a CRM";
  for (const CommonText& text : common_texts()) {
    OptionRow option;
    option.names = split(text.names, ',');
    option.value = text.value;
    option.about = text.about;
    row.options.push_back(std::move(option));
  }
  for (const VerbText& text : verb_texts())
    if (text.name.find(' ') == std::string_view::npos) row.verbs.emplace_back(text.name);
  return row;
}

}  // namespace

std::vector<CommandRow> command_table() {
  std::vector<CommandRow> table = {program_row()};
  with_parser([&](const CLI::App& app) {
    for (const VerbText& text : verb_texts())
      table.push_back(row_of(*find(app, std::string(text.name)), text));
  });
  return table;
}

}  // namespace prospectd::cli
