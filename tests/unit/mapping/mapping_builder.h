// Short ways to write mappings and records in the tests of this folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mapping/field_map.h"

namespace prospectd::mapping {

inline FieldSpec line(std::string remote, std::string local, Direction direction = Direction::kBoth) {
  FieldSpec spec;
  spec.remote = std::move(remote);
  spec.local = std::move(local);
  spec.direction = direction;
  spec.where = "lead.yaml:7:3";
  return spec;
}

inline MappingSpec mapping_of(std::vector<FieldSpec> lines, std::string object = "Lead") {
  MappingSpec spec;
  spec.object = std::move(object);
  spec.fields = std::move(lines);
  spec.where = "lead.yaml:1:1";
  return spec;
}

/// The standard fields and a custom one of each kind, "custom.<kind>".
inline LocalSchema schema_of_every_kind() {
  LocalSchema schema;
  for (const LocalType type : {LocalType::kText, LocalType::kBoolean, LocalType::kInteger, LocalType::kNumber,
                               LocalType::kDate, LocalType::kDateTime, LocalType::kEmail}) {
    const auto added = schema.add_custom("custom." + std::string(name_of(type)), type, false);
    if (!added) ADD_FAILURE() << added.error().text();
  }
  return schema;
}

/// The compiled map; a fault fails the test and gives an empty one.
inline FieldMap compiled(std::vector<FieldSpec> lines) {
  auto map = FieldMap::compile(mapping_of(std::move(lines)), schema_of_every_kind());
  if (!map) {
    ADD_FAILURE() << map.error().text();
    return {};
  }
  return *std::move(map);
}

/// A record that carries each field of `fields` with its value, and the layout of its page.
struct Sample {
  FieldList layout{{}};
  Record record;
};
inline Sample sample(const std::vector<std::pair<std::string, Value>>& fields) {
  Sample s;
  std::vector<std::string> names;
  for (const auto& [name, value] : fields) {
    names.push_back(name);
    s.record.values.push_back(value);
  }
  s.layout = FieldList(std::move(names));
  s.record.id = RemoteId("00Q000000000001AAA");
  s.record.version = *parse_timestamp("2026-11-20T08:15:30Z");
  return s;
}

inline MappedRecord mapped(const FieldMap& map, const std::vector<std::pair<std::string, Value>>& fields) {
  const Sample s = sample(fields);
  return map.to_local(s.record, map.bind(s.layout));
}

/// What one CRM value becomes by one line.
inline Value taken(const FieldSpec& spec, const Value& remote) {
  const MappedRecord r = mapped(compiled({spec}), {{spec.remote, remote}});
  return r.values.empty() ? Value("nothing was mapped") : r.values[0];
}

}  // namespace prospectd::mapping
