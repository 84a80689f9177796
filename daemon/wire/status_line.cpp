#include "daemon/wire/status_line.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::wire {
namespace {

std::string words_of(const engine::ConnectionStatus& connection) {
  if (const auto& progress = connection.progress) {
    std::string text = "reading " + progress->object + ", " + group_digits(progress->read);
    if (progress->total > 0) text += " of " + group_digits(progress->total);
    return text;
  }
  std::string state(engine::name_of(connection.state));
  std::ranges::replace(state, '_', ' ');
  if (connection.last_error) state += " (" + std::string(name_of(connection.last_error->code)) + ")";
  return state;
}

}  // namespace

std::string status_line(const std::vector<engine::ConnectionStatus>& connections) {
  std::string line;
  for (const engine::ConnectionStatus& one : connections)
    line += (line.empty() ? "" : " · ") + one.name + ": " + words_of(one);
  return line;
}

}  // namespace prospectd::wire
