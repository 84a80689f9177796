// The examples: they load, they name every key, and the binary carries the same text.
#include "config/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "config/tables.h"
#include "mapping/transforms.h"
#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kExamples = std::string(PROSPECTD_SOURCE_DIR) + "/config/examples/";

std::string text_of(const std::string& file) {
  std::ifstream in(kExamples + file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string all_faults(const Loaded& loaded) {
  std::string text;
  for (const Fault& fault : loaded.faults)
    text += format_fault(fault) + "\n";
  return text;
}

TEST(Examples, LoadWithoutAFault) {
  for (const char* name : {"prospectd.yaml", "sandbox.yaml"}) {
    const Loaded loaded = load(kExamples + name);
    EXPECT_EQ(all_faults(loaded), "") << name;
    ASSERT_TRUE(loaded.config) << name;
  }
}

TEST(Examples, TheFullExampleSaysTheDefaults) {
  const Loaded loaded = load(kExamples + "prospectd.yaml");
  ASSERT_TRUE(loaded.config);
  const Config& c = *loaded.config;
  const Config d;
  EXPECT_EQ(c.organization.time_zone, d.organization.time_zone);
  EXPECT_EQ(c.state.directory, "/var/lib/prospectd");
  EXPECT_EQ(c.state.database_file(), "/var/lib/prospectd/prospectd.db");
  EXPECT_EQ(c.api.listen, d.api.listen);
  EXPECT_EQ(c.api.host, d.api.host);
  EXPECT_EQ(c.api.port, d.api.port);
  EXPECT_EQ(c.api.token_file, "/var/lib/prospectd/api.token");
  EXPECT_EQ(c.log.format, d.log.format);
  EXPECT_EQ(c.log.level, d.log.level);
  EXPECT_EQ(c.prospects.same_email, d.prospects.same_email);
  EXPECT_EQ(c.users.create, d.users.create);
  EXPECT_EQ(c.owners.fallback, d.owners.fallback);
  ASSERT_EQ(c.plugins.size(), 1u);
  const Plugin& p = c.plugins[0];
  const Plugin e;
  EXPECT_EQ(p.name, "salesforce");
  EXPECT_EQ(p.kind, e.kind);
  EXPECT_EQ(p.login_url, "https://acme.my.salesforce.com");
  EXPECT_EQ(p.api_version, e.api_version);
  EXPECT_EQ(p.test_endpoint, e.test_endpoint);
  EXPECT_EQ(p.page_size, e.page_size);
  EXPECT_EQ(p.poll.interval, e.poll.interval);
  EXPECT_EQ(p.poll.overlap, e.poll.overlap);
  EXPECT_EQ(p.poll.pages_per_commit, e.poll.pages_per_commit);
  EXPECT_EQ(p.poll.start_jitter, e.poll.start_jitter);
  EXPECT_EQ(p.verify.every, e.verify.every);
  EXPECT_EQ(p.verify.repair, e.verify.repair);
  EXPECT_EQ(p.client_secret.kind, SecretRef::Kind::kFile);
  EXPECT_EQ(p.client_secret.name, kExamples + "secrets/salesforce");
  ASSERT_TRUE(p.accounts);
  EXPECT_EQ(p.accounts->object, "Account");
  ASSERT_EQ(p.types.size(), 2u);
  EXPECT_EQ(p.types[0].mapping.object, "Contact");
  EXPECT_EQ(p.types[1].mapping.object, "Lead");
  const mapping::TypeSpec t;
  for (const mapping::TypeSpec& type : p.types) {
    EXPECT_EQ(type.inbound_create, t.inbound_create);
    EXPECT_EQ(type.inbound_update, t.inbound_update);
    EXPECT_EQ(type.outbound_create, t.outbound_create);
    EXPECT_EQ(type.outbound_update, t.outbound_update);
  }
}

TEST(Config, ADurationThatMayBeOffIsZeroThenAndNoOtherOneMay) {
  const Folder folder;
  folder.write("mappings/lead.yaml", kGoodMapping);
  const auto with = [&](const std::string& section) {
    std::string text = good_text();
    const std::string at = "    types:";
    text.insert(text.find(at), section);
    folder.write("prospectd.yaml", text);
    return folder.load();
  };
  const Loaded off = with("    verify: { every: off, repair: false }\n");
  ASSERT_TRUE(off.config);
  EXPECT_EQ(off.config->plugins.at(0).verify.every, milliseconds{0});
  EXPECT_FALSE(off.config->plugins.at(0).verify.repair);
  EXPECT_FALSE(with("    verify: { every: 10s }\n").config) << "under an hour";
  EXPECT_FALSE(with("    poll: { interval: off }\n").config);
}

TEST(Config, WhatIsLeftOutHasTheDefaultOfItsStruct) {
  const Folder folder;
  folder.write("prospectd.yaml", good_text());
  folder.write("mappings/lead.yaml", kGoodMapping);
  const Loaded loaded = folder.load();
  ASSERT_TRUE(loaded.config);
  const Config& c = *loaded.config;
  const Config d;
  EXPECT_EQ(c.version, d.version);
  EXPECT_EQ(c.organization.time_zone, d.organization.time_zone);
  EXPECT_EQ(c.api.listen, d.api.listen);
  EXPECT_EQ(c.api.host, d.api.host);
  EXPECT_EQ(c.api.port, d.api.port);
  EXPECT_EQ(c.log.format, d.log.format);
  EXPECT_EQ(c.log.level, d.log.level);
  EXPECT_EQ(c.prospects.same_email, d.prospects.same_email);
  EXPECT_EQ(c.users.create, d.users.create);
  EXPECT_EQ(c.owners.fallback, d.owners.fallback);
  const Plugin& p = c.plugins.at(0);
  const Plugin e;
  EXPECT_EQ(p.kind, e.kind);
  EXPECT_EQ(p.api_version, e.api_version);
  EXPECT_EQ(p.test_endpoint, e.test_endpoint);
  EXPECT_EQ(p.page_size, e.page_size);
  EXPECT_EQ(p.poll.interval, e.poll.interval);
  EXPECT_EQ(p.poll.overlap, e.poll.overlap);
  EXPECT_EQ(p.poll.pages_per_commit, e.poll.pages_per_commit);
  EXPECT_EQ(p.poll.start_jitter, e.poll.start_jitter);
  EXPECT_EQ(p.verify.every, e.verify.every);
  EXPECT_EQ(p.verify.repair, e.verify.repair);
  EXPECT_FALSE(p.accounts);
  const mapping::TypeSpec t;
  EXPECT_EQ(p.types.at(0).inbound_create, t.inbound_create);
  EXPECT_EQ(p.types.at(0).inbound_update, t.inbound_update);
  EXPECT_EQ(p.types.at(0).outbound_create, t.outbound_create);
  EXPECT_EQ(p.types.at(0).outbound_update, t.outbound_update);
}

// The lines of a commented block, from the one that says `from`, as they would stand without the comment.
std::string uncommented(const std::string& text, const std::string& from) {
  std::string out;
  bool inside = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t mark = line.find("# ");
    inside = (inside && line.find("#   ") != std::string::npos) || line.find(from) != std::string::npos;
    out += (inside && mark != std::string::npos ? line.erase(mark, 2) : line) + "\n";
  }
  return out;
}

TEST(Examples, EveryWayToLogInThatTheyShowLoads) {
  const struct {
    const char* marker;
    LoginFlow flow;
  } rows[] = {{"login:  # jwt_bearer", LoginFlow::kJwtBearer},
              {"login:  # refresh_token", LoginFlow::kRefreshToken}};
  for (const auto& row : rows) {
    const Folder folder;
    folder.write("prospectd.yaml", uncommented(text_of("prospectd.yaml"), row.marker));
    for (const auto& [name, text] : example_mappings())
      folder.write("mappings/" + name, text);
    const Loaded loaded = folder.load();
    ASSERT_TRUE(loaded.config) << row.marker << "\n" << all_faults(loaded);
    EXPECT_FALSE(has_errors(loaded.faults));
    EXPECT_EQ(loaded.config->plugins[0].login.flow, row.flow) << row.marker;
  }
}

TEST(Config, EveryKeyOfALoginArrives) {
  const Folder folder;
  folder.write("mappings/lead.yaml", kGoodMapping);
  folder.write("prospectd.yaml",
               good_with(7,
                         "    login:\n      flow: jwt_bearer\n      username: Sync@acme.example\n"
                         "      private_key: ${file:keys/crm.pem}\n"
                         "      audience: https://acme.my.site.com/customers"));
  Loaded loaded = folder.load();
  ASSERT_TRUE(loaded.config) << all_faults(loaded);
  const Login login = loaded.config->plugins.at(0).login;
  EXPECT_EQ(login.flow, LoginFlow::kJwtBearer);
  EXPECT_EQ(login.username, "Sync@acme.example");
  EXPECT_EQ(login.private_key.name, folder.path("keys/crm.pem"));
  EXPECT_EQ(login.private_key.place.line, 10);
  EXPECT_EQ(login.audience, "https://acme.my.site.com/customers");
  EXPECT_EQ(loaded.config->plugins.at(0).client_secret.kind, SecretRef::Kind::kNone);
  folder.write("prospectd.yaml",
               good_with(7, "    login: { flow: refresh_token, refresh_token: \"${credential:refresh}\" }"));
  loaded = folder.load();
  ASSERT_TRUE(loaded.config) << all_faults(loaded);
  EXPECT_EQ(loaded.config->plugins.at(0).login.flow, LoginFlow::kRefreshToken);
  EXPECT_EQ(loaded.config->plugins.at(0).login.refresh_token.name, "refresh");
  EXPECT_EQ(name_of(LoginFlow::kRefreshToken), "refresh_token");
}

TEST(Config, EveryKeyArrives) {
  const Folder folder;
  folder.write("conf/prospectd.yaml", R"(version: 1
organization: { time_zone: Europe/Berlin }
state: { directory: ../var }
api: { listen: "[::1]:0", token_file: token }
log: { format: json, level: debug }
prospects: { same_email: select_crm_id }
users: { create: false }
owners: { fallback: default_user, default_user: Desk@Acme.example }
plugins:
  crm-1:
    login_url: http://localhost:9443/
    test_endpoint: true
    api_version: v61.0
    client_id: app
    client_secret: ${credential:crm}
    page_size: 200
    poll: { interval: 2s, overlap: 500ms, pages_per_commit: 10, start_jitter: false }
    types:
      - object: Lead
        mapping: ../lead.yaml
        inbound: { create: false, update: false }
        outbound: { create: true, update: true }
)");
  folder.write("lead.yaml", kGoodMapping);
  const Loaded loaded = folder.load("conf/prospectd.yaml");
  ASSERT_TRUE(loaded.config) << all_faults(loaded);
  const Config& c = *loaded.config;
  EXPECT_EQ(c.path, folder.path("conf/prospectd.yaml"));
  EXPECT_EQ(c.organization.time_zone, "Europe/Berlin");
  EXPECT_EQ(c.state.directory, folder.path("var"));
  EXPECT_EQ(c.api.host, "::1");
  EXPECT_EQ(c.api.port, 0);
  EXPECT_EQ(c.api.token_file, folder.path("conf/token"));
  EXPECT_EQ(c.log.format, LogFormat::kJson);
  EXPECT_EQ(c.log.level, log::Level::kDebug);
  EXPECT_EQ(c.prospects.same_email, SameEmail::kSelectCrmId);
  EXPECT_FALSE(c.users.create);
  EXPECT_EQ(c.owners.fallback, OwnerFallback::kDefaultUser);
  EXPECT_EQ(c.owners.default_user, "Desk@Acme.example");
  const Plugin& p = c.plugins.at(0);
  EXPECT_EQ(p.name, "crm-1");
  EXPECT_EQ(p.login_url, "http://localhost:9443");
  EXPECT_TRUE(p.test_endpoint);
  EXPECT_EQ(p.api_version, "v61.0");
  EXPECT_EQ(p.client_id, "app");
  EXPECT_EQ(p.client_secret.kind, SecretRef::Kind::kCredential);
  EXPECT_EQ(p.client_secret.name, "crm");
  EXPECT_EQ(p.client_secret.path, "plugins.crm-1.client_secret");
  EXPECT_EQ(p.client_secret.place.line, 15);
  EXPECT_EQ(p.page_size, 200);
  EXPECT_EQ(p.poll.interval, std::chrono::seconds(2));
  EXPECT_EQ(p.poll.overlap, milliseconds(500));
  EXPECT_EQ(p.poll.pages_per_commit, 10);
  EXPECT_FALSE(p.poll.start_jitter);
  const mapping::TypeSpec& t = p.types.at(0);
  EXPECT_FALSE(t.inbound_create);
  EXPECT_FALSE(t.inbound_update);
  EXPECT_TRUE(t.outbound_create);
  EXPECT_TRUE(t.outbound_update);
}

// Every key of a table and the tables inside it stands in `text` as a key, if only in a comment.
void expect_named(const Table& table, const std::string& text) {
  for (const Row& row : table.rows) {
    EXPECT_FALSE(row.help.empty()) << row.key;
    EXPECT_THAT(text, HasSubstr(std::string(row.key) + ":")) << "not in the example";
    if (row.table != nullptr) expect_named(*row.table, text);
  }
}

TEST(Examples, TheFullExampleNamesEveryKey) {
  expect_named(config_table(), text_of("prospectd.yaml"));
}

TEST(Examples, TheLeadMappingExplainsEveryKeyAndWord) {
  const std::string text = text_of("mappings/lead.yaml");
  const std::string comment = text.substr(0, text.find("version: 1"));
  for (const Row& row : mapping_table().rows) {
    if (row.table == nullptr) continue;
    for (const Row& field : row.table->rows) {
      EXPECT_THAT(comment, HasSubstr("#   " + std::string(field.key) + " "));
      for (const std::string_view word : field.words)
        EXPECT_THAT(comment, HasSubstr(word)) << field.key;
    }
  }
  for (const std::string& name : mapping::transform_names())
    EXPECT_THAT(comment, HasSubstr(name));
  const mapping::LocalSchema standard;
  for (const std::string& name : standard.names())
    EXPECT_THAT(comment, HasSubstr(name));
}

TEST(Examples, TheMappingsFillEveryStandardField) {
  const Loaded loaded = load(kExamples + "prospectd.yaml");
  ASSERT_TRUE(loaded.config);
  const mapping::LocalSchema schema = local_schema_of(*loaded.config);
  EXPECT_NE(schema.find("custom.birthday"), mapping::LocalSchema::npos);
  std::vector<bool> filled(schema.size());
  for (const mapping::TypeSpec& type : loaded.config->plugins[0].types) {
    const auto map = mapping::FieldMap::compile(type.mapping, schema);
    ASSERT_TRUE(map);
    for (size_t i = 0; i < schema.size(); ++i)
      filled[i] = filled[i] || map->inward(i) != nullptr;
  }
  for (size_t i = 0; i < schema.size(); ++i)
    EXPECT_TRUE(filled[i]) << schema.fields()[i].name;
  EXPECT_TRUE(mapping::FieldMap::compile_account(*loaded.config->plugins[0].accounts));
}

TEST(Examples, TheBinaryCarriesTheFilesThemselvesWithoutTheLinesForEditors) {
  const auto below_the_first_line = [](const std::string& text) { return text.substr(text.find('\n') + 1); };
  const auto mappings = example_mappings();
  ASSERT_EQ(mappings.size(), 3u);
  for (const auto& [name, text] : mappings)
    EXPECT_EQ(text, below_the_first_line(text_of("mappings/" + name))) << name;
  EXPECT_EQ(demo_config(DemoValues{}), below_the_first_line(text_of("sandbox.yaml")));
}

TEST(Demo, ItsConfigurationHasTheValuesThatWereGiven) {
  const Folder folder;
  DemoValues values;
  values.login_url = "http://127.0.0.1:45678";
  values.state_directory = folder.path("a \"state\" folder: #1");
  values.listen = "127.0.0.1:45679";
  values.client_id = "client: 1";
  values.secret_file = folder.path("se}cret");
  folder.write("prospectd.yaml", demo_config(values));
  for (const auto& [name, text] : example_mappings())
    folder.write("mappings/" + name, text);
  const Loaded loaded = folder.load();
  ASSERT_TRUE(loaded.config) << all_faults(loaded);
  EXPECT_EQ(loaded.config->state.directory, values.state_directory);
  EXPECT_EQ(loaded.config->api.port, 45679);
  const Plugin& p = loaded.config->plugins.at(0);
  EXPECT_EQ(p.login_url, values.login_url);
  EXPECT_EQ(p.client_id, values.client_id);
  EXPECT_EQ(p.client_secret.name, values.secret_file);
  EXPECT_EQ(p.poll.interval, std::chrono::seconds(2));
  EXPECT_TRUE(p.test_endpoint);
  EXPECT_TRUE(p.accounts);
  EXPECT_EQ(p.types.size(), 2u);
}

}  // namespace
}  // namespace prospectd::config
