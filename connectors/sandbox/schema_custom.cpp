// What every custom object has before its own fields.
#include "connectors/sandbox/schema.h"

namespace prospectd::sandbox {
namespace {

using enum FieldKind;

constexpr FieldRow kCustomObject[] = {
    {"Id", "Record ID", kId, 18, kDefaulted | kIdLookup},
    {"OwnerId", "Owner ID", kReference, 18, kOwned | kPolymorphic, "Group,User", "Owner"},
    {"IsDeleted", "Deleted", kBoolean, 0, kDefaulted},
    {"Name", "Name", kString, 80, kWritable | kDefaulted | kNameField | kIdLookup},
    {"CreatedDate", "Created Date", kDateTime, 0, kDefaulted},
    {"CreatedById", "Created By ID", kReference, 18, kDefaulted, "User", "CreatedBy"},
    {"LastModifiedDate", "Last Modified Date", kDateTime, 0, kDefaulted},
    {"LastModifiedById", "Last Modified By ID", kReference, 18, kDefaulted, "User", "LastModifiedBy"},
    {"SystemModstamp", "System Modstamp", kDateTime, 0, kDefaulted},
};

}  // namespace

std::span<const FieldRow> custom_object_fields() {
  return kCustomObject;
}

}  // namespace prospectd::sandbox
