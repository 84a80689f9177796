// Every fault of the daemon's file: where it stands, what it says, and what it advises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Case {
  const char* name;
  size_t line;  ///< of the good configuration that is replaced
  const char* replacement;
  const char* fault;  ///< without "prospectd.yaml:"
};

class ConfigFault : public testing::TestWithParam<Case> {};

TEST_P(ConfigFault, IsReportedWithItsPlaceAndAdvice) {
  const Case& c = GetParam();
  const Folder folder;
  folder.write("prospectd.yaml", good_with(c.line, c.replacement));
  folder.write("mappings/lead.yaml", kGoodMapping);
  EXPECT_THAT(folder.faults(), ElementsAre("prospectd.yaml:" + std::string(c.fault)));
  EXPECT_FALSE(folder.load().config.has_value());
}

const Case kCases[] = {
    {"UnknownKeyAtTheTop", 11, "prospect: {}", "11:1  prospect: unknown key (did you mean prospects?)"},
    {"UnknownKeyInASection", 11, "api: { lisen: 127.0.0.1:1 }",
     "11:8  api.lisen: unknown key (did you mean listen?)"},
    {"UnknownKeyInAType", 10, "        mapping: mappings/lead.yaml\n        outbond: {}",
     "11:9  plugins.crm.types[0].outbond: unknown key (did you mean outbound?)"},
    {"ConditionOnAFieldThatIsNone", 10,
     "        mapping: mappings/lead.yaml\n        inbound: { create_when: 'email:ö* emali:x' }",
     "11:43  plugins.crm.types[0].inbound.create_when: there is no field \"emali\" of a mapped Lead (did you "
     "mean \"email\"?)"},
    {"ConditionPointsIntoTheText", 10,
     "        mapping: mappings/lead.yaml\n        inbound:\n          create_when: email:ö* OR size>5",
     "12:36  plugins.crm.types[0].inbound.create_when: there is no field \"size\" of a mapped Lead: to look "
     "for words with a colon, quote them"},
    {"ConditionInDoubleQuotes", 10,
     "        mapping: mappings/lead.yaml\n        inbound: { create_when: \"email:\\\"a b\\\" word\" }",
     "11:48  plugins.crm.types[0].inbound.create_when: a field is missing, as in field:value"},
    {"ConditionInABlockIsPlacedAtItsKey", 10,
     "        mapping: mappings/lead.yaml\n        inbound:\n          create_when: |\n            email:a* "
     "OR",
     "12:11  plugins.crm.types[0].inbound.create_when: a condition is missing here"},
    {"UnknownKeyUnlikeAnyOther", 11, "zzzzzz: 1", "11:1  zzzzzz: unknown key"},
    {"MergeKey", 2, "state: &s { directory: state }\nlog: { <<: *s }",
     "3:8  log.\"<<\": unknown key (merge keys are not understood; use a plain alias)"},
    {"MissingVersion", 1, "", "2:1  version: missing (the layout of this file: 1)"},
    {"VersionOfALaterProgram", 1, "version: 2", "1:1  version: must be 1"},
    {"VersionInQuotes", 1, "version: '1'", "1:1  version: must be a whole number (without quotes)"},
    {"MissingStateDirectory", 2, "",
     "1:1  state.directory: missing (the folder of the database and the API's token; one daemon each)"},
    {"EmptyState", 2, "state:",
     "2:1  state.directory: missing (the folder of the database and the API's token; one daemon each)"},
    {"EmptyValue", 2, "state: { directory: }", "2:10  state.directory: must be a text, not nothing"},
    {"EmptyText", 6, "    client_id: ''", "6:5  plugins.crm.client_id: must not be empty"},
    {"TextWhereASectionBelongs", 2, "state: here",
     "2:1  state: must be a section of keys (one of them is \"directory:\")"},
    {"ListWhereATextBelongs", 6, "    client_id: [a, b]",
     "6:5  plugins.crm.client_id: must be a text, not a list"},
    {"SectionWhereATextBelongs", 6, "    client_id: { a: b }",
     "6:5  plugins.crm.client_id: must be a text, not a section"},
    {"YesIsNoBoolean", 11, "users: { create: yes }", "11:10  users.create: must be true or false"},
    {"BooleanInQuotes", 11, "users: { create: 'true' }",
     "11:10  users.create: must be true or false (without quotes)"},
    {"WordOutsideTheChoices", 11, "prospects: { same_email: prevnt }",
     "11:14  prospects.same_email: must be one of prevent, select_crm_id (did you mean prevent?)"},
    {"LogFormat", 11, "log: { format: yaml }", "11:8  log.format: must be one of auto, terminal, json"},
    {"LogLevel", 11, "log: { level: warning }", "11:8  log.level: must be one of debug, info, warn, error"},
    {"DurationWithoutUnit", 6, "    client_id: app\n    poll: { interval: 10 }",
     "7:13  plugins.crm.poll.interval: not a duration (write a number and ms, s, m, h or d: 30s, 10m)"},
    {"DurationWithAnUnknownUnit", 6, "    client_id: app\n    poll: { overlap: 10min }",
     "7:13  plugins.crm.poll.overlap: not a duration (write a number and ms, s, m, h or d: 30s, 10m)"},
    {"DurationTooShort", 6, "    client_id: app\n    poll: { interval: 10ms }",
     "7:13  plugins.crm.poll.interval: must be from 1 s to 1 d"},
    {"PagesPerCommitOutOfRange", 6, "    client_id: app\n    poll: { pages_per_commit: 11 }",
     "7:13  plugins.crm.poll.pages_per_commit: must be from 1 to 10"},
    {"PageSizeTooSmall", 6, "    client_id: app\n    page_size: 199",
     "7:5  plugins.crm.page_size: must be from 200 to 2000"},
    {"PageSizeTooLarge", 6, "    client_id: app\n    page_size: 2001",
     "7:5  plugins.crm.page_size: must be from 200 to 2000"},
    {"PageSizeBeyondAnyNumber", 6, "    client_id: app\n    page_size: 99999999999999999999",
     "7:5  plugins.crm.page_size: must be a whole number"},
    {"ListenOnEveryAddress", 11, "api: { listen: 0.0.0.0:8440 }",
     "11:8  api.listen: not an address of this machine alone; without TLS the control API listens on "
     "loopback "
     "only (write 127.0.0.1:8440)"},
    {"ListenOnAHostThatLooksLikeLoopback", 11, "api: { listen: '127.0.0.1.example:8440' }",
     "11:8  api.listen: not an address of this machine alone; without TLS the control API listens on "
     "loopback "
     "only (write 127.0.0.1:8440)"},
    {"ListenWithoutPort", 11, "api: { listen: 127.0.0.1 }",
     "11:8  api.listen: not an address and port (write it like 127.0.0.1:8440)"},
    {"UnknownTimeZone", 11, "organization: { time_zone: America/New_Yrok }",
     "11:17  organization.time_zone: not a time zone (did you mean America/New_York?)"},
    {"DefaultUserWithoutUser", 11, "owners: { fallback: default_user }",
     "11:1  owners.default_user: missing, and fallback: default_user needs it (the email of a user)"},
    {"DefaultUserThatIsNoAddress", 11, "owners: { fallback: default_user, default_user: desk }",
     "11:35  owners.default_user: not an email address"},
    {"HttpWithoutTestEndpoint", 5, "    login_url: http://127.0.0.1:9443",
     "5:5  plugins.crm.login_url: http would send the secret in the clear (for a sandbox CRM on this "
     "machine, "
     "add test_endpoint: true)"},
    {"HttpToAnotherMachine", 5, "    login_url: http://acme.example",
     "5:5  plugins.crm.login_url: http would send the secret in the clear (write https://)"},
    {"TestEndpointOnAnotherMachine", 5, "    login_url: https://acme.example\n    test_endpoint: true",
     "6:5  plugins.crm.test_endpoint: only for a CRM on this machine (127.0.0.1, ::1 or localhost) (remove "
     "it, "
     "and use https)"},
    {"LoginUrlWithAPath", 5, "    login_url: https://acme.example/services",
     "5:5  plugins.crm.login_url: not a URL of scheme and host alone (write it like "
     "https://acme.my.salesforce.com)"},
    {"LoginUrlWithAUser", 5, "    login_url: https://a:b@acme.example",
     "5:5  plugins.crm.login_url: not a URL of scheme and host alone (write it like "
     "https://acme.my.salesforce.com)"},
    {"SharedLoginHost", 5, "    login_url: https://login.salesforce.com",
     "5:5  plugins.crm.login_url: the shared login host doesn't take client credentials (use the "
     "organisation's "
     "own host: https://YOUR-DOMAIN.my.salesforce.com)"},
    {"ApiVersionWithoutV", 6, "    client_id: app\n    api_version: 60.0",
     "7:5  plugins.crm.api_version: not a version of the CRM's API (write it like v60.0)"},
    {"ApiVersionRetired", 6, "    client_id: app\n    api_version: v20.0",
     "7:5  plugins.crm.api_version: a version that is no longer served (use v60.0)"},
    {"UnknownKindOfCrm", 6, "    client_id: app\n    kind: salesfroce",
     "7:5  plugins.crm.kind: an unknown kind of CRM; known: salesforce (did you mean salesforce?)"},
    {"MissingLoginUrl", 5, "",
     "4:3  plugins.crm.login_url: missing (the organisation's own address: https://….my.salesforce.com)"},
    {"MissingSecret", 7, "",
     "4:3  plugins.crm.client_secret: missing (a reference to the app's consumer secret)"},
    {"JwtWithoutWhatItNeeds", 7, "    login: { flow: jwt_bearer, private_key: '${file:key}' }",
     "7:5  plugins.crm.login.username: missing, and flow: jwt_bearer needs it (the CRM user who is logged "
     "in)"},
    {"JwtWithoutItsKey", 7, "    login:\n      flow: jwt_bearer\n      username: sync@acme.example",
     "7:5  plugins.crm.login.private_key: missing, and flow: jwt_bearer needs it (a reference to the PEM "
     "file "
     "of the key)"},
    {"RefreshWithoutItsToken", 6, "    client_id: app\n    login: { flow: refresh_token }",
     "7:5  plugins.crm.login.refresh_token: missing, and flow: refresh_token needs it (a reference to the "
     "token that the app was authorised with)"},
    {"KeyOfAnotherFlow", 6, "    client_id: app\n    login:\n      private_key: ${file:key}",
     "8:7  plugins.crm.login.private_key: has no effect with flow: client_credentials (remove it, or set "
     "flow: "
     "jwt_bearer)"},
    {"UnknownFlow", 6, "    client_id: app\n    login: { flow: jwt }",
     "7:14  plugins.crm.login.flow: must be one of client_credentials, jwt_bearer, refresh_token"},
    {"LoginThatIsNoSection", 6, "    client_id: app\n    login: jwt_bearer",
     "7:5  plugins.crm.login: must be a section of keys (one of them is \"flow:\")"},
    {"UsernameThatIsNone", 7,
     "    login:\n      flow: jwt_bearer\n      private_key: ${file:key}\n      username: sync",
     "10:7  plugins.crm.login.username: not an email address"},
    {"AudienceThatIsNone", 7,
     "    login:\n      flow: jwt_bearer\n      private_key: ${file:key}\n      username: a@b.example\n"
     "      audience: login.salesforce.com",
     "11:7  plugins.crm.login.audience: not a web address (write https://login.salesforce.com, "
     "https://test.salesforce.com, or leave it out)"},
    {"PlainKey", 7, "    login: { flow: jwt_bearer, username: a@b.example, private_key: hunter2 }",
     "7:55  plugins.crm.login.private_key: a secret must not stand in this file (write ${file:secrets/NAME} "
     "(a "
     "file with mode 600) or ${credential:NAME}, and put the secret there)"},
    {"PlainSecret", 7, "    client_secret: hunter2",
     "7:5  plugins.crm.client_secret: a secret must not stand in this file (write ${file:secrets/NAME} (a "
     "file "
     "with mode 600) or ${credential:NAME}, and put the secret there)"},
    {"UnknownReference", 7, "    client_secret: ${env:SECRET}",
     "7:5  plugins.crm.client_secret: an unknown kind of reference (write ${file:secrets/NAME} (a file with "
     "mode "
     "600) or ${credential:NAME}, and put the secret there)"},
    {"ReferenceWithoutEnd", 7, "    client_secret: ${file:secret",
     "7:5  plugins.crm.client_secret: a reference that can't be read (write ${file:secrets/NAME} (a file "
     "with "
     "mode 600) or ${credential:NAME}, and put the secret there)"},
    {"CredentialWithFolders", 7, "    client_secret: ${credential:../x}",
     "7:5  plugins.crm.client_secret: a credential is a file's name, without folders"},
    {"ReferenceOutsideASecret", 6, "    client_id: ${file:id}",
     "6:5  plugins.crm.client_id: references (${…}) are for secrets only"},
    {"TwoTypesOfOneObject", 10,
     "        mapping: mappings/lead.yaml\n      - object: Lead\n        mapping: mappings/lead.yaml",
     "11:9  plugins.crm.types[1].object: Lead is types[0] already (keep one of them)"},
    {"ObjectThatIsNoName", 9, "      - object: Lead WHERE",
     "9:9  plugins.crm.types[0].object: not an API name of the CRM (letters, digits and '_')"},
    {"AccountsWithoutMapping", 6, "    client_id: app\n    accounts: {}",
     "7:5  plugins.crm.accounts.mapping: missing (the mapping file of accounts)"},
    {"MappingFileNotFound", 10, "        mapping: mappings/laed.yaml",
     "10:9  plugins.crm.types[0].mapping: file not found: mappings/laed.yaml (did you mean "
     "mappings/lead.yaml?)"},
    {"MappingFileNowhereNear", 10, "        mapping: elsewhere/lead.yaml",
     "10:9  plugins.crm.types[0].mapping: file not found: elsewhere/lead.yaml"},
    {"MappingThatIsAFolder", 10, "        mapping: mappings",
     "10:9  plugins.crm.types[0].mapping: not a regular file: mappings"},
    {"PluginNameWithSpaces", 4,
     "  my crm:", "4:3  plugins.\"my crm\": a connection's name has letters, digits, '-' and '_' only"},
    {"DuplicateKeyAtTheTop", 11, "version: 1",
     "11:1  version: the same key stands on line 1 already (keep one of them)"},
    {"DuplicateKeyInside", 6, "    client_id: app\n    client_id: app",
     "7:5  plugins.crm.client_id: the same key stands on line 6 already (keep one of them)"},
    {"DuplicateKeyInAListItem", 10,
     "        mapping: mappings/lead.yaml\n        mapping: mappings/lead.yaml",
     "11:9  plugins.crm.types[0].mapping: the same key stands on line 10 already (keep one of them)"},
    {"TabInTheIndentation", 2, "state:\n\tdirectory: state",
     "3:1  a tab in the indentation (indent with spaces)"},
    {"TwoColonsInALine", 6, "    client_id: a: b",
     "6:17  a second ': ' in one line (put the value in quotes)"},
    {"BracketLeftOpen", 11, "users: { create: true", "12:1  a '{' without its '}'"},
    {"QuoteLeftOpen", 11, "log: \"info", "11:6  log: a quote that isn't closed on its line"},
    {"QuoteLeftOpenBeforeOtherKeys", 6, "    client_id: 'app",
     "6:16  plugins.crm.client_id: a quote that isn't closed on its line"},
    {"AliasWithoutAnchor", 7, "    client_secret: *hunter2",
     "7:20  an alias (*…) without its anchor (&…) (put a value that starts with * in quotes)"},
    {"Tag", 11, "log: { level: !!str info }",
     "11:15  log.level: tags (!…) have no meaning here (remove the tag)"},
    {"SecondDocument", 11, "---\nversion: 1", "12:1  a second document (after ---) (keep one a file)"},
    {"ControlCharacter", 11, "# \x04", "11:3  a control character (remove it)"},
    {"NotUtf8", 11, "# caf\xE9", "11:1  this line is not UTF-8 (save the file as UTF-8)"},
    {"KeyThatIsAList", 11, "? [a]\n: 1",
     "11:3  a list or section where a key belongs (is a bracket or brace left open?)"},
};

