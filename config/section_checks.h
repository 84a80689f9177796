// Checks that look at several keys of a section together, run after the keys themselves are read. A key that
// already has a fault is left alone. Pure but for the faults; one thread.
#pragma once

#include "config/config.h"
#include "config/reader.h"
#include "config/values.h"

namespace prospectd::config {

/// Fills Api::host and port from listen.
void take_listen_apart(Reader& reader, const At& at, Api& api);
/// default_user and fallback want each other.
void check_owners(Reader& reader, const At& at, Owners& owners);
/// URL and test_endpoint, the way to log in and what it needs, accounts without a mapping, two types of one
/// object.
void check_plugin(Reader& reader, const At& at, Plugin& plugin);
/// The API's token file, custom fields that two mappings type differently, mappings that don't compile, and
/// the conditions of types, which are parsed here.
void finish_config(Reader& reader, const At& at, Config& config);

/// The kinds of CRM there are.
std::optional<Complaint> check_kind(std::string_view value);

}  // namespace prospectd::config
