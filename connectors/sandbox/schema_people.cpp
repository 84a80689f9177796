// Tables of the person types: Contact and Lead.
#include "connectors/sandbox/schema.h"

namespace prospectd::sandbox {
namespace {

using enum FieldKind;

constexpr std::string_view kSalutations = "Mr.,Ms.,Mrs.,Dr.,Prof.,Mx.";
constexpr std::string_view kSources = "Web,Phone Inquiry,Partner Referral,Purchased List,Other";

constexpr FieldRow kContact[] = {
    {"Id", "Contact ID", kId, 18, kDefaulted | kIdLookup},
    {"IsDeleted", "Deleted", kBoolean, 0, kDefaulted},
    {"MasterRecordId", "Master Record ID", kReference, 18, kNillable, "Contact", "MasterRecord"},
    {"AccountId", "Account ID", kReference, 18, kOptional, "Account", "Account"},
    {"LastName", "Last Name", kString, 80, kWritable, {}, {}, {}, "Name"},
    {"FirstName", "First Name", kString, 40, kOptional, {}, {}, {}, "Name"},
    {"Salutation", "Salutation", kPicklist, 40, kOptional, {}, {}, kSalutations, "Name"},
    {"Name", "Full Name", kString, 121, kNameField},
    {"MailingStreet", "Mailing Street", kTextArea, 255, kOptional, {}, {}, {}, "MailingAddress"},
    {"MailingCity", "Mailing City", kString, 40, kOptional, {}, {}, {}, "MailingAddress"},
    {"MailingState", "Mailing State/Province", kString, 80, kOptional, {}, {}, {}, "MailingAddress"},
    {"MailingPostalCode", "Mailing Zip/Postal Code", kString, 20, kOptional, {}, {}, {}, "MailingAddress"},
    {"MailingCountry", "Mailing Country", kString, 80, kOptional, {}, {}, {}, "MailingAddress"},
    {"MailingAddress", "Mailing Address", kAddress, 0, kNillable | kNotFilterable},
    {"Phone", "Business Phone", kPhone, 40, kOptional},
    {"MobilePhone", "Mobile Phone", kPhone, 40, kOptional},
    {"HomePhone", "Home Phone", kPhone, 40, kOptional},
    {"ReportsToId", "Reports To ID", kReference, 18, kOptional, "Contact", "ReportsTo"},
    {"Email", "Email", kEmail, 80, kOptional | kIdLookup},
    {"Title", "Title", kString, 128, kOptional},
    {"Department", "Department", kString, 80, kOptional},
    {"LeadSource", "Lead Source", kPicklist, 255, kOptional, {}, {}, kSources},
    {"Birthdate", "Birthdate", kDate, 0, kOptional},
    {"Description", "Contact Description", kTextArea, 32000, kOptional | kNotFilterable},
    {"OwnerId", "Owner ID", kReference, 18, kOwned, "User", "Owner"},
    {"HasOptedOutOfEmail", "Email Opt Out", kBoolean, 0, kFlag},
    {"DoNotCall", "Do Not Call", kBoolean, 0, kFlag},
    {"CreatedDate", "Created Date", kDateTime, 0, kDefaulted},
    {"CreatedById", "Created By ID", kReference, 18, kDefaulted, "User", "CreatedBy"},
    {"LastModifiedDate", "Last Modified Date", kDateTime, 0, kDefaulted},
    {"LastModifiedById", "Last Modified By ID", kReference, 18, kDefaulted, "User", "LastModifiedBy"},
    {"SystemModstamp", "System Modstamp", kDateTime, 0, kDefaulted},
};

constexpr FieldRow kLead[] = {
    {"Id", "Lead ID", kId, 18, kDefaulted | kIdLookup},
    {"IsDeleted", "Deleted", kBoolean, 0, kDefaulted},
    {"MasterRecordId", "Master Record ID", kReference, 18, kNillable, "Lead", "MasterRecord"},
    {"LastName", "Last Name", kString, 80, kWritable, {}, {}, {}, "Name"},
    {"FirstName", "First Name", kString, 40, kOptional, {}, {}, {}, "Name"},
    {"Salutation", "Salutation", kPicklist, 40, kOptional, {}, {}, kSalutations, "Name"},
    {"Name", "Full Name", kString, 121, kNameField},
    {"Title", "Title", kString, 128, kOptional},
    {"Company", "Company", kString, 255, kWritable},
    {"Street", "Street", kTextArea, 255, kOptional, {}, {}, {}, "Address"},
    {"City", "City", kString, 40, kOptional, {}, {}, {}, "Address"},
    {"State", "State/Province", kString, 80, kOptional, {}, {}, {}, "Address"},
    {"PostalCode", "Zip/Postal Code", kString, 20, kOptional, {}, {}, {}, "Address"},
    {"Country", "Country", kString, 80, kOptional, {}, {}, {}, "Address"},
    {"Address", "Address", kAddress, 0, kNillable | kNotFilterable},
    {"Phone", "Phone", kPhone, 40, kOptional},
    {"MobilePhone", "Mobile Phone", kPhone, 40, kOptional},
    {"Email", "Email", kEmail, 80, kOptional | kIdLookup},
    {"Website", "Website", kUrl, 255, kOptional},
    {"Description", "Description", kTextArea, 32000, kOptional | kNotFilterable},
    {"LeadSource", "Lead Source", kPicklist, 255, kOptional, {}, {}, kSources},
    {"Status",
     "Status",
     kPicklist,
     255,
     kWritable | kDefaulted,
     {},
     {},
     "Open - Not Contacted,Working - Contacted,Closed - Converted,Closed - Not Converted"},
    {"Industry", "Industry", kPicklist, 255, kOptional, {}, {}, kIndustries},
    {"Rating", "Rating", kPicklist, 255, kOptional | kRestricted, {}, {}, "Hot,Warm,Cold"},
    {"AnnualRevenue", "Annual Revenue", kCurrency, 0, kOptional},
    {"NumberOfEmployees", "Employees", kInt, 0, kOptional},
    {"OwnerId", "Owner ID", kReference, 18, kOwned | kPolymorphic, "Group,User", "Owner"},
    {"HasOptedOutOfEmail", "Email Opt Out", kBoolean, 0, kFlag},
    {"DoNotCall", "Do Not Call", kBoolean, 0, kFlag},
    {"IsConverted", "Converted", kBoolean, 0, kDefaulted},
    {"ConvertedDate", "Converted Date", kDate, 0, kNillable},
    {"ConvertedAccountId", "Converted Account ID", kReference, 18, kNillable, "Account", "ConvertedAccount"},
    {"ConvertedContactId", "Converted Contact ID", kReference, 18, kNillable, "Contact", "ConvertedContact"},
    {"ConvertedOpportunityId", "Converted Opportunity ID", kReference, 18, kNillable, "Opportunity",
     "ConvertedOpportunity"},
    {"CreatedDate", "Created Date", kDateTime, 0, kDefaulted},
    {"CreatedById", "Created By ID", kReference, 18, kDefaulted, "User", "CreatedBy"},
    {"LastModifiedDate", "Last Modified Date", kDateTime, 0, kDefaulted},
    {"LastModifiedById", "Last Modified By ID", kReference, 18, kDefaulted, "User", "LastModifiedBy"},
    {"SystemModstamp", "System Modstamp", kDateTime, 0, kDefaulted},
};

}  // namespace

std::span<const FieldRow> contact_fields() {
  return kContact;
}
std::span<const FieldRow> lead_fields() {
  return kLead;
}

}  // namespace prospectd::sandbox
