// Where the value of a key comes from, and the list of all keys with theirs. Values, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"

namespace prospectd::config {

enum class Layer { kDefault, kFile, kSetting, kEnvironment };  ///< the later one wins
std::string_view name_of(Layer layer);                         // "default" …

/// One layer of values: a file, a run-time setting, or a variable of the environment.
struct Source {
  Layer origin = Layer::kFile;
  std::string
      name;  ///< as a place says it: the file, "$PROSPECTD__LOG__LEVEL", "setting prospects.same_email"
};

/// A key and its value, as they were written. A secret is there as the reference to it.
struct Listed {
  std::string key;    ///< "plugins.salesforce.poll.interval"
  std::string value;  ///< of a default that depends on something else: words for it
  Layer origin = Layer::kDefault;
  Place place;          ///< where it was written; empty for a default
  bool restart = true;  ///< a change needs one

  bool operator==(const Listed&) const = default;
};

/// A value of a file that another layer stands before.
struct Overridden {
  std::string key;
  Place place;  ///< of the file's value
  Layer by = Layer::kDefault;
  std::string by_name;  ///< Source::name

  bool operator==(const Overridden&) const = default;
};

/// A run-time setting (SEMANTICS §13), as it is stored.
struct Setting {
  std::string key;
  std::string value;

  bool operator==(const Setting&) const = default;
};

/// Variables by name.
using Environment = std::vector<std::pair<std::string, std::string>>;

}  // namespace prospectd::config
