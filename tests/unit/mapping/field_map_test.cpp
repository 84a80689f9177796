// From the CRM's record to local terms.
#include "mapping/field_map.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/mapping/mapping_builder.h"

namespace prospectd::mapping {
namespace {

TEST(ToLocal, CarriesIdVersionDeletionAndLineage) {
  const FieldMap map = compiled({line("Email", "email")});
  Sample s = sample({{"Email", "ana@acme.test"}});
  s.record.deleted = true;
  s.record.lineage.merged_into = RemoteId("00Q000000000002AAA");
  const MappedRecord r = map.to_local(s.record, map.bind(s.layout));
  EXPECT_EQ(r.id, s.record.id);
  EXPECT_EQ(r.version, s.record.version);
  EXPECT_TRUE(r.deleted);
  EXPECT_EQ(r.lineage, s.record.lineage);
}

TEST(ToLocal, ValuesAreParallelToTheEntriesWhateverTheLayout) {
  const FieldMap map = compiled({line("LastName", "last_name"), line("FirstName", "first_name")});
  const MappedRecord r = mapped(map, {{"FirstName", "Ana"}, {"Other", "x"}, {"LastName", "López"}});
  ASSERT_EQ(r.values.size(), 2u);
  EXPECT_EQ(r.values[0], Value("López"));
  EXPECT_EQ(r.values[1], Value("Ana"));
}

TEST(ToLocal, AFieldIsFoundInTheLayoutIgnoringCaseTheExactNameFirst) {
  const FieldMap map = compiled({line("email", "email")});
  EXPECT_EQ(mapped(map, {{"Email", "a@x.test"}}).values[0], Value("a@x.test"));
  EXPECT_EQ(mapped(map, {{"Email", "a@x.test"}, {"email", "b@x.test"}}).values[0], Value("b@x.test"));
}

TEST(ToLocal, WhatThePageDoesNotCarryIsAbsent) {
  const FieldMap map = compiled({line("Email", "email"), line("Title", "title")});
  const MappedRecord r = mapped(map, {{"Email", "a@x.test"}});
  EXPECT_TRUE(r.values[1].is_absent());
  EXPECT_TRUE(r.errors.empty());
}

TEST(ToLocal, ARecordShorterThanItsLayoutSaysNothingOfTheRest) {
  const FieldMap map = compiled({line("Email", "email"), line("Title", "title")});
  Sample s = sample({{"Email", "a@x.test"}, {"Title", "CEO"}});
  s.record.values.pop_back();
  EXPECT_TRUE(map.to_local(s.record, map.bind(s.layout)).values[1].is_absent());
  EXPECT_TRUE(map.to_local(s.record, {}).values[0].is_absent());
}

TEST(ToLocal, AbsentNullAndBlankTextAreToldApartFromValues) {
  const FieldSpec title = line("Title", "title");
  EXPECT_TRUE(taken(title, Value()).is_absent());
  EXPECT_TRUE(taken(title, Value::null()).is_null());
  EXPECT_TRUE(taken(title, Value("")).is_null());
  EXPECT_TRUE(taken(title, Value("\u00A0 ")).is_null());
  EXPECT_EQ(taken(title, Value("CEO")), Value("CEO"));
}

TEST(ToLocal, BlankWordsCountAsBlankIgnoringCaseAndBlanksAround) {
  FieldSpec spec = line("Title", "title");
  spec.blank_words = {"Unknown", " N/A ", "ÜBRIG"};
  for (const char* word : {"Unknown", "UNKNOWN", " unknown\u00A0", "n/a", "übrig", "Übrig"})
    EXPECT_TRUE(taken(spec, Value(word)).is_null()) << word;
  for (const char* word : {"Unknowns", "not unknown", "na"})
    EXPECT_EQ(taken(spec, Value(word)), Value(word));
}

TEST(ToLocal, TheDefaultStandsForABlankAndNotForWhatIsAbsent) {
  FieldSpec spec = line("Employees", "custom.integer");
  spec.default_in = "12";
  spec.blank_words = {"unknown"};
  EXPECT_EQ(taken(spec, Value::null()), Value(int64_t{12}));
  EXPECT_EQ(taken(spec, Value(" ")), Value(int64_t{12}));
  EXPECT_EQ(taken(spec, Value("Unknown")), Value(int64_t{12}));
  EXPECT_TRUE(taken(spec, Value()).is_absent());
  EXPECT_EQ(taken(spec, Value(int64_t{0})), Value(int64_t{0}));
}

TEST(ToLocal, TheDefaultDoesNotStandForAValueInError) {
  FieldSpec spec = line("Employees", "custom.integer");
  spec.default_in = "12";
  EXPECT_TRUE(taken(spec, Value("many")).is_absent());
}

TEST(ToLocal, TheValueMapTranslatesTheExactValueAndPassesOthersThrough) {
  FieldSpec spec = line("Status", "stage");
  spec.value_map = {{"Open - Not Contacted", "new"}, {"Working", "contacted"}};
  EXPECT_EQ(taken(spec, Value("Working")), Value("contacted"));
  EXPECT_EQ(taken(spec, Value("Open - Not Contacted")), Value("new"));
  EXPECT_EQ(taken(spec, Value("working")), Value("working"));
  EXPECT_EQ(taken(spec, Value("Qualified")), Value("Qualified"));
}

TEST(ToLocal, TheValueMapTranslatesOtherKindsByTheirText) {
  FieldSpec spec = line("Do_Not_Mail__c", "stage");
  spec.value_map = {{"true", "blocked"}, {"3", "third"}};
  EXPECT_EQ(taken(spec, Value(true)), Value("blocked"));
  EXPECT_EQ(taken(spec, Value(false)), Value("false"));
  EXPECT_EQ(taken(spec, Value(int64_t{3})), Value("third"));
}

TEST(ToLocal, TheValueMapCanLeadToAnotherKind) {
  FieldSpec spec = line("Consent__c", "opted_out");
  spec.value_map = {{"No", "true"}, {"Yes", "false"}};
  EXPECT_EQ(taken(spec, Value("No")), Value(true));
  EXPECT_EQ(taken(spec, Value("Yes")), Value(false));
}

TEST(ToLocal, TransformsApplyInOrderAfterTheValueMap) {
  FieldSpec spec = line("Name", "first_name");
  spec.transforms_in = {"first_word", "title_case"};
  EXPECT_EQ(taken(spec, Value(" ana maría lópez")), Value("Ana"));
  spec = line("Status", "stage");
  spec.value_map = {{"Open", "new"}};
  spec.transforms_in = {"upper"};
  EXPECT_EQ(taken(spec, Value("Open")), Value("NEW"));
}

TEST(ToLocal, WhatATransformEmptiesIsBlank) {
  FieldSpec spec = line("Phone", "phone");
  spec.transforms_in = {"digits_only"};
  EXPECT_TRUE(taken(spec, Value("none")).is_null());
  spec.default_in = "0";
  EXPECT_EQ(taken(spec, Value("none")), Value("0"));
}

TEST(ToLocal, TransformsMakeTextOfOtherKinds) {
  FieldSpec spec = line("Number__c", "custom.integer");
  spec.transforms_in = {"digits_only"};
  EXPECT_EQ(taken(spec, Value("€ 1.200")), Value(int64_t{1200}));
  EXPECT_EQ(taken(spec, Value(int64_t{-5})), Value(int64_t{5}));
}

TEST(ToLocal, ABadValueIsThatFieldsErrorAndTheOthersGoOn) {
  const FieldMap map =
      compiled({line("Birthdate", "custom.date"), line("Title", "title"), line("Opt_Out__c", "opted_out")});
  const MappedRecord r =
      mapped(map, {{"Birthdate", "secret day"}, {"Title", "CEO"}, {"Opt_Out__c", "perhaps"}});
  ASSERT_EQ(r.errors.size(), 2u);
  EXPECT_EQ(r.errors[0].entry, 0u);
  EXPECT_EQ(r.errors[0].message, "Birthdate is no date (expected YYYY-MM-DD)");
  EXPECT_EQ(r.errors[1].entry, 2u);
  EXPECT_EQ(r.errors[1].message, "Opt_Out__c is neither true nor false");
  EXPECT_TRUE(r.values[0].is_absent());
  EXPECT_EQ(r.values[1], Value("CEO"));
}

TEST(ToLocal, TheAddressIsKeptAsTypedAndItsKeyBesides) {
  const MappedRecord r = mapped(compiled({line("Email", "email")}), {{"Email", " Ana@Acme.test"}});
  EXPECT_EQ(r.values[0], Value(" Ana@Acme.test"));
  EXPECT_EQ(r.email_key, "ana@acme.test");
}

TEST(ToLocal, AMalformedAddressIsKeptHasNoKeyAndIsNoError) {
  const MappedRecord r = mapped(compiled({line("Email", "email")}), {{"Email", "ana at acme"}});
  EXPECT_EQ(r.values[0], Value("ana at acme"));
  EXPECT_EQ(r.email_key, std::nullopt);
  EXPECT_TRUE(r.errors.empty());
}

TEST(ToLocal, NoAddressHasNoKey) {
  const FieldMap map = compiled({line("Email", "email")});
  EXPECT_EQ(mapped(map, {{"Email", Value::null()}}).email_key, std::nullopt);
  EXPECT_EQ(mapped(map, {}).email_key, std::nullopt);
}

TEST(ToLocal, AnAddressThatOnlyGoesOutIsNoKey) {
  const MappedRecord r =
      mapped(compiled({line("Email", "email", Direction::kOut)}), {{"Email", "ana@acme.test"}});
  EXPECT_EQ(r.email_key, std::nullopt);
}

TEST(ToLocal, OtherAddressFieldsAreNoKey) {
  const MappedRecord r =
      mapped(compiled({line("Second__c", "custom.email")}), {{"Second__c", "ana@acme.test"}});
  EXPECT_EQ(r.email_key, std::nullopt);
}

TEST(ToLocal, ReferencesStayTheCrmsIds) {
  const FieldMap map = compiled({line("OwnerId", "owner"), line("AccountId", "account")});
  const MappedRecord r = mapped(map, {{"OwnerId", "00G000000000001AAA"}, {"AccountId", Value::null()}});
  EXPECT_EQ(r.values[0], Value("00G000000000001AAA"));
  EXPECT_TRUE(r.values[1].is_null());
}

TEST(ToLocal, EntriesThatOnlyGiveOutAreFilledToo) {
  const MappedRecord r = mapped(compiled({line("Title", "title", Direction::kOut)}), {{"Title", "CEO"}});
  EXPECT_EQ(r.values[0], Value("CEO"));
}

TEST(ToLocal, TwoLinesOfOneCrmFieldBothHaveItsValue) {
  FieldSpec domain = line("email", "website", Direction::kIn);
  domain.transforms_in = {"domain_of_email"};
  const FieldMap map = compiled({line("Email", "email"), domain});
  Sample s = sample({{"Email", "a.rather.long.address@acme.test"}});
  const MappedRecord r = map.to_local(Record(s.record), map.bind(s.layout));
  EXPECT_EQ(r.values[0], Value("a.rather.long.address@acme.test"));
  EXPECT_EQ(r.values[1], Value("acme.test"));
}

TEST(ToLocal, TakingTheRecordGivesWhatCopyingGives) {
  const FieldMap map =
      compiled({line("Email", "email"), line("Title", "title"), line("N__c", "custom.integer")});
  const Sample s = sample({{"Title", "CEO"}, {"N__c", 7.0}, {"Email", "Ana@acme.test"}});
  const auto binding = map.bind(s.layout);
  const MappedRecord copied = map.to_local(s.record, binding);
  const MappedRecord taken_over = map.to_local(Record(s.record), binding);
  EXPECT_EQ(copied.hash, taken_over.hash);
  EXPECT_EQ(copied.values, taken_over.values);
  EXPECT_EQ(copied.email_key, taken_over.email_key);
  EXPECT_EQ(s.record.values[0], Value("CEO"));
}

// --- the hash ---

const std::vector<std::pair<std::string, Value>> kFields = {
    {"Email", "ana@acme.test"}, {"Title", "CEO"}, {"Status", "Open"}};

std::vector<FieldSpec> three_lines() {
  return {line("Email", "email"), line("Title", "title"), line("Status", "stage")};
}

uint64_t hash_with(const std::vector<FieldSpec>& lines,
                   const std::vector<std::pair<std::string, Value>>& fields) {
  return mapped(compiled(lines), fields).hash;
}

TEST(RecordHash, IsTheSameForTheSameRecord) {
  EXPECT_EQ(hash_with(three_lines(), kFields), hash_with(three_lines(), kFields));
}

TEST(RecordHash, DoesNotDependOnTheLayoutNorOnFieldsNotMapped) {
  const std::vector<std::pair<std::string, Value>> other = {
      {"Status", "Open"}, {"Extra", "x"}, {"Title", "CEO"}, {"Email", "ana@acme.test"}};
  EXPECT_EQ(hash_with(three_lines(), kFields), hash_with(three_lines(), other));
}

TEST(RecordHash, DoesNotDependOnIdAndVersion) {
  const FieldMap map = compiled(three_lines());
  Sample s = sample(kFields);
  const uint64_t before = map.to_local(s.record, map.bind(s.layout)).hash;
  s.record.version += seconds{1};
  s.record.id = RemoteId("00Q000000000009AAA");
  EXPECT_EQ(map.to_local(s.record, map.bind(s.layout)).hash, before);
}

TEST(RecordHash, EveryChangeOfAMappedValueChangesIt) {
  std::set<uint64_t> seen{hash_with(three_lines(), kFields)};
  for (size_t i = 0; i < kFields.size(); ++i) {
    for (const Value& v :
         {Value(), Value::null(), Value(""), Value("other"), Value(true), Value(int64_t{1})}) {
      auto fields = kFields;
      fields[i].second = v;
      EXPECT_TRUE(seen.insert(hash_with(three_lines(), fields)).second) << i << " " << v.to_json();
    }
  }
  auto swapped = kFields;
  std::swap(swapped[1].second, swapped[2].second);
  EXPECT_TRUE(seen.insert(hash_with(three_lines(), swapped)).second);
}

TEST(RecordHash, AChangeThatTheMappingLevelsStillChangesIt) {
  auto lines = three_lines();
  lines[1].transforms_in = {"lower"};
  EXPECT_NE(hash_with(lines, {{"Title", "CEO"}}), hash_with(lines, {{"Title", "Ceo"}}));
}

TEST(RecordHash, DeletionAndLineageChangeIt) {
  const FieldMap map = compiled(three_lines());
  const auto hash_of = [&map](void (*change)(Record&)) {
    Sample s = sample(kFields);
    change(s.record);
    return map.to_local(s.record, map.bind(s.layout)).hash;
  };
  const std::set<uint64_t> seen = {
      hash_of([](Record&) {}),
      hash_of([](Record& r) { r.deleted = true; }),
      hash_of([](Record& r) { r.lineage.converted = true; }),
      hash_of([](Record& r) { r.lineage.merged_into = RemoteId("x"); }),
      hash_of([](Record& r) { r.lineage.converted_contact = RemoteId("x"); }),
      hash_of([](Record& r) { r.lineage.converted_account = RemoteId("x"); }),
  };
  EXPECT_EQ(seen.size(), 6u);
}

TEST(RecordHash, EveryChangeOfTheMappingChangesIt) {
  using Change = void (*)(FieldSpec&);
  const Change changes[] = {
      [](FieldSpec&) {},
      [](FieldSpec& s) { s.local = "company"; },
      [](FieldSpec& s) { s.direction = Direction::kIn; },
      [](FieldSpec& s) { s.direction = Direction::kOut; },
      [](FieldSpec& s) { s.conflict = ConflictRule::kNewest; },
      [](FieldSpec& s) { s.blanks_in = Blanks::kMirror; },
      [](FieldSpec& s) { s.blanks_out = Blanks::kMirror; },
      [](FieldSpec& s) { s.blank_words = {"none"}; },
      [](FieldSpec& s) {
        s.value_map = {{"a", "b"}};
      },
      [](FieldSpec& s) {
        s.value_map = {{"b", "a"}};
      },
      [](FieldSpec& s) { s.default_in = "x"; },
      [](FieldSpec& s) { s.default_out = "x"; },
      [](FieldSpec& s) { s.transforms_in = {"trim"}; },
      [](FieldSpec& s) { s.transforms_out = {"trim"}; },
  };
  std::set<uint64_t> seen;
  for (const Change change : changes) {
    auto lines = three_lines();
    change(lines[1]);
    EXPECT_TRUE(seen.insert(hash_with(lines, kFields)).second) << seen.size();
  }
}

TEST(RecordHash, WhereTheMappingStandsInItsFileDoesNotCount) {
  auto lines = three_lines();
  lines[1].where = "elsewhere.yaml:1:1";
  EXPECT_EQ(hash_with(lines, kFields), hash_with(three_lines(), kFields));
}

RC_GTEST_PROP(ToLocalProperty, AnyTextsAreMetWithoutHarm, (const std::vector<std::string>& texts)) {
  FieldSpec words = line("A", "title");
  words.blank_words = {"none"};
  words.transforms_in = {"strip_html", "title_case", "trim"};
  const FieldMap map = compiled(
      {words, line("B", "custom.date"), line("C", "custom.number"), line("D", "email"), line("E", "owner")});
  const char* names[] = {"A", "B", "C", "D", "E"};
  std::vector<std::pair<std::string, Value>> fields;
  for (size_t i = 0; i < std::min<size_t>(texts.size(), 5); ++i)
    fields.emplace_back(names[i], texts[i]);
  const MappedRecord r = mapped(map, fields);
  RC_ASSERT(r.values.size() == 5u);
  for (const Value& v : r.values)
    RC_ASSERT(v.is_absent() || v.is_null() || !v.is_blank());
  for (const FieldError& e : r.errors)
    RC_ASSERT(r.values[e.entry].is_absent());
}

// ---- lines: what a mapping compares ----

TEST(Lines, AreOnePerEntryAndAscending) {
  const FieldMap map = compiled({line("Title", "title"), line("Phone", "phone"), line("City", "city")});
  const std::vector<uint64_t> lines = map.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end()));
  EXPECT_EQ(compiled({line("City", "city"), line("Title", "title"), line("Phone", "phone")}).lines(), lines);
}

