// What the tests of SOQL share: reading that must succeed or must fail, and random trees.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>

#include "connectors/salesforce_wire/soql.h"

namespace prospectd::salesforce_wire::soql {

/// The tree of a text that must be a query.
inline Query parsed(std::string_view text) {
  auto result = parse(text);
  if (const auto* error = std::get_if<ParseError>(&result)) {
    ADD_FAILURE() << text << error->message;
    return {};
  }
  return std::get<Query>(std::move(result));
}

/// The error of a text that must not be a query.
inline ParseError refused(std::string_view text) {
  auto result = parse(text);
  if (std::holds_alternative<Query>(result)) {
    ADD_FAILURE() << text << " was accepted";
    return {};
  }
  return std::get<ParseError>(std::move(result));
}

/// The condition of a query that must have one.
inline Condition where(std::string_view condition) {
  const Query query = parsed("SELECT Id FROM Lead WHERE " + std::string(condition));
  return query.where.value_or(Condition{});
}

/// Queries that keep every invariant of soql.h; depth bounded.
rc::Gen<Query> any_query();
rc::Gen<std::string> any_utf8();

}  // namespace prospectd::salesforce_wire::soql
