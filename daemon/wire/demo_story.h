// What a demo tells: where things are, what the first sync did, how to look around. Pure but for the console;
// one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "daemon/cli/console.h"

namespace prospectd::wire {

/// What is known of a demo that runs.
struct DemoFacts {
  std::string program;  ///< as the person typed it
  std::string folder;
  std::string config_file;
  bool temporary = true;
  std::string sandbox_url;
  std::string api_url;
  int64_t people = 0;
  std::string example_contact;  ///< ids to try a change with; may be empty
  std::string example_owner;
  std::map<std::string, int64_t> duplicates;  ///< by the sentence that says why
  std::string example_prospect;               ///< a number to explain; may be empty
};

void tell_start(cli::Console& console, const DemoFacts& facts);
/// `status` is the API's status after the first sync.
void tell_summary(cli::Console& console, const DemoFacts& facts, const nlohmann::json& status);
/// `cycle` is the second one.
void tell_quiet(cli::Console& console, const nlohmann::json& cycle);
void tell_look_around(cli::Console& console, const DemoFacts& facts);
/// Everything as one document's data; `second` may be null.
nlohmann::json demo_document(const DemoFacts& facts, const nlohmann::json& status,
                             const nlohmann::json& second);

/// The one connection of a demo's status, and the changes that a CYCLE made to anything.
const nlohmann::json& demo_connection(const nlohmann::json& status);
int64_t changes_of_cycle(const nlohmann::json& cycle);

}  // namespace prospectd::wire
