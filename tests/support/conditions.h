// Conditions of types, for worlds whose connection has one.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "daemon/engine/connection.h"
#include "mapping/field_map.h"
#include "mapping/record_condition.h"

namespace prospectd::test {

/// Sets the condition of leads, as a configuration would leave it (`inbound.create_when`); for
/// WorldOptions::on_connection.
inline std::function<void(engine::ConnectionOptions&)> leads_where(const char* text) {
  return [=](engine::ConnectionOptions& connection) {
    for (mapping::TypeSpec& type : connection.types) {
      if (type.mapping.object != "Lead") continue;
      const auto map = mapping::FieldMap::compile(type.mapping, connection.schema);
      ASSERT_TRUE(map) << map.error().text();
      const auto parsed = mapping::expression::parse(text, mapping::record_catalogue(*map), {});
      ASSERT_TRUE(parsed) << parsed.error().text();
      type.create_when = text;
      type.condition = std::make_shared<const mapping::expression::Expression>(*parsed);
    }
  };
}

}  // namespace prospectd::test
