// From a reference to the secret, and everything that can be in the way.
#include "config/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kSecret = "hunter2";

class Secrets : public testing::Test {
 protected:
  Secrets() {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    folder_.write("mappings/lead.yaml", kGoodMapping);
  }
  ~Secrets() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

  Config config_with(std::string_view reference) {
    folder_.write("prospectd.yaml", good_with(7, "    client_secret: " + std::string(reference)));
    return *folder_.load().config;
  }

  void put(std::string_view name, std::string_view text, mode_t mode) {
    folder_.write(name, text);
    ASSERT_EQ(::chmod(folder_.path(name).c_str(), mode), 0);
  }

  std::vector<std::string> faults(const Config& config) {
    std::vector<std::string> texts;
    for (const Fault& fault : check_secrets(config)) {
      texts.push_back(folder_.inside(format_fault(fault)));
      EXPECT_EQ(texts.back().find(kSecret), std::string::npos);
    }
    return texts;
  }

  Folder folder_;
};

TEST_F(Secrets, AFileOfOursIsRead) {
  put("secrets/crm", "hunter2\n", 0600);
  const Config config = config_with("${file:secrets/crm}");
  const Result<Secret> secret = resolve(config.plugins[0].client_secret);
  ASSERT_TRUE(secret);
  EXPECT_TRUE(secret->equals(kSecret));
  EXPECT_THAT(faults(config), IsEmpty());
}

TEST_F(Secrets, ACredentialIsReadFromItsFolder) {
  put("credentials/crm", "hunter2", 0400);
  ::setenv("CREDENTIALS_DIRECTORY", folder_.path("credentials").c_str(), 1);
  const Config config = config_with("${credential:crm}");
  const Result<Secret> secret = resolve(config.plugins[0].client_secret);
  ASSERT_TRUE(secret);
  EXPECT_TRUE(secret->equals(kSecret));
}

TEST_F(Secrets, ACredentialWithoutItsFolderIsAFault) {
  EXPECT_THAT(
      faults(config_with("${credential:crm}")),
      ElementsAre("prospectd.yaml:7:5  plugins.crm.client_secret: credential crm: $CREDENTIALS_DIRECTORY is "
                  "not set; start the daemon with systemd's LoadCredential=, or use ${file:…}"));
}

TEST_F(Secrets, AMissingFileIsAFault) {
  EXPECT_THAT(
      faults(config_with("${file:secrets/crm}")),
      ElementsAre("prospectd.yaml:7:5  plugins.crm.client_secret: secret file secrets/crm: No such file or "
                  "directory"));
}

TEST_F(Secrets, AFileThatOthersMayReadIsAFaultThatSaysTheRemedy) {
  put("secrets/crm", "hunter2", 0640);
  EXPECT_THAT(
      faults(config_with("${file:secrets/crm}")),
      ElementsAre("prospectd.yaml:7:5  plugins.crm.client_secret: secret file secrets/crm: readable by "
                  "others; run: chmod 600 secrets/crm"));
}

TEST_F(Secrets, AKeyAndARefreshTokenAreHeldToTheSame) {
  put("secrets/key", "hunter2", 0644);
  folder_.write("prospectd.yaml",
                good_with(7,
                          "    login: { flow: jwt_bearer, username: a@b.example, private_key: "
                          "\"${file:secrets/key}\" }"));
  EXPECT_THAT(faults(*folder_.load().config),
              ElementsAre("prospectd.yaml:7:55  plugins.crm.login.private_key: secret file secrets/key: "
                          "readable by others; run: chmod 600 secrets/key"));
  folder_.write("prospectd.yaml",
                good_with(7, "    login: { flow: refresh_token, refresh_token: \"${file:secrets/key}\" }"));
  EXPECT_THAT(faults(*folder_.load().config),
              ElementsAre("prospectd.yaml:7:35  plugins.crm.login.refresh_token: secret file secrets/key: "
                          "readable by others; run: chmod 600 secrets/key"));
}

TEST_F(Secrets, AnEmptyFileIsAFault) {
  put("secrets/crm", "\n", 0600);
  EXPECT_THAT(faults(config_with("${file:secrets/crm}")),
              ElementsAre("prospectd.yaml:7:5  plugins.crm.client_secret: secret file secrets/crm: empty"));
}

TEST_F(Secrets, TheErrorNamesThePlaceOfTheReference) {
  const Config config = config_with("${file:secrets/crm}");
  const Result<Secret> secret = resolve(config.plugins[0].client_secret);
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, ErrorCode::kConfigInvalid);
  EXPECT_EQ(
      folder_.inside(secret.error().text()),
      "prospectd.yaml:7:5: plugins.crm.client_secret: secret file secrets/crm: No such file or directory");
}

TEST_F(Secrets, AnUnsetReferenceIsAnError) {
  EXPECT_FALSE(resolve(SecretRef{}));
}

}  // namespace
}  // namespace prospectd::config
