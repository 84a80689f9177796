// Rows: the model's objects out of their tables, for the loader and the reader. Belongs to one connection and
// its thread.
#pragma once

#include <optional>
#include <string>

#include "reconcile/model.h"
#include "reconcile/store/sqlite_codec.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// A prospect's addresses have the ids prospect * kAddressesMax + position.
constexpr int64_t kAddressesMax = 64;
constexpr int64_t first_address(ProspectId prospect) {
  return prospect.value * kAddressesMax;
}
constexpr int64_t last_address(ProspectId prospect) {
  return first_address(prospect) + kAddressesMax - 1;
}

/// A link has the id prospect * kConnectionsMax + connection.
constexpr int64_t kConnectionsMax = 256;
constexpr int64_t link_id(ProspectId prospect, reconcile::ConnectionId connection) {
  return prospect.value * kConnectionsMax + connection.value;
}

constexpr const char* kLinkColumns = "id, remote, object, version, hash, deleted, shadow, pending, edition";
constexpr int kShadowColumn = 6;
constexpr const char* kUserColumns =
    "id, name, email_key, kind, active, connection, remote, remote_version, remote_hash";
constexpr const char* kAccountColumns =
    "id, version, name, website, industry, phone, owner, connection, remote, remote_version, remote_hash, "
    "deleted, pending";
constexpr const char* kDuplicateColumns =
    "id, connection, kind, object, remote, prospect, linked_remote, linked_object, email_key, policy, "
    "first_seen, open";
/// kProspectColumns and the standard fields.
std::string prospect_columns();
int prospect_column_count();

inline Timestamp time_of(int64_t ms) {
  return Timestamp(milliseconds(ms));
}
inline std::optional<Timestamp> time_of(std::optional<int64_t> ms) {
  return ms ? std::optional(time_of(*ms)) : std::nullopt;
}
inline int64_t ms_of(Timestamp time) {
  return time.time_since_epoch().count();
}
inline std::optional<int64_t> ms_of(std::optional<Timestamp> time) {
  return time ? std::optional(ms_of(*time)) : std::nullopt;
}

std::string_view code_of(reconcile::DuplicateKind kind);

class Rows {
 public:
  Rows(Database& db, const Codec& codec);

  /// The prospect of the current row of prospect_columns(), its addresses read as well.
  Result<reconcile::Prospect> prospect(const Query& row);
  Result<std::optional<reconcile::Prospect>> prospect(ProspectId id);
  /// Rows of the column lists above.
  Result<reconcile::Link> link(const Query& row) const;
  reconcile::User user(const Query& row) const;
  Result<reconcile::Account> account(const Query& row) const;
  static reconcile::Duplicate duplicate(const Query& row);

  const Codec& codec() const { return codec_; }

 private:
  const Codec& codec_;
  Statement prospect_by_id_;
  Statement addresses_of_;
};

}  // namespace prospectd::store
