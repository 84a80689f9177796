// The words of `prospectd sandbox edit …` and its siblings.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/sandbox_requests.h"

namespace prospectd::cli {
namespace {

const std::string kLead = "00Q000000000001AAA";
const std::string kContactId = "003000000000001AAA";

SandboxCallOptions call(const std::string& verb, std::vector<std::string> words) {
  SandboxCallOptions options;
  options.verb = verb;
  options.words = std::move(words);
  return options;
}

/// "POST edit {…}" of the one request.
std::string one(const SandboxCallOptions& options) {
  const auto requests = sandbox_requests(options);
  if (!requests) return "error: " + requests.error().message;
  if (requests->size() != 1) return std::to_string(requests->size()) + " requests";
  const SandboxRequest& r = requests->front();
  return r.method + " " + r.path + (r.body.empty() ? "" : " " + r.body);
}

void usage_error(const SandboxCallOptions& options) {
  const auto requests = sandbox_requests(options);
  ASSERT_FALSE(requests) << options.verb;
  EXPECT_EQ(requests.error().code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(requests.error().message.empty());
}

TEST(SandboxWords, EditTakesAnObjectOrNot) {
  EXPECT_EQ(
      one(call("edit", {"Contact", kContactId, "OwnerId=ana@acme.test"})),
      R"(POST edit {"fields":{"OwnerId":"ana@acme.test"},"id":")" + kContactId + R"(","object":"Contact"})");
  EXPECT_EQ(one(call("edit", {kContactId, "Title=CTO = boss"})),
            R"(POST edit {"fields":{"Title":"CTO = boss"},"id":")" + kContactId + R"("})");
}

TEST(SandboxWords, AValueIsATextASwitchNothingOrJson) {
  EXPECT_EQ(one(call("edit", {kLead, "Phone=", "HasOptedOutOfEmail=true", "NumberOfEmployees:=12",
                              "Title:=\"true\"", "Street=12"})),
            R"(POST edit {"fields":{"HasOptedOutOfEmail":true,"NumberOfEmployees":12,"Phone":null,)"
            R"("Street":"12","Title":"true"},"id":")" +
                kLead + R"("})");
}

TEST(SandboxWords, EditRefusesWhatItCannotMean) {
  usage_error(call("edit", {}));
  usage_error(call("edit", {kLead}));
  usage_error(call("edit", {"Lead", "Title=CTO"}));
  usage_error(call("edit", {kLead, kContactId, "Title=CTO"}));
  usage_error(call("edit", {kLead, "Title=CTO", "more"}));
  usage_error(call("edit", {kLead, "Title=CTO", "Title=CEO"}));
  usage_error(call("edit", {kLead, "=CTO"}));
  usage_error(call("edit", {kLead, "Title:=CTO"}));
}

TEST(SandboxWords, CreateWantsAnObject) {
  EXPECT_EQ(one(call("create", {"Lead", "LastName=Roy", "Company=Acme"})),
            R"(POST create {"fields":{"Company":"Acme","LastName":"Roy"},"object":"Lead"})");
  usage_error(call("create", {"LastName=Roy"}));
  usage_error(call("create", {"Lead"}));
}

TEST(SandboxWords, ALateCommitSaysHowLate) {
  SandboxCallOptions late = call("late", {kContactId, "Title=CTO"});
  usage_error(late);
  late.visible_after = "2m";
  EXPECT_EQ(one(late), R"(POST late {"fields":{"Title":"CTO"},"id":")" + kContactId +
                           R"(","visible_after_seconds":120})");
  late.stamped_before = "30s";
  usage_error(late);
  SandboxCallOptions old = call("late", {"Lead", "LastName=Roy"});
  old.stamped_before = "30s";
  EXPECT_EQ(one(old),
            R"(POST late {"fields":{"LastName":"Roy"},"object":"Lead","stamped_before_seconds":30})");
}

TEST(SandboxWords, SeveralIdsAreSeveralRequests) {
  const auto requests = sandbox_requests(call("delete", {kLead, kContactId}));
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_EQ((*requests)[1].body, R"({"id":")" + kContactId + R"("})");
  for (const char* verb : {"delete", "undelete", "purge"})
    usage_error(call(verb, {}));
}

TEST(SandboxWords, ConvertAndMerge) {
  SandboxCallOptions convert = call("convert", {kLead});
  convert.contact = kContactId;
  EXPECT_EQ(one(convert), R"(POST convert {"contact":")" + kContactId + R"(","lead":")" + kLead + R"("})");
  usage_error(call("convert", {}));
  EXPECT_EQ(one(call("merge", {kLead, "00Q000000000002AAA"})),
            R"(POST merge {"losers":["00Q000000000002AAA"],"winner":")" + kLead + R"("})");
  usage_error(call("merge", {kLead}));
  usage_error(call("merge", {"a", "b", "c", "d"}));
}

TEST(SandboxWords, QuestionsAndKnobs) {
  EXPECT_EQ(one(call("stats", {})), "GET stats");
  EXPECT_EQ(one(call("counts", {})), "GET counts");
  EXPECT_EQ(one(call("expire-tokens", {})), "POST expire-tokens {}");
  EXPECT_EQ(one(call("knobs", {})), "GET knobs");
  EXPECT_EQ(one(call("knobs", {"daily_limit:=5"})), R"(POST knobs {"daily_limit":5})");
  usage_error(call("knobs", {"daily_limit"}));
}

}  // namespace
}  // namespace prospectd::cli