TEST(Lines, StayTheSameUnderAnotherRule) {
  FieldSpec other = line("TITLE", "title", Direction::kIn);
  other.conflict = ConflictRule::kReview;
  other.blanks_in = Blanks::kMirror;
  other.blanks_out = Blanks::kMirror;
  other.default_out = "none";
  other.transforms_out = {"upper"};
  other.where = "elsewhere.yaml:1:1";
  EXPECT_EQ(compiled({other}).lines(), compiled({line("Title", "title")}).lines());
}

TEST(Lines, ChangeWithTheFieldsAndWithHowTheCrmsValueReads) {
  const auto lines_with = [](void (*change)(FieldSpec&)) {
    FieldSpec spec = line("Title", "title");
    change(spec);
    return compiled({spec}).lines();
  };
  const std::vector<std::vector<uint64_t>> all = {
      lines_with([](FieldSpec&) {}),
      lines_with([](FieldSpec& s) { s.remote = "Title2"; }),
      lines_with([](FieldSpec& s) { s.local = "phone"; }),
      lines_with([](FieldSpec& s) {
        s.value_map = {{"a", "b"}};
      }),
      lines_with([](FieldSpec& s) {
        s.value_map = {{"a", "c"}};
      }),
      lines_with([](FieldSpec& s) { s.blank_words = {"unknown"}; }),
      lines_with([](FieldSpec& s) { s.default_in = "none"; }),
      lines_with([](FieldSpec& s) { s.transforms_in = {"upper"}; }),
  };
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
}

}  // namespace
}  // namespace prospectd::mapping
