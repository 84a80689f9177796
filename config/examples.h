// The files of config/examples/, built into the binary without their lines for editors, and the demo's
// configuration made from one of them.
// Pure, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace prospectd::config {

/// What a demo fills into examples/sandbox.yaml. The defaults are what the example itself says.
struct DemoValues {
  std::string login_url = "http://127.0.0.1:9443";
  std::string state_directory = "demo-state";
  std::string listen = "127.0.0.1:8440";
  std::string client_id = "demo-client";
  std::string secret_file = "secrets/sandbox";  ///< absolute, or relative to the configuration's folder
};

/// The text of a configuration for a sandbox CRM on this machine: polls every 2 s, mapping files in mappings/
/// beside it.
std::string demo_config(const DemoValues& values);

/// The mapping files that demo_config names: file name inside mappings/, and text.
std::vector<std::pair<std::string, std::string>> example_mappings();

}  // namespace prospectd::config
