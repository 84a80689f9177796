#include "config/examples.h"

#include <string_view>

#include "base/text.h"
#include "config/example_files.h"

namespace prospectd::config {
namespace {

constexpr std::string_view kMappings = "mappings/";

std::string quoted(std::string_view text) {
  return json_quote(text);  // a JSON string is a YAML double-quoted one
}

std::string secret_reference(const std::string& file) {
  return "${file:" + file + "}";
}

// Replaces the one place where the example says `from`.
void fill(std::string& text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

// Without the line that tells an editor where the schema is: elsewhere than in the tree it isn't there.
std::string without_modeline(std::string_view text) {
  constexpr std::string_view kModeline = "# yaml-language-server:";
  return std::string(text.starts_with(kModeline) ? text.substr(text.find('\n') + 1) : text);
}

}  // namespace

std::string demo_config(const DemoValues& values) {
  static const DemoValues example;
  std::string text;
  for (const ExampleFile& file : example_files()) {
    if (file.name == "sandbox.yaml") text = without_modeline(file.text);
  }
  fill(text, quoted(example.login_url), quoted(values.login_url));
  fill(text, quoted(example.state_directory), quoted(values.state_directory));
  fill(text, quoted(example.listen), quoted(values.listen));
  fill(text, quoted(example.client_id), quoted(values.client_id));
  fill(text, quoted(secret_reference(example.secret_file)), quoted(secret_reference(values.secret_file)));
  return text;
}

std::vector<std::pair<std::string, std::string>> example_mappings() {
  std::vector<std::pair<std::string, std::string>> mappings;
  for (const ExampleFile& file : example_files()) {
    if (file.name.starts_with(kMappings))
      mappings.emplace_back(file.name.substr(kMappings.size()), without_modeline(file.text));
  }
  return mappings;
}

}  // namespace prospectd::config
