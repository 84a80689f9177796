#include <gtest/gtest.h>
#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

TEST(ServerStop, LetsARequestUnderWayEnd) {
  World world;
  Gate gate(world.io);
  world.serve(gate.handler());
  tcp::socket client = connect_to(world.io, world.port());
  client.send(asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
  while (gate.waiting == 0)
    world.io.run_one();
  world.server->stop(std::chrono::seconds(10));
  world.server->stop(std::chrono::seconds(10));
  EXPECT_THROW(connect_to(world.io, world.port()), boost::system::system_error);
  gate.open();
  const std::string answer = wait_for(world.io, read_all(client));
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
}

TEST(ServerStop, ClosesIdleConnectionsAtOnce) {
  World world;
  world.serve(echo);
  tcp::socket fresh = connect_to(world.io, world.port());
  tcp::socket kept = connect_to(world.io, world.port());
  kept.send(asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  std::string first(4'096, '\0');
  auto space = asio::buffer(first);
  const auto count = wait_for(world.io, kept.async_read_some(space, asio::use_awaitable));
  EXPECT_EQ(status_of(first.substr(0, count)), 200);
  world.server->stop(std::chrono::hours(1));
  EXPECT_EQ(wait_for(world.io, read_all(fresh)), "");
  EXPECT_EQ(wait_for(world.io, read_all(kept)), "");
}

TEST(ServerStop, LeavesTheLoopNothingToDo) {
  World world;
  world.serve(echo);
  ASSERT_TRUE(world.get("/"));
  world.server->stop(std::chrono::hours(1));
  world.io.restart();
  world.io.run_for(kPatience);
  EXPECT_TRUE(world.io.stopped()) << "no timer or socket may hold the loop";
}

TEST(ServerStop, ClosesWhatOverstaysItsGrace) {
  World world;
  Gate gate(world.io);
  world.serve(gate.handler());
  tcp::socket client = connect_to(world.io, world.port());
  client.send(asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
  while (gate.waiting == 0)
    world.io.run_one();
  world.server->stop(milliseconds(30));
  EXPECT_EQ(wait_for(world.io, read_all(client)), "");
}

TEST(ServerStop, CallsNoHandlerAfterTheServerIsGone) {
  World world;
  int handled = 0;
  const Handler count = [&handled](ServerRequest request) {
    ++handled;
    return echo(std::move(request));
  };
  world.serve(count);
  tcp::socket client = connect_to(world.io, world.port());
  client.send(asio::buffer(std::string("GET / HT")));
  while (world.io.poll_one() > 0) {
  }
  world.server.reset();
  boost::system::error_code ignored;
  client.send(asio::buffer(std::string("TP/1.1\r\nHost: x\r\n\r\n")), 0, ignored);
  EXPECT_EQ(wait_for(world.io, read_all(client)), "");
  EXPECT_EQ(handled, 0);
}

TEST(ServerStop, MayBeDestroyedWhileAHandlerWaits) {
  World world;
  Gate gate(world.io);
  world.serve(gate.handler());
  tcp::socket client = connect_to(world.io, world.port());
  client.send(asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
  while (gate.waiting == 0)
    world.io.run_one();
  world.server.reset();
  gate.open();
  EXPECT_EQ(wait_for(world.io, read_all(client)), "");
}

TEST(ServerStop, LeavesNothingBehindWhenTheLoopGoesFirst) {
  auto gate_count = std::make_shared<int>(0);
  {
    asio::io_context io;
    Gate gate(io);
    auto server = make_server(io, ServerOptions{}, gate.handler());
    ASSERT_TRUE(server);
    tcp::socket client = connect_to(io, (*server)->port());
    client.send(asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
    while (gate.waiting == 0)
      io.run_one();
    *gate_count = gate.waiting;
  }
  EXPECT_EQ(*gate_count, 1);
}

}  // namespace
}  // namespace prospectd::http
