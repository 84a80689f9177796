#include "daemon/cli/completion.h"

#include <algorithm>

namespace prospectd::cli {
namespace {

std::string words_joined(const std::vector<std::string>& words, std::string_view between = " ") {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

std::vector<std::string> names_of(const CommandRow& row, bool (*fits)(const OptionRow&)) {
  std::vector<std::string> names;
  for (const OptionRow& option : row.options) {
    if (fits(option)) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

bool any(const OptionRow&) {
  return true;
}
bool takes_value(const OptionRow& option) {
  return option.takes_value();
}
bool takes_file(const OptionRow& option) {
  return option.value == "FILE";
}
bool takes_folder(const OptionRow& option) {
  return option.value == "DIR";
}

std::vector<std::string> choices_of(const CommandRow& row) {
  std::vector<std::string> words;
  for (const OptionRow& argument : row.arguments)
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
  return words;
}

// ---- bash ----

constexpr const char* kBashWalk = R"sh(
_prospectd() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local verb='' verbs='' choices='' options='' valued='' files='' folders='' i
  _prospectd_verb ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ " $valued " == *" ${COMP_WORDS[i]} "* ]]; then
      ((i++))
    elif [[ " $verbs " == *" ${COMP_WORDS[i]} "* ]]; then
      verb=${verb:+$verb }${COMP_WORDS[i]}
      _prospectd_verb "$verb"
    fi
  done
  COMPREPLY=()
  if [[ " $files " == *" $prev "* ]]; then
    compopt -o filenames 2>/dev/null || true
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  elif [[ " $folders " == *" $prev "* ]]; then
    compopt -o filenames 2>/dev/null || true
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
  elif [[ " $valued " == *" $prev "* ]]; then
    return
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$verbs $choices" -- "$cur")
  fi
}
complete -F _prospectd prospectd
)sh";

std::string bash_script(const std::vector<CommandRow>& table) {
  std::string text =
      "# Completion of prospectd for bash; made by: prospectd completion bash\n\n"
      "# What may follow a verb.\n"
      "_prospectd_verb() {\n"
      "  case \"$1\" in\n";
  const CommandRow& program = table.front();
  for (const CommandRow& row : table) {
    const auto line = [&](const char* name, std::vector<std::string> words, std::vector<std::string> common) {
      if (&row != &program) words.insert(words.end(), common.begin(), common.end());
      text += std::string("      ") + name + "='" + words_joined(words) + "'\n";
    };
    text += "    '" + row.name + "')\n";
    line("verbs", row.verbs, {});
    line("choices", choices_of(row), {});
    line("options", names_of(row, any), names_of(program, any));
    line("valued", names_of(row, takes_value), names_of(program, takes_value));
    line("files", names_of(row, takes_file), names_of(program, takes_file));
    line("folders", names_of(row, takes_folder), names_of(program, takes_folder));
    text += "      ;;\n";
  }
  return text + "  esac\n}\n" + kBashWalk;
}

// ---- zsh ----

// Inside single quotes, and inside the brackets and colons of _arguments and _describe.
std::string zsh_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += {'\\', c};
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const OptionRow& option) {
  if (!option.choices.empty()) return "(" + words_joined(option.choices) + ")";
  if (takes_file(option)) return "_files";
  return takes_folder(option) ? "_files -/" : " ";
}

// '(-c --config)'{-c,--config}'[about]:FILE:_files'
std::string zsh_option(const OptionRow& option) {
  std::string text = "'[" + zsh_words(option.about) + "]";
  if (option.takes_value())
    text += ":" + zsh_words(option.value.empty() ? "choice" : option.value) + ":" + zsh_action(option);
  text += "'";
  if (option.names.size() == 1) return "'" + option.names.front() + text.substr(1);
  return "'(" + words_joined(option.names) + ")'{" + words_joined(option.names, ",") + "}" + text;
}

std::string zsh_function(const std::string& verb) {
  std::string name = "_prospectd";
  for (const char c : verb.empty() ? std::string() : "_" + verb)
    name += c == ' ' || c == '-' ? '_' : c;
  return name;
}

std::string zsh_leaf(const CommandRow& row) {
  std::string text = zsh_function(row.name) + "() {\n  _arguments -S $_prospectd_common";
  for (const OptionRow& option : row.options)
    text += " \\\n    " + zsh_option(option);
  for (const OptionRow& argument : row.arguments) {
    text += " \\\n    '" + std::string(argument.required ? "" : "*") + ":" +
            zsh_words(argument.names.front()) + ":" + zsh_action(argument) + "'";
  }
  return text + "\n}\n\n";
}

