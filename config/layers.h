// Layers: the values of a configuration put together, the stronger over the weaker: the file with those of
// conf.d beside it, then run-time settings, then the environment. The tree that comes out knows of each value
// where it was written. Blocking file reads; one thread. Bounded: 100 files, 1,000 variables.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "config/rows.h"

namespace prospectd::config {

constexpr size_t kPartsMax = 100;
constexpr size_t kVariablesMax = 1'000;
/// The folder beside the file whose *.yaml are read too, in the order of their names.
constexpr std::string_view kPartsFolder = "conf.d";

class Layers {
 public:
  /// Everything is kept and judged by `table`; faults go to `reader`, which outlives this.
  Layers(Reader& reader, const Table& table) : reader_(reader), table_(table) {}

  /// The file's own values; nothing of it can be read when this is false.
  bool add_file(const std::string& text);
  /// The files of conf.d. A key that another file has already is a fault that names both places.
  void add_parts();
  /// A setting whose key is unknown, or that the rows refuse, is left out with a warning: it must not keep a
  /// daemon from starting.
  void add_settings(const std::vector<Setting>& settings);
  void add_environment(const Environment& environment);

  At root() const { return At{root_.get(), mark_, ""}; }
  const std::vector<Overridden>& overridden() const { return overridden_; }

 private:
  using NodePtr = std::shared_ptr<const yaml::Node>;

  void add_part(const std::string& file);
  NodePtr merged(const yaml::Node& base, const yaml::Node& part, const std::string& path);
  void add_variable(const std::string& name, const std::string& value);
  void put(const std::vector<std::string>& keys, std::string_view value, const yaml::Mark& mark);
  void note_overridden(const std::vector<std::string>& keys, const yaml::Mark& mark);

  Reader& reader_;
  const Table& table_;
  NodePtr root_;
  yaml::Mark mark_;
  std::vector<Overridden> overridden_;
};

/// Every key that the table has at the values of `root`, in its order, with what was written or the default.
std::vector<Listed> list_values(const Reader& reader, const Table& table, const At& root);

}  // namespace prospectd::config
