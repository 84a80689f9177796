// When the drift scans that nobody asks for are due.
#include "daemon/service/verify_schedule.h"

#include <gtest/gtest.h>

namespace prospectd::service {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kStart = *parse_timestamp("2026-11-20T09:00:00Z");

engine::ConnectionStatus polled() {
  engine::ConnectionStatus connection;
  connection.last_cycle.emplace();
  connection.verify.every = hours{24};
  connection.objects.emplace_back().object = "User";
  return connection;
}
void add_scan(engine::ConnectionStatus& connection, const std::string& object, Timestamp began) {
  engine::ObjectStatus& status = connection.objects.emplace_back();
  status.object = object;
  status.verification.emplace();
  status.verification->began_at = began;
  connection.last_cycle->readings.push_back({object, {}, true});
}

TEST(VerifySchedule, TheFirstIsNotBeforeAllWasReadOnceNorAtTheStart) {
  engine::ConnectionStatus connection;
  EXPECT_FALSE(next_verification(connection, kStart, 0));
  connection = polled();
  EXPECT_EQ(next_verification(connection, kStart, 0), kStart + minutes{10});
  EXPECT_EQ(next_verification(connection, kStart, 500), kStart + minutes{40});
  connection.last_cycle->complete = false;
  EXPECT_FALSE(next_verification(connection, kStart, 0));
}

TEST(VerifySchedule, TheNextIsCountedFromTheOldestAndSpreadByChance) {
  engine::ConnectionStatus connection = polled();
  add_scan(connection, "Lead", kStart + hours{1});
  add_scan(connection, "Contact", kStart);
  EXPECT_EQ(next_verification(connection, kStart + hours{5}, 0), kStart + hours{24});
  EXPECT_EQ(next_verification(connection, kStart, 500), kStart + hours{24} + minutes{72});
}

TEST(VerifySchedule, AnObjectThatIsReadNoMoreMakesNothingDue) {
  engine::ConnectionStatus connection = polled();
  add_scan(connection, "Account", kStart);
  connection.last_cycle->readings.clear();
  add_scan(connection, "Contact", kStart + hours{30});
  EXPECT_EQ(next_verification(connection, kStart, 0), kStart + hours{54});
}

TEST(VerifySchedule, OffIsNever) {
  engine::ConnectionStatus connection = polled();
  connection.verify.every = {};
  EXPECT_FALSE(next_verification(connection, kStart, 0));
}

}  // namespace
}  // namespace prospectd::service
