// A folder of configuration files that lives as long as a test.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/loader.h"

namespace prospectd::config {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "prospectd-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = std::filesystem::canonical(name).string();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(std::string_view name = "") const { return path_ + "/" + std::string(name); }

  void write(std::string_view name, std::string_view text) const {
    const std::filesystem::path file = path(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  Loaded load(std::string_view name = "prospectd.yaml") const { return config::load(path(name)); }

  /// The faults as a person sees them, with file names as from inside the folder.
  std::vector<std::string> faults(std::string_view name = "prospectd.yaml") const {
    std::vector<std::string> texts;
    for (const Fault& fault : load(name).faults)
      texts.push_back(inside(format_fault(fault)));
    return texts;
  }

  std::string inside(std::string text) const {
    const std::string prefix = path();
    for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
      text.erase(at, prefix.size());
    return text;
  }

 private:
  std::string path_;
};

/// A small configuration without a fault, by lines; line 1 is kLines[0].
inline std::vector<std::string> good_lines() {
  return {
      "version: 1",                           // 1
      "state: { directory: state }",          // 2
      "plugins:",                             // 3
      "  crm:",                               // 4
      "    login_url: https://acme.example",  // 5
      "    client_id: app",                   // 6
      "    client_secret: ${file:secret}",    // 7
      "    types:",                           // 8
      "      - object: Lead",                 // 9
      "        mapping: mappings/lead.yaml",  // 10
  };
}

inline constexpr std::string_view kGoodMapping =
    "version: 1\n"
    "object: Lead\n"
    "fields:\n"
    "  - { remote: Email, local: email }\n";

/// The good lines with line `line` (from 1) replaced, or added at the end when there is no such line. The
/// replacement may be several lines.
inline std::string good_with(size_t line, std::string_view replacement) {
  std::vector<std::string> lines = good_lines();
  if (line > lines.size()) lines.resize(line);
  lines[line - 1] = replacement;
  std::string text;
  for (const std::string& l : lines)
    text += l + "\n";
  return text;
}

inline std::string good_text() {
  return good_with(1, "version: 1");
}

}  // namespace prospectd::config
