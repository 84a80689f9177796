#include "config/tables.h"

#include <algorithm>

#include "config/mapping_file.h"
#include "config/section_checks.h"
#include "mapping/transforms.h"

namespace prospectd::config {
namespace {

using namespace std::chrono_literals;
using mapping::Blanks;
using mapping::ConflictRule;
using mapping::Direction;
using mapping::FieldSpec;
using mapping::LocalType;
using mapping::TypeSpec;

constexpr int64_t kPluginsMax = 16;
constexpr int64_t kTypesMax = 20;
constexpr milliseconds kPollMin = 1s;
constexpr milliseconds kPollMax = 24h;
constexpr milliseconds kOverlapMax = 168h;
constexpr milliseconds kVerifyMin = 1h;
constexpr milliseconds kVerifyMax = 720h;

// ---- mapping files

// A prospect's standard fields, then what only accounts have.
std::vector<std::string> local_names() {
  std::vector<std::string> names = mapping::LocalSchema().names();
  for (const mapping::LocalField& field : mapping::account_fields()) {
    if (std::find(names.begin(), names.end(), field.name) == names.end()) names.push_back(field.name);
  }
  return names;
}

const TableOf<FieldSpec>& blanks_table() {
  static const TableOf<FieldSpec> table = {
      rows::choice<&FieldSpec::blanks_in>("in",
                                          "a blank from the CRM: skip it, or empty the prospect's field too",
                                          {Blanks::kSkip, Blanks::kMirror})
          .by_default("skip"),
      rows::choice<&FieldSpec::blanks_out>("out", "the same towards the CRM",
                                           {Blanks::kSkip, Blanks::kMirror})
          .by_default("skip"),
  };
  return table;
}

const TableOf<FieldSpec>& default_table() {
  static const TableOf<FieldSpec> table = {
      rows::text<&FieldSpec::default_in>("in", "taken instead of a blank from the CRM"),
      rows::text<&FieldSpec::default_out>("out", "sent to the CRM instead of a blank"),
  };
  return table;
}

const TableOf<FieldSpec>& transform_table() {
  static const TableOf<FieldSpec> table = {
      rows::text_list<&FieldSpec::transforms_in>("in", "applied in order to a text from the CRM")
          .offering(mapping::transform_names),
      rows::text_list<&FieldSpec::transforms_out>("out", "applied in order to a text towards the CRM")
          .offering(mapping::transform_names),
  };
  return table;
}

const TableOf<FieldSpec>& field_table() {
  static const TableOf<FieldSpec> table = {
      rows::text<&FieldSpec::remote>("remote", "the CRM's field, by its API name")
          .must_be_there()
          .checked(check_api_name),
      rows::text<&FieldSpec::local>("local", "the prospect's (or account's) field, or custom.NAME")
          .must_be_there()
          .offering(local_names),
      rows::choice<&FieldSpec::direction>("direction", "in: from the CRM; out: to the CRM; both",
                                          {Direction::kBoth, Direction::kIn, Direction::kOut})
          .by_default("both"),
      rows::choice<&FieldSpec::conflict>(
          "conflict", "who wins when both sides have changed",
          {ConflictRule::kCrmWins, ConflictRule::kProspectWins, ConflictRule::kNewest,
           ConflictRule::kFillBlank, ConflictRule::kReview})
          .by_default("crm_wins"),
      rows::here<FieldSpec>("blanks", "what a blank does, as one word or {in: …, out: …}", blanks_table())
          .or_one_for_all(),
      rows::text_list<&FieldSpec::blank_words>("blank_words", "words that count as blank, ignoring case"),
      rows::text_pairs<&FieldSpec::value_map>("values", "the CRM's value: the prospect's value").or_empty(),
      rows::here<FieldSpec>("default", "values that take a blank's place", default_table()),
      rows::here<FieldSpec>("transform", "named changes to a text", transform_table()),
      rows::choice<&FieldSpec::type>("type", "of a custom.* field",
                                     {LocalType::kText, LocalType::kBoolean, LocalType::kInteger,
                                      LocalType::kNumber, LocalType::kDate, LocalType::kDateTime})
          .by_default("text"),
      rows::boolean<&FieldSpec::indexed>("indexed", "keeps an index on a custom.* field, for filters")
          .by_default("false"),
  };
  return table;
}

// ---- the daemon's file

const TableOf<Organization>& organization_table() {
  static const TableOf<Organization> table = {
      rows::text<&Organization::time_zone>("time_zone", "the zone in which days are counted")
          .by_default("UTC")
          .checked(check_time_zone),
  };
  return table;
}

const TableOf<State>& state_table() {
  static const TableOf<State> table = {
      rows::path<&State::directory>("directory",
                                    "the folder of the database and the API's token; one daemon each")
          .must_be_there(),
  };
  return table;
}

const TableOf<Api>& api_table() {
  static const TableOf<Api> table =
      TableOf<Api>{
          rows::text<&Api::listen>("listen",
                                   "address and port of the control API; loopback only; port 0: any free")
              .by_default("127.0.0.1:8440")
              .checked(check_listen),
          rows::path<&Api::token_file>("token_file",
                                       "the file that holds the API's token; made at first start")
              .by_default_in_words("api.token in state.directory"),
      }
          .checked<take_listen_apart>();
  return table;
}

const TableOf<Log>& log_table() {
  static const TableOf<Log> table = {
      rows::choice<&Log::format>(
          "format", "auto: for people on a terminal, else JSON lines",
          {{"auto", LogFormat::kAuto}, {"terminal", LogFormat::kTerminal}, {"json", LogFormat::kJson}})
          .by_default("auto"),
      rows::choice<&Log::level>("level", "the least that is logged",
                                {{"debug", log::Level::kDebug},
                                 {"info", log::Level::kInfo},
                                 {"warn", log::Level::kWarn},
                                 {"error", log::Level::kError}})
          .by_default("info")
          .hot(),
  };
  return table;
}

const TableOf<Prospects>& prospects_table() {
  static const TableOf<Prospects> table = {
      rows::choice<&Prospects::same_email>(
          "same_email",
          "a record whose address another record's prospect has: refuse it, or let a person choose",
          {{"prevent", SameEmail::kPrevent}, {"select_crm_id", SameEmail::kSelectCrmId}})
          .by_default("prevent")
          .hot()
          .set_at_run_time(),
  };
  return table;
}

const TableOf<Users>& users_table() {
  static const TableOf<Users> table = {
      rows::boolean<&Users::create>("create",
                                    "makes a user here for each of the CRM's, so that every owner exists")
          .by_default("true")
          .hot(),
      rows::text_pairs<&Users::map>(
          "map", "a user of the CRM, by id or address: the address of the user here who stands for them")
          .checked(check_email)
          .hot(),
  };
  return table;
}

const TableOf<Owners>& owners_table() {
  static const TableOf<Owners> table =
      TableOf<Owners>{
          rows::choice<&Owners::fallback>(
              "fallback", "who owns a record whose owner in the CRM is a queue, inactive or unknown",
              {{"unassigned", OwnerFallback::kUnassigned},
               {"keep", OwnerFallback::kKeep},
               {"default_user", OwnerFallback::kDefaultUser}})
              .by_default("unassigned")
              .hot(),
          rows::text<&Owners::default_user>("default_user",
                                            "the email of the user for fallback: default_user")
              .checked(check_email)
              .hot(),
      }
          .checked<check_owners>();
  return table;
}

const TableOf<Login>& login_table() {
  static const TableOf<Login> table = {
      rows::choice<&Login::flow>(
          "flow",
          "client_credentials: as the app's run-as user; jwt_bearer: as `username`, with a "
          "signature; refresh_token: as the person who authorised the app",
          {LoginFlow::kClientCredentials, LoginFlow::kJwtBearer, LoginFlow::kRefreshToken})
          .by_default("client_credentials")
          .hot(),
      rows::text<&Login::username>("username", "of jwt_bearer: the CRM user who is logged in")
          .checked(check_email)
          .hot(),
      rows::secret<&Login::private_key>(
          "private_key",
          "of jwt_bearer: a reference to the PEM file of the RSA key whose certificate the app has")
          .hot(),
      rows::text<&Login::audience>("audience", "of jwt_bearer: for whom the signed login is made out")
          .by_default_in_words(
              "https://login.salesforce.com, or test.salesforce.com for a sandbox's login_url")
          .checked(check_audience)
          .hot(),
      rows::secret<&Login::refresh_token>(
          "refresh_token", "of refresh_token: a reference to the token that the app was authorised with")
          .hot(),
  };
  return table;
}

const TableOf<Poll>& poll_table() {
  static const TableOf<Poll> table = {
      rows::duration<&Poll::interval>("interval", "time from one poll to the next")
          .by_default("10m")
          .from(kPollMin, kPollMax)
          .hot(),
      rows::duration<&Poll::overlap>("overlap",
                                     "how far back each poll reads again, for records committed late")
          .by_default("10m")
          .from(0ms, kOverlapMax)
          .hot(),
      rows::integer<&Poll::pages_per_commit>("pages_per_commit", "pages in one transaction, at most")
          .by_default("10")
          .from(1, 10)
          .hot(),
      rows::boolean<&Poll::start_jitter>("start_jitter",
                                         "waits a random part of the interval before the first poll")
          .by_default("true")
          .hot(),
      rows::integer<&Poll::mass_change_percent>(
          "mass_change_percent",
          "a poll that would delete, blank or re-own more of the linked records stops and asks; 100: never")
          .by_default("20")
          .from(1, 100)
          .hot(),
      rows::integer<&Poll::mass_change_at_least>("mass_change_at_least",
                                                 "so many records may change in any case")
          .by_default("50")
          .from(1, 1'000'000)
          .hot(),
  };
  return table;
}

const TableOf<Push>& push_table() {
  static const TableOf<Push> table = {
      rows::duration<&Push::reread_after>(
          "reread_after", "records are read again before they are written when the last poll is older")
          .by_default("0s")
          .from(0ms, kPollMax)
          .hot(),
      rows::integer<&Push::ordinary_percent>(
          "ordinary_percent", "of the CRM's daily allowance: past it only opt-outs and owners are written")
          .by_default("80")
          .from(1, 100)
          .hot(),
      rows::integer<&Push::urgent_percent>("urgent_percent", "of the same: past it nothing is written")
          .by_default("95")
          .from(1, 100)
          .hot(),
  };
  return table;
}

const TableOf<Verify>& verify_table() {
  static const TableOf<Verify> table = {
      rows::duration<&Verify::every>(
          "every", "how often all records are compared with the CRM's, for what no poll can see")
          .by_default("24h")
          .from(kVerifyMin, kVerifyMax)
          .or_off()
          .hot(),
      rows::boolean<&Verify::repair>("repair", "mends what is found; else it is only told")
          .by_default("true")
          .hot(),
  };
  return table;
}

RowOf<Plugin> account_mapping_row() {
  return rows::row<Plugin>("mapping", Takes::kMappingFile, "the mapping file of accounts",
                           [](Reader& r, const Row& row, const At& at, void* section) {
                             const auto path = r.text(row, at);
                             if (!path) return;
                             auto& plugin = *static_cast<Plugin*>(section);
                             plugin.accounts = read_mapping(r, at, *path, "Account", MappingSide::kAccount);
                           })
      .hot();
}

const TableOf<Plugin>& accounts_table() {
  static const TableOf<Plugin> table = {account_mapping_row()};
  return table;
}

const TableOf<TypeSpec>& inbound_table() {
  static const TableOf<TypeSpec> table = {
      rows::boolean<&TypeSpec::inbound_create>("create", "new records become prospects")
          .by_default("true")
          .hot(),
      rows::text<&TypeSpec::create_when>("create_when",
                                         "a condition that new records have to meet (docs/filters.md)")
          .hot(),
      rows::boolean<&TypeSpec::inbound_update>("update", "changed records change their prospect")
          .by_default("true")
          .hot(),
  };
  return table;
}

const TableOf<TypeSpec>& outbound_table() {
  static const TableOf<TypeSpec> table = {
      rows::boolean<&TypeSpec::outbound_create>("create", "new prospects become records")
          .by_default("false")
          .hot(),
      rows::text<&TypeSpec::outbound_create_when>(
          "create_when", "a condition that prospects have to meet for a new record (docs/filters.md)")
          .hot(),
      rows::boolean<&TypeSpec::outbound_update>("update", "changed prospects change their record")
          .by_default("false")
          .hot(),
      rows::text<&TypeSpec::external_id>(
          "external_id",
          "an external id field of the object that keeps our key: a create is never made twice")
          .checked(check_api_name)
          .hot(),
  };
  return table;
}

RowOf<TypeSpec> type_object_row() {
  return rows::row<TypeSpec>("object", Takes::kText, "the CRM's object, by its API name",
                             [](Reader& r, const Row& row, const At& at, void* section) {
                               if (auto name = r.text(row, at))
                                 static_cast<TypeSpec*>(section)->mapping.object = std::move(*name);
                             })
      .must_be_there()
      .checked(check_api_name)
      .hot();
}

RowOf<TypeSpec> type_mapping_row() {
  return rows::row<TypeSpec>("mapping", Takes::kMappingFile, "the type's mapping file",
                             [](Reader& r, const Row& row, const At& at, void* section) {
                               const auto path = r.text(row, at);
                               if (!path) return;
                               auto& spec = static_cast<TypeSpec*>(section)->mapping;
                               if (auto read = read_mapping(r, at, *path, spec.object, MappingSide::kPerson))
                                 spec = std::move(*read);
                             })
      .must_be_there()
      .hot();
}

const TableOf<TypeSpec>& type_table() {
  static const TableOf<TypeSpec> table = {
      type_object_row(),  // before the mapping, which is compared with it
      type_mapping_row(),
      rows::here<TypeSpec>("inbound", "from the CRM", inbound_table()),
      rows::here<TypeSpec>("outbound", "to the CRM", outbound_table()),
  };
  return table;
}

const TableOf<Plugin>& plugin_table() {
  static const TableOf<Plugin> table =
      TableOf<Plugin>{
          rows::text<&Plugin::kind>("kind", "the sort of CRM").by_default("salesforce").checked(check_kind),
          rows::text<&Plugin::login_url>("login_url",
                                         "the organisation's own address: https://….my.salesforce.com")
              .must_be_there()
              .checked(check_login_url),
          rows::text<&Plugin::api_version>("api_version", "the version of the CRM's API")
              .by_default("v60.0")
              .checked(check_api_version),
          rows::text<&Plugin::client_id>("client_id", "the connected app's consumer key")
              .must_be_there()
              .hot(),
          rows::secret<&Plugin::client_secret>(
              "client_secret", "a reference to the app's consumer secret; not with login.flow: jwt_bearer")
              .hot(),
          rows::section<&Plugin::login>("login", "the way to log in", login_table()),
          rows::boolean<&Plugin::test_endpoint>("test_endpoint",
                                                "allows http, to a CRM on this machine alone")
              .by_default("false"),
          rows::integer<&Plugin::page_size>("page_size", "records asked for in one page")
              .by_default("2000")
              .from(200, 2000)
              .hot(),
          rows::section<&Plugin::poll>("poll", "when and how the CRM is read", poll_table()),
          rows::section<&Plugin::push>("push", "when and how the CRM is written to", push_table()),
          rows::section<&Plugin::verify>("verify", "when drift is looked for", verify_table()),
          rows::here<Plugin>("accounts", "the accounts of these people; without it none are read",
                             accounts_table()),
          rows::list_of<&Plugin::types>("types", "the person types, the one that wins first", type_table())
              .must_be_there()
              .from(1, kTypesMax),
      }
          .checked<check_plugin>();
  return table;
}

}  // namespace

const TableOf<MappingDocument>& mapping_table() {
  static const TableOf<MappingDocument> table = {
      rows::integer<&MappingDocument::version>("version", "the layout of this file: 1")
          .must_be_there()
          .from(1, 1),
      rows::text<&MappingDocument::object>("object", "the CRM's object whose fields these are")
          .must_be_there()
          .checked(check_api_name),
      rows::list_of<&MappingDocument::fields>("fields", "one entry a field", field_table())
          .must_be_there()
          .from(1, mapping::kMapEntriesMax),
  };
  return table;
}

const TableOf<Config>& config_table() {
  static const TableOf<Config> table =
      TableOf<Config>{
          rows::integer<&Config::version>("version", "the layout of this file: 1").must_be_there().from(1, 1),
          rows::section<&Config::organization>("organization", "the organisation", organization_table()),
          rows::section<&Config::state>("state", "what the daemon keeps", state_table()),
          rows::section<&Config::api>("api", "the control API", api_table()),
          rows::section<&Config::log>("log", "the log, on standard error", log_table()),
          rows::section<&Config::prospects>("prospects", "the rules for prospects", prospects_table()),
          rows::section<&Config::users>("users", "the users", users_table()),
          rows::section<&Config::owners>("owners", "who owns what", owners_table()),
          rows::named<&Config::plugins>("plugins", "the connections to CRMs, each under a name of your own",
                                        plugin_table())
              .must_be_there()
              .checked(check_plugin_name)
              .from(1, kPluginsMax),
      }
          .checked<finish_config>();
  return table;
}

}  // namespace prospectd::config
