// Reading: one object of a cycle: what to ask the CRM for, and how its pages are decided.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/engine/applier.h"
#include "daemon/engine/maps.h"

namespace prospectd::engine {

/// What a cycle's pages are decided by. Set before the first page, but for `policy.default_user` and `now`.
struct Terms {
  reconcile::ConnectionId connection;
  reconcile::Policy policy;
  const std::map<std::string, std::string>* user_map = nullptr;  ///< ConnectionOptions::user_map
  std::vector<reconcile::PersonType> types;         ///< the maps', with the editions of their mappings
  std::vector<reconcile::EditionId> read_editions;  ///< parallel to `types`: Reading::edition
  Timestamp now{};
  reconcile::Brake* brake = nullptr;  ///< of the cycle; null: nothing stops it
};

struct Reading {
  std::string object;
  std::vector<std::string> fields;
  Mapper mapper;
  Planner planner;
  bool users = false;
  const reconcile::PersonType* person = nullptr;  ///< of a person type
  /// Of the lines that are read now: the mapping's, but for fields that are left out. The cursor keeps it, so
  /// that all records are read once more when such a field is back.
  reconcile::EditionId edition = {};
  std::string becomes;  ///< the object that a converted record goes on as; empty: none
};

/// Users and queues, accounts, then the person types in the plugin's order. The readings refer to both.
std::vector<Reading> make_readings(const Maps& maps, const Terms& terms);

}  // namespace prospectd::engine
