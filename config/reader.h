// Reader: a tree of values while it is being turned into structs: one file, or several layers of values over
// each other (layers.h). Knows where everything stands, reads single values as a row of the tables says, and
// collects faults. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/faults.h"
#include "config/origin.h"
#include "config/yaml.h"

namespace prospectd::config {

struct Row;

/// A value, where it stands (its key's place), and its path.
struct At {
  const yaml::Node* node = nullptr;
  yaml::Mark mark;
  std::string path;
};

class Reader {
 public:
  /// `file` as it is shown in faults; faults are added to `faults`, which outlives the reader.
  Reader(std::string file, std::vector<Fault>& faults)
      : sources_{{Layer::kFile, std::move(file)}}, faults_(faults) {}

  /// The file that was named; paths inside the tree are relative to its folder, whichever layer says them.
  const std::string& file() const { return sources_.front().name; }
  std::vector<Fault>& faults() { return faults_; }
  /// Adds a layer, and gives the number that its marks have (yaml::Mark::file).
  int add_source(Source source);
  const Source& source(const At& at) const { return sources_.at(static_cast<size_t>(at.mark.file)); }
  Place place(const At& at) const { return {source(at).name, at.mark.line, at.mark.column}; }

  /// Where byte `offset` of a text value stands: inside it when it is written on one line, else at its key.
  Place place_in(const At& at, size_t offset) const;

  void fault(const At& at, std::string message, std::string hint = {}, Severity severity = Severity::kError);

  /// The entry of that key, or, when there is none, the section's own place under the entry's path.
  At child(const At& section, std::string_view key) const;
  At item(const At& list, size_t index) const;

  /// A single value as its row wants it. nullopt: not readable, and a fault says why.
  std::optional<std::string> text(const Row& row, const At& at);
  std::optional<bool> boolean(const At& at);
  std::optional<int64_t> integer(const Row& row, const At& at);
  std::optional<milliseconds> duration(const Row& row, const At& at);
  std::optional<int> choice(const Row& row, const At& at);
  std::optional<SecretRef> secret(const At& at);
  std::optional<std::vector<std::string>> text_list(const Row& row, const At& at);
  std::optional<std::vector<std::pair<std::string, std::string>>> text_pairs(const Row& row, const At& at);

  /// A path inside the tree, as it is shown in faults: beside file() unless it is absolute.
  std::string shown(std::string_view path) const;
  /// The same, absolute.
  std::string absolute(std::string_view path) const;

 private:
  const yaml::Node* scalar(const At& at, std::string_view wanted);

  std::vector<Source> sources_;
  std::vector<Fault>& faults_;
};

/// "did you mean x?" for the nearest candidate, or "".
std::string meant_hint(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace prospectd::config
