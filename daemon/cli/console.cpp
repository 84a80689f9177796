#include "daemon/cli/console.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {

void Console::line(std::string_view text) {
  out_ << text << '\n';
}

void Console::hint(std::string_view text) {
  if (!quiet && !json) err_ << text << '\n' << std::flush;
}

void Console::document(const nlohmann::json& data) {
  out_ << dump_json(nlohmann::json{{"data", data}}) << '\n' << std::flush;
}

ExitCode Console::fail(const Error& error) {
  return fail(error, exit_code_of_verb(error));
}

ExitCode Console::fail(const Error& error, ExitCode code) {
  // Line by line: an expression's fault comes with a picture.
  err_ << painted(err_terminal, Tone::kBad, "prospectd:") << ' ';
  const std::string text = error.text();
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    err_ << harmless(std::string_view(text).substr(at, end - at)) << '\n';
    at = end + 1;
  }
  err_ << std::flush;
  if (json) errors_document(error);
  return code;
}

void Console::errors_document(const Error& error) {
  const nlohmann::json one = {{"code", name_of(error.code)}, {"detail", error.text()}};
  out_ << dump_json(nlohmann::json{{"errors", nlohmann::json::array({one})}}) << '\n' << std::flush;
}

ExitCode exit_code_of_verb(const Error& error) {
  return error.code == ErrorCode::kInvalidInput ? ExitCode::kUsage : exit_code_of(error);
}

}  // namespace prospectd::cli
