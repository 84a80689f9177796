// Who waits for an address gets it as soon as it can be had, however the wishes hang together (SEMANTICS §1,
// §2.5; F17).
#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

class AddressMovesTest : public PageTest {
 protected:
  void settle() {
    PageSnapshot waiting = world_;
    const Plan moves = plan_address_moves({lead_}, waiting);
    ASSERT_TRUE(can_apply(world_, moves)) << can_apply(world_, moves).error().text();
    for (const Step& step : moves.steps)
      apply_to(world_, step);
  }
  std::string address_of(const char* remote) { return prospect_of(remote).addresses.front().key; }
};

TEST_F(AddressMovesTest, F17_ARingMovesThoughALowerNumberWantsOneOfItsAddresses) {
  poll(lead_,
       {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test"), record("00Q3", 10, "c@x.test")});
  // The first wants what the ring of the other two moves around among themselves.
  poll(lead_,
       {record("00Q1", 11, "c@x.test"), record("00Q2", 11, "c@x.test"), record("00Q3", 11, "b@x.test")});
  settle();
  EXPECT_EQ(address_of("00Q2"), "c@x.test");
  EXPECT_EQ(address_of("00Q3"), "b@x.test");
  EXPECT_EQ(address_of("00Q1"), "a@x.test");
  EXPECT_EQ(link_of("00Q1").pending.size(), 1U);
}

TEST_F(AddressMovesTest, AFreeAddressIsHandedDownTheWholeChain_TheLowestNumberFirst) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test"), record("00Q3", 10, "c@x.test"),
               record("00Q4", 10, "d@x.test")});
  poll(lead_,
       {record("00Q3", 11, "b@x.test"), record("00Q4", 11, "b@x.test"), record("00Q2", 11, "a@x.test")});
  poll(lead_, {record("00Q1", 12, "free@x.test")});
  settle();
  EXPECT_EQ(address_of("00Q2"), "a@x.test");
  EXPECT_EQ(address_of("00Q3"), "b@x.test");
  EXPECT_EQ(address_of("00Q4"), "d@x.test");
}

TEST_F(AddressMovesTest, WhoWaitsForOneWhoStays_WaitsOn_AndTheRestMoves) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "b@x.test"), record("00Q3", 10, "c@x.test"),
               record("00Q4", 10, "d@x.test")});
  poll(lead_,
       {record("00Q2", 11, "a@x.test"), record("00Q3", 11, "d@x.test"), record("00Q4", 11, "c@x.test")});
  settle();
  EXPECT_EQ(address_of("00Q2"), "b@x.test");
  EXPECT_EQ(address_of("00Q3"), "d@x.test");
  EXPECT_EQ(address_of("00Q4"), "c@x.test");
}

}  // namespace
}  // namespace prospectd::reconcile