INSTANTIATE_TEST_SUITE_P(Each, ConfigFault, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

// ---- what one replaced line can't show

std::vector<std::string> faults_of(std::string_view text) {
  const Folder folder;
  folder.write("prospectd.yaml", text);
  folder.write("mappings/lead.yaml", kGoodMapping);
  return folder.faults();
}

TEST(ConfigFaults, AGoodConfigurationHasNone) {
  EXPECT_THAT(faults_of(good_text()), IsEmpty());
}

TEST(ConfigFaults, NoPluginsAtAll) {
  EXPECT_THAT(
      faults_of("version: 1\nstate: { directory: s }\n"),
      ElementsAre(
          "prospectd.yaml:1:1  plugins: missing (the connections to CRMs, each under a name of your own)"));
  EXPECT_THAT(faults_of("version: 1\nstate: { directory: s }\nplugins: {}\n"),
              ElementsAre("prospectd.yaml:3:1  plugins: must not be empty"));
  EXPECT_THAT(faults_of("version: 1\nstate: { directory: s }\nplugins: [a]\n"),
              ElementsAre("prospectd.yaml:3:1  plugins: must be a section of named entries"));
}

TEST(ConfigFaults, NoTypes) {
  constexpr std::string_view before =
      "version: 1\nstate: { directory: s }\nplugins:\n  crm:\n    login_url: https://acme.example\n"
      "    client_id: app\n    client_secret: ${file:s}\n";
  EXPECT_THAT(faults_of(std::string(before) + "    types: []\n"),
              ElementsAre("prospectd.yaml:8:5  plugins.crm.types: must not be empty"));
  EXPECT_THAT(
      faults_of(std::string(before) + "    types: { Lead: x }\n"),
      ElementsAre("prospectd.yaml:8:5  plugins.crm.types: must be a list (begin each item with \"- \")"));
  EXPECT_THAT(
      faults_of(before),
      ElementsAre(
          "prospectd.yaml:4:3  plugins.crm.types: missing (the person types, the one that wins first)"));
}

TEST(ConfigFaults, AnEmptyFileMissesWhatMustBeThere) {
  EXPECT_THAT(
      faults_of(""),
      ElementsAre(
          "prospectd.yaml:1:1  version: missing (the layout of this file: 1)",
          "prospectd.yaml:1:1  state.directory: missing (the folder of the database and the API's token; one "
          "daemon "
          "each)",
          "prospectd.yaml:1:1  plugins: missing (the connections to CRMs, each under a name of your own)"));
}

TEST(ConfigFaults, AFileThatIsAListOrATextIsNoConfiguration) {
  EXPECT_THAT(faults_of("- version: 1\n"),
              ElementsAre("prospectd.yaml:1:1  must be a section of keys (one of them is \"version:\")"));
  EXPECT_THAT(faults_of("hello\n"),
              ElementsAre("prospectd.yaml:1:1  must be a section of keys (one of them is \"version:\")"));
}

TEST(ConfigFaults, AllOfAVeryBrokenFileAtOnce) {
  const Folder folder;
  folder.write("prospectd.yaml", R"(version: one
stat: { directory: state }
api: { listen: 10.0.0.1:80 }
prospects: { same_email: prevents, same_email: prevent }
owners: { fallback: default_user }
plugins:
  crm:
    login_url: http://acme.example
    api_version: "60"
    client_secret: hunter2
    page_size: 50
    poll: { interval: soon, overlap: 10m, pages: 3 }
    types:
      - object: Lead
        mapping: mappings/laed.yaml
      - object: Contact
        mapping: mappings/contact.yaml
        inbound: { create: maybe }
)");
  folder.write("mappings/lead.yaml", kGoodMapping);
  folder.write("mappings/contact.yaml", R"(version: 1
object: Contakt
fields:
  - { remote: Email, local: emial }
  - { remote: Title, local: title, transform: { in: [trimm] } }
  - { remote: Phone, locl: phone }
)");
  const std::vector<std::string> expected = {
      "prospectd.yaml:1:1  version: must be a whole number",
      "prospectd.yaml:1:1  state.directory: missing (the folder of the database and the API's token; one "
      "daemon each)",
      "prospectd.yaml:2:1  stat: unknown key (did you mean state?)",
      "prospectd.yaml:3:8  api.listen: not an address of this machine alone; without TLS the control API "
      "listens on "
      "loopback only (write 127.0.0.1:80)",
      "prospectd.yaml:4:14  prospects.same_email: must be one of prevent, select_crm_id (did you mean "
      "prevent?)",
      "prospectd.yaml:4:36  prospects.same_email: the same key stands on line 4 already (keep one of them)",
      "prospectd.yaml:5:1  owners.default_user: missing, and fallback: default_user needs it (the email of a "
      "user)",
      "prospectd.yaml:7:3  plugins.crm.client_id: missing (the connected app's consumer key)",
      "prospectd.yaml:8:5  plugins.crm.login_url: http would send the secret in the clear (write https://)",
      "prospectd.yaml:9:5  plugins.crm.api_version: not a version of the CRM's API (write it like v60.0)",
      "prospectd.yaml:10:5  plugins.crm.client_secret: a secret must not stand in this file (write "
      "${file:secrets/NAME} (a file with mode 600) or ${credential:NAME}, and put the secret there)",
      "prospectd.yaml:11:5  plugins.crm.page_size: must be from 200 to 2000",
      "prospectd.yaml:12:13  plugins.crm.poll.interval: not a duration (write a number and ms, s, m, h or d: "
      "30s, 10m)",
      "prospectd.yaml:12:43  plugins.crm.poll.pages: unknown key",
      "prospectd.yaml:15:9  plugins.crm.types[0].mapping: file not found: mappings/laed.yaml (did you mean "
      "mappings/lead.yaml?)",
      "prospectd.yaml:18:20  plugins.crm.types[1].inbound.create: must be true or false",
      "mappings/contact.yaml:2:1  object: the file that names this mapping says Contact (make both the same)",
      "mappings/contact.yaml:4:22  fields[0].local: prospects have no field \"emial\" (did you mean email?)",
      "mappings/contact.yaml:5:54  fields[1].transform.in[0]: no transform is called \"trimm\" (did you mean "
      "trim?)",
      "mappings/contact.yaml:6:5  fields[2].local: missing (the prospect's (or account's) field, or "
      "custom.NAME)",
      "mappings/contact.yaml:6:22  fields[2].locl: unknown key (did you mean local?)",
  };
  EXPECT_EQ(folder.faults(), expected);
  EXPECT_FALSE(folder.load().config.has_value());
}

TEST(ConfigFaults, MoreThanAPersonCanUseAreCounted) {
  std::string text = good_text();
  for (size_t i = 0; i < kFaultsMax + 5; ++i)
    text += "zz" + std::to_string(i) + ": 1\n";
  const auto faults = faults_of(text);
  ASSERT_EQ(faults.size(), kFaultsMax + 1);
  EXPECT_EQ(faults.back(), "prospectd.yaml  and 5 more faults (mend these first)");
}

TEST(ConfigFaults, ADefaultUserWithoutItsPolicyIsAWarningOnly) {
  const Folder folder;
  folder.write("prospectd.yaml", good_with(11, "owners: { default_user: a@b.example }"));
  folder.write("mappings/lead.yaml", kGoodMapping);
  EXPECT_THAT(
      folder.faults(),
      ElementsAre("prospectd.yaml:11:11  warning: owners.default_user: has no effect without fallback: "
                  "default_user"));
  EXPECT_TRUE(folder.load().config.has_value());
}

constexpr std::string_view kSignedLogin =
    "    login: { flow: jwt_bearer, username: a@b.example, private_key: \"${file:key}\" }";

TEST(ConfigFaults, ASecretThatASignedLoginHasNoUseForIsAWarningOnly) {
  const Folder folder;
  folder.write("prospectd.yaml", good_with(6, "    client_id: app\n" + std::string(kSignedLogin)));
  folder.write("mappings/lead.yaml", kGoodMapping);
  EXPECT_THAT(folder.faults(),
              ElementsAre("prospectd.yaml:8:5  warning: plugins.crm.client_secret: has no effect with "
                          "login.flow: jwt_bearer (remove it: the signature stands for it)"));
  EXPECT_TRUE(folder.load().config.has_value());
}

TEST(ConfigFaults, ASignedLoginMayGoToTheSharedHost) {
  const Folder folder;
  std::string text = good_with(7, kSignedLogin);
  text.replace(text.find("https://acme.example"), 20, "https://test.salesforce.com");
  folder.write("prospectd.yaml", text);
  folder.write("mappings/lead.yaml", kGoodMapping);
  EXPECT_THAT(folder.faults(), IsEmpty());
}

TEST(ConfigFaults, ColumnsCountCharactersNotBytes) {
  EXPECT_THAT(
      faults_of(good_with(11, "log: { \"é\": 1, level: infi }")),
      ElementsAre("prospectd.yaml:11:8  log.\"é\": unknown key",
                  "prospectd.yaml:11:16  log.level: must be one of debug, info, warn, error (did you mean "
                  "info?)"));
}

TEST(ConfigFaults, AByteOrderMarkAndWindowsLineEndsAreFine) {
  std::string text = "\xEF\xBB\xBF" + good_text();
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.replace(at, 1, "\r\n");
  EXPECT_THAT(faults_of(text), IsEmpty());
}

TEST(ConfigFaults, NoValueOfASettingIsEverSaid) {
  // The same telling text in places where a single value stands, well-formed and not.
  for (const size_t line : {1, 5, 6, 7}) {
    const std::string original = good_lines()[line - 1];
    const std::string key = original.substr(0, original.find(':') + 1);
    for (const char* value :
         {" hunter2", " 'hunter2", " [hunter2]", " *hunter2", " &hunter2 x", " hunter2: x", " !hunter2 x",
          " \"\\qhunter2\"", " {hunter2}", " ${file:hunter2", " ${hunter2}", " hunter2\n hunter2"}) {
      for (const std::string& fault : faults_of(good_with(line, key + value)))
        EXPECT_EQ(fault.find("hunter2"), std::string::npos) << fault;
    }
  }
}

TEST(ConfigFaults, AFileThatIsNotThere) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text());
  EXPECT_THAT(folder.faults("prospectd.yml"),
              ElementsAre("prospectd.yml  file not found (did you mean prospectd.yaml?)"));
  EXPECT_THAT(folder.faults("elsewhere/x"), ElementsAre("elsewhere/x  file not found"));
}

