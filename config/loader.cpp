#include "config/loader.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "config/files.h"
#include "config/layers.h"
#include "config/tables.h"

namespace prospectd::config {
namespace {

// Each file's faults in its order, files in the order of their first fault with the main one first; a mapping
// that is named twice is reported once; and never more than a person can use.
void put_in_order(std::vector<Fault>& faults, const std::string& main_file) {
  std::map<std::string, size_t> rank = {{main_file, 0}};
  for (const Fault& fault : faults)
    rank.emplace(fault.place.file, rank.size());
  const auto key = [&](const Fault& f) {
    return std::tuple(rank[f.place.file], f.place.line, f.place.column);
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const Fault& a, const Fault& b) { return key(a) < key(b); });
  faults.erase(std::unique(faults.begin(), faults.end()), faults.end());
  if (faults.size() <= kFaultsMax) return;
  const size_t more = faults.size() - kFaultsMax;
  faults.resize(kFaultsMax);
  faults.push_back(Fault{Severity::kError, Place{main_file, 0, 0}, "",
                         "and " + group_digits(static_cast<int64_t>(more)) + " more faults",
                         "mend these first"});
}

void report_unreadable(const std::string& path, const FileText& file, std::vector<Fault>& faults) {
  const auto meant = file.missing ? nearest_file(path) : std::nullopt;
  faults.push_back(Fault{Severity::kError, Place{path, 0, 0}, "", file.problem,
                         meant ? "did you mean " + *meant + "?" : ""});
}

}  // namespace

Loaded load(const std::string& path, const Above& above) {
  Loaded loaded;
  const FileText file = read_text_file(path);
  if (!file.text) {
    report_unreadable(path, file, loaded.faults);
    return loaded;
  }
  Reader reader(path, loaded.faults);
  Layers layers(reader, config_table());
  if (!layers.add_file(*file.text)) return loaded;
  layers.add_parts();
  loaded.from_files = list_values(reader, config_table(), layers.root());
  layers.add_settings(above.settings);
  layers.add_environment(above.environment);
  Config config;
  config.path = path;
  read_section(reader, config_table(), layers.root(), &config);
  loaded.values = list_values(reader, config_table(), layers.root());
  loaded.overridden = layers.overridden();
  put_in_order(loaded.faults, path);
  if (!has_errors(loaded.faults)) loaded.config = config;
  loaded.as_read = std::move(config);
  return loaded;
}

mapping::LocalSchema local_schema_of(const Config& config) {
  mapping::LocalSchema schema;
  for (const Plugin& plugin : config.plugins) {
    for (const mapping::TypeSpec& type : plugin.types) {
      for (const mapping::FieldSpec& field : type.mapping.fields) {
        if (!field.local.starts_with(mapping::kCustomPrefix)) continue;
        // Names and types were judged when the file was read.
        static_cast<void>(schema.add_custom(field.local, field.type, field.indexed));
      }
    }
  }
  return schema;
}

}  // namespace prospectd::config
