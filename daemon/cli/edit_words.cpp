#include "daemon/cli/edit_words.h"

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

}  // namespace

std::string value_words(const Json& value) {
  return value.is_null() ? "nothing" : harmless(dump_json_line(value));
}

std::vector<std::string> change_lines(const Json& meta) {
  std::vector<std::string> lines;
  for (const Json& change : member(meta, "changes")) {
    lines.push_back("  " + shown_at(change, "field") + "  " + value_words(member(change, "before")) + " → " +
                    value_words(member(change, "after")));
  }
  for (const Json& push : member(meta, "pushes")) {
    const std::string lane = text_at(push, "lane");
    lines.push_back("  to be written to " + shown_at(push, "connection") + ": " +
                    shown_at(push, "operation") + " of a " + shown_at(push, "object") +
                    (lane == "ordinary" ? "" : ", in the lane " + shown_at(push, "lane")));
  }
  return lines;
}

std::string fault_words(const Json& errors) {
  std::string words;
  for (const Json& error : errors)
    words += (words.empty() ? "" : " · ") + shown_at(error, "detail");
  return words;
}

}  // namespace prospectd::cli