TEST(ConfigFaults, AFileThatIsTooLarge) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text() + "# " + std::string(1024 * 1024, 'x') + "\n");
  EXPECT_THAT(folder.faults(), ElementsAre("prospectd.yaml  larger than 1 MiB"));
  folder.write("prospectd.yaml", good_text());
  folder.write("mappings/lead.yaml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_THAT(folder.faults(),
              ElementsAre("prospectd.yaml:10:9  plugins.crm.types[0].mapping: larger than 1 MiB: "
                          "mappings/lead.yaml"));
}

TEST(ConfigFaults, AFileThatCannotBeRead) {
  const Folder folder;
  std::filesystem::create_directories(folder.path("prospectd.yaml"));
  EXPECT_THAT(folder.faults(), ElementsAre("prospectd.yaml  not a regular file"));
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(folder.faults("pipe"), ElementsAre("pipe  not a regular file"));
  folder.write("closed.yaml", good_text());
  ASSERT_EQ(::chmod(folder.path("closed.yaml").c_str(), 0), 0);
  if (::geteuid() == 0) {  // root reads everything
    EXPECT_THAT(folder.faults("closed.yaml"), testing::Not(IsEmpty()));
  } else {
    EXPECT_THAT(folder.faults("closed.yaml"),
                ElementsAre("closed.yaml  can't be read; its owner or mode may be wrong"));
  }
}

}  // namespace
}  // namespace prospectd::config
