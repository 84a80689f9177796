// Resources: what the service answers, as JSON:API resources; docs/api.md has their shapes. Pure but for the
// service's names; the loop's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/changes.h"
#include "daemon/api/answers.h"
#include "daemon/api/edit_order.h"
#include "daemon/api/syncs.h"
#include "daemon/service/dlq.h"
#include "daemon/service/reviews.h"
#include "daemon/service/service.h"

namespace prospectd::api {

constexpr size_t kPayloadShownBytesMax = 4 * 1024;  ///< of a dead letter

/// `reloads`: none where nobody can have the configuration read again.
Json status_resource(const service::Status& status, const service::Service& service,
                     const std::optional<config::ReloadHistory>& reloads);
/// `connections` as they are now, for its progress.
Json sync_resource(const Sync& sync, const std::vector<engine::ConnectionStatus>& connections);
Json prospect_resource(const store::ProspectRow& row, const service::Service& service);
Json duplicate_resource(const reconcile::Duplicate& row, const service::Service& service);
Json dead_letter_resource(const reconcile::DeadLetter& letter, const service::Service& service);
Json dlq_resource(const service::DlqItem& item);
/// With what it was about.
Json dlq_resource(const service::DlqDetail& detail, const mapping::LocalSchema& schema);
Json review_resource(const service::Review& review, const service::Service& service);
/// [{"field", "before", "after"}], [{"connection", "object", "operation", "lane"}]
Json changes_json(const std::vector<reconcile::FieldChange>& changes, const service::Service& service);
Json stays_json(const std::vector<service::Staying>& stays, const service::Service& service);
Json pushes_json(const std::vector<service::PushToCome>& pushes);
/// "c-12", or null for none.
Json cause_json(CauseId id);
/// Adds "cause" and "undoable" to what is told of a change.
void add_committed(Json& meta, const service::Committed& committed);
/// What is wrong with members of a body, as errors of a document.
Json fault_json(const MemberFault& fault);
std::vector<Json> faults_json(const std::vector<MemberFault>& faults);
Json explanation_resource(const std::string& subject, const service::Explanation& explanation);
Json health_resource(const std::string& id, const std::vector<service::Check>& checks);

/// {"read", "created", …}
Json counts_json(const reconcile::PlanCounts& counts);
/// What an object's drift scan came to.
Json verification_json(const reconcile::Verification& verification);

/// null for an empty one.
Json text_or_null(const std::string& text);
/// A value as JSON: dates and times as ISO 8601, null for none.
Json value_json(const mapping::Value& value);
/// Code, class, message and when to ask again; or null.
Json error_json(const std::optional<Error>& error);
/// ISO 8601 or null.
Json time_json(const std::optional<Timestamp>& time);
/// "first_name" → "firstName"
std::string camel_case(const std::string& name);

}  // namespace prospectd::api
