// A first configuration for an organisation, made of what its CRM says of itself: only fields that it has, in
// the directions that it allows, the others as suggestions in comments. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "mapping/schema.h"

namespace prospectd::config {

struct StarterValues {
  std::string login_url;
  bool test_endpoint = false;  ///< polls often then, and takes http
  std::string client_id;
  std::string secret_file;      ///< absolute, or relative to the configuration's folder
  std::string state_directory;  ///< the same
  std::string listen = "127.0.0.1:8440";
};

struct StarterFile {
  std::string name;  ///< relative: "prospectd.yaml", "mappings/lead.yaml"
  std::string text;
};

/// What became of one object.
struct StarterObject {
  std::string name;
  size_t mapped = 0;     ///< lines
  size_t suggested = 0;  ///< lines in comments
};

struct Starter {
  std::vector<StarterFile> files;      ///< the configuration first
  std::vector<StarterObject> objects;  ///< those that are mapped
};

constexpr size_t kSuggestionsMax = 60;  ///< an object

/// `objects`: the describes of Account, Contact and Lead, those that can be read. Without an address that can
/// be read an object of people is left out; `files` is empty when none is left.
Starter make_starter(const StarterValues& values, const std::vector<mapping::ObjectSchema>& objects);

}  // namespace prospectd::config
