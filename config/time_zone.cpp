#include "config/time_zone.h"

#include <exception>

#include <date/tz.h>

namespace prospectd::config {
namespace {

const date::time_zone* find_zone(const std::string& name) {
  if (name == "UTC") return nullptr;  // needs no time zone database
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

bool knows_zone(const std::string& zone) {
  return zone == "UTC" || find_zone(zone) != nullptr;
}

std::function<Timestamp(Date)> day_starts(const std::string& zone) {
  const date::time_zone* found = find_zone(zone);
  if (found == nullptr) return [](Date day) { return Timestamp(day); };
  return [found](Date day) {
    const date::local_seconds midnight{std::chrono::seconds(day.time_since_epoch())};
    return Timestamp(found->to_sys(midnight, date::choose::earliest));
  };
}

}  // namespace prospectd::config