// One that has others below it: the words behind the verb are the other's to complete.
std::string zsh_branch(const CommandRow& row, const std::vector<CommandRow>& table) {
  std::string verbs;
  std::string cases;
  for (const std::string& verb : row.verbs) {
    const std::string whole = row.name.empty() ? verb : row.name + " " + verb;
    const auto below = std::ranges::find(table, whole, &CommandRow::name);
    if (below == table.end()) continue;
    verbs += "      '" + verb + ":" + zsh_words(below->about) + "'\n";
    cases += "      " + verb + ") " + zsh_function(whole) + " ;;\n";
  }
  std::string text = zsh_function(row.name) +
                     "() {\n  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n"
                     "  _arguments -C -S $_prospectd_common";
  for (const OptionRow& option : row.options) {
    if (!row.name.empty()) text += " \\\n    " + zsh_option(option);
  }
  return text +
         " \\\n    '1:verb:->verb' '*::argument:->argument'\n"
         "  case $state in\n"
         "  verb)\n    local -a verbs=(\n" +
         verbs + "    )\n    _describe -t verbs verb verbs\n    ;;\n  argument)\n    case $words[1] in\n" +
         cases + "    esac\n    ;;\n  esac\n}\n\n";
}

std::string zsh_script(const std::vector<CommandRow>& table) {
  std::string text =
      "#compdef prospectd\n"
      "# Completion of prospectd for zsh; made by: prospectd completion zsh\n\n"
      "# What every verb takes.\n"
      "typeset -ga _prospectd_common=(\n";
  for (const OptionRow& option : table.front().options)
    text += "  " + zsh_option(option) + "\n";
  text += ")\n\n";
  for (const CommandRow& row : table)
    text += row.verbs.empty() ? zsh_leaf(row) : zsh_branch(row, table);
  return text +
         "if [ \"$funcstack[1]\" = _prospectd ]; then\n  _prospectd \"$@\"\nelse\n  compdef _prospectd "
         "prospectd\nfi\n";
}

// ---- fish ----

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_option(const OptionRow& option) {
  std::string text;
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.choices.empty()) {
    text += " -x -a " + fish_quoted(words_joined(option.choices));
  } else if (takes_folder(option)) {
    text += " -x -a '(__fish_complete_directories)'";
  } else if (takes_file(option)) {
    text += " -r -F";
  } else if (option.takes_value()) {
    text += " -x";
  }
  return text + " -d " + fish_quoted(option.about);
}

constexpr const char* kFishWalk = R"sh(
# Whether the words so far name this verb and nothing below it.
function __prospectd_at
    set -l verb
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word $__prospectd_valued
            set skip 1
        else if contains -- (string join ' ' -- $verb $word) $__prospectd_verbs
            set -a verb $word
        end
    end
    set -l so_far (string join ' ' -- $verb)
    test "$so_far" = "$argv[1]"
end

complete -c prospectd -f
)sh";

std::string fish_script(const std::vector<CommandRow>& table) {
  std::string verbs;
  std::vector<std::string> valued;
  for (const CommandRow& row : table) {
    if (!row.name.empty()) verbs += " " + fish_quoted(row.name);
    for (std::string& name : names_of(row, takes_value)) {
      if (std::ranges::find(valued, name) == valued.end()) valued.push_back(std::move(name));
    }
  }
  std::string text =
      "# Completion of prospectd for fish; made by: prospectd completion fish\n\nset -g __prospectd_verbs" +
      verbs + "\nset -g __prospectd_valued " + words_joined(valued) + "\n" + kFishWalk;
  for (const OptionRow& option : table.front().options)
    text += "complete -c prospectd" + fish_option(option) + "\n";
  for (const CommandRow& row : table) {
    const std::string at = "complete -c prospectd -n \"__prospectd_at " + fish_quoted(row.name) + "\"";
    for (const std::string& verb : row.verbs) {
      const std::string whole = row.name.empty() ? verb : row.name + " " + verb;
      const auto below = std::ranges::find(table, whole, &CommandRow::name);
      text += at + " -a " + verb + " -d " + fish_quoted(below == table.end() ? "" : below->about) + "\n";
    }
    if (const auto choices = choices_of(row); !choices.empty())
      text += at + " -a " + fish_quoted(words_joined(choices)) + "\n";
    if (row.name.empty()) continue;
    for (const OptionRow& option : row.options)
      text += at + fish_option(option) + "\n";
  }
  return text;
}

}  // namespace

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  return shells;
}

std::string completion_script(const std::string& shell, const std::vector<CommandRow>& table) {
  if (shell == "bash") return bash_script(table);
  if (shell == "zsh") return zsh_script(table);
  return shell == "fish" ? fish_script(table) : std::string();
}

}  // namespace prospectd::cli
