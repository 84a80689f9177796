// Tables of the objects around the people: User, Group, Account.
#include "connectors/sandbox/schema.h"

namespace prospectd::sandbox {
namespace {

using enum FieldKind;

constexpr FieldRow kUser[] = {
    {"Id", "User ID", kId, 18, kDefaulted | kIdLookup},
    {"Username", "Username", kString, 80, kWritable | kIdLookup},
    {"LastName", "Last Name", kString, 80, kWritable, {}, {}, {}, "Name"},
    {"FirstName", "First Name", kString, 40, kOptional, {}, {}, {}, "Name"},
    {"Name", "Full Name", kString, 121, kNameField},
    {"CompanyName", "Company Name", kString, 80, kOptional},
    {"Department", "Department", kString, 80, kOptional},
    {"Title", "Title", kString, 80, kOptional},
    {"Email", "Email", kEmail, 128, kWritable | kIdLookup},
    {"Phone", "Phone", kPhone, 40, kOptional},
    {"MobilePhone", "Mobile", kPhone, 40, kOptional},
    {"Alias", "Alias", kString, 8, kWritable | kDefaulted},
    {"IsActive", "Active", kBoolean, 0, kFlag | kDefaultTrue},
    {"TimeZoneSidKey",
     "Time Zone",
     kPicklist,
     40,
     kWritable | kDefaulted,
     {},
     {},
     "America/Los_Angeles,America/New_York,Europe/Berlin,Europe/London,Asia/Tokyo,GMT"},
    {"UserType",
     "User Type",
     kPicklist,
     40,
     kNillable | kDefaulted,
     {},
     {},
     "Standard,PowerPartner,CspLitePortal,CustomerSuccess,AutomatedProcess"},
    {"EmployeeNumber", "Employee Number", kString, 20, kOptional},
    {"ManagerId", "Manager ID", kReference, 18, kOptional, "User", "Manager"},
    {"CreatedDate", "Created Date", kDateTime, 0, kDefaulted},
    {"CreatedById", "Created By ID", kReference, 18, kDefaulted, "User", "CreatedBy"},
    {"LastModifiedDate", "Last Modified Date", kDateTime, 0, kDefaulted},
    {"LastModifiedById", "Last Modified By ID", kReference, 18, kDefaulted, "User", "LastModifiedBy"},
    {"SystemModstamp", "System Modstamp", kDateTime, 0, kDefaulted},
};

constexpr FieldRow kGroup[] = {
    {"Id", "Group ID", kId, 18, kDefaulted | kIdLookup},
    {"Name", "Name", kString, 40, kWritable | kNameField},
    {"DeveloperName", "Developer Name", kString, 80, kOptional},
    {"Type",
     "Type",
     kPicklist,
     40,
     kCreateable | kDefaulted | kRestricted,
     {},
     {},
     "Regular,Queue,Role,RoleAndSubordinates,Organization"},
    {"Email", "Email", kEmail, 255, kOptional},
    {"DoesSendEmailToMembers", "Send Email to Members", kBoolean, 0, kFlag},
    {"CreatedDate", "Created Date", kDateTime, 0, kDefaulted},
    {"CreatedById", "Created By ID", kReference, 18, kDefaulted, "User", "CreatedBy"},
    {"LastModifiedDate", "Last Modified Date", kDateTime, 0, kDefaulted},
    {"LastModifiedById", "Last Modified By ID", kReference, 18, kDefaulted, "User", "LastModifiedBy"},
    {"SystemModstamp", "System Modstamp", kDateTime, 0, kDefaulted},
};

constexpr FieldRow kAccount[] = {
    {"Id", "Account ID", kId, 18, kDefaulted | kIdLookup},
    {"IsDeleted", "Deleted", kBoolean, 0, kDefaulted},
    {"MasterRecordId", "Master Record ID", kReference, 18, kNillable, "Account", "MasterRecord"},
    {"Name", "Account Name", kString, 255, kWritable | kNameField},
    {"Type",
     "Account Type",
     kPicklist,
     255,
     kOptional,
     {},
     {},
     "Prospect,Customer - Direct,Customer - Channel,Channel Partner / Reseller,Installation Partner,"
     "Technology Partner,Other"},
    {"ParentId", "Parent Account ID", kReference, 18, kOptional, "Account", "Parent"},
    {"BillingStreet", "Billing Street", kTextArea, 255, kOptional, {}, {}, {}, "BillingAddress"},
    {"BillingCity", "Billing City", kString, 40, kOptional, {}, {}, {}, "BillingAddress"},
    {"BillingState", "Billing State/Province", kString, 80, kOptional, {}, {}, {}, "BillingAddress"},
    {"BillingPostalCode", "Billing Zip/Postal Code", kString, 20, kOptional, {}, {}, {}, "BillingAddress"},
    {"BillingCountry", "Billing Country", kString, 80, kOptional, {}, {}, {}, "BillingAddress"},
    {"BillingAddress", "Billing Address", kAddress, 0, kNillable | kNotFilterable},
    {"Phone", "Account Phone", kPhone, 40, kOptional},
    {"AccountNumber", "Account Number", kString, 40, kOptional},
    {"Website", "Website", kUrl, 255, kOptional},
    {"Industry", "Industry", kPicklist, 255, kOptional, {}, {}, kIndustries},
    {"AnnualRevenue", "Annual Revenue", kCurrency, 0, kOptional},
    {"NumberOfEmployees", "Employees", kInt, 0, kOptional},
    {"Description", "Account Description", kTextArea, 32000, kOptional | kNotFilterable},
    {"Rating", "Account Rating", kPicklist, 255, kOptional | kRestricted, {}, {}, "Hot,Warm,Cold"},
    {"OwnerId", "Owner ID", kReference, 18, kOwned, "User", "Owner"},
    {"CreatedDate", "Created Date", kDateTime, 0, kDefaulted},
    {"CreatedById", "Created By ID", kReference, 18, kDefaulted, "User", "CreatedBy"},
    {"LastModifiedDate", "Last Modified Date", kDateTime, 0, kDefaulted},
    {"LastModifiedById", "Last Modified By ID", kReference, 18, kDefaulted, "User", "LastModifiedBy"},
    {"SystemModstamp", "System Modstamp", kDateTime, 0, kDefaulted},
    {"AccountSource",
     "Account Source",
     kPicklist,
     255,
     kOptional,
     {},
     {},
     "Web,Phone Inquiry,Partner Referral,Purchased List,Other"},
};

}  // namespace

std::span<const FieldRow> user_fields() {
  return kUser;
}
std::span<const FieldRow> group_fields() {
  return kGroup;
}
std::span<const FieldRow> account_fields() {
  return kAccount;
}

}  // namespace prospectd::sandbox
