// Clients that go while their request waits: the handler that watches them is told, and the connection is
// free for somebody else. Those that are still there, whatever they send or have ended, get their answer.
#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/peer.h"
#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A handler that lets everybody wait until the test opens it, or their client is gone.
class Patient {
 public:
  explicit Patient(asio::io_context& io) : timer_(io, asio::steady_timer::time_point::max()) {}

  Handler handler() {
    return [this](ServerRequest request) { return wait(std::move(request)); };
  }
  void open() { timer_.cancel(); }
  int waiting = 0;
  int gone = 0;

 private:
  asio::awaitable<Response> wait(ServerRequest request) {
    if (request.target == "/quick") co_return co_await echo(std::move(request));
    const auto peer = request.peer.lock();
    peer->watch([this] { timer_.cancel(); });
    ++waiting;
    boost::system::error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await timer_.async_wait(token);
    --waiting;
    if (peer->gone()) ++gone;
    Response response = co_await echo(std::move(request));
    co_return response;
  }

  asio::steady_timer timer_;
};

class PeerWatched : public testing::Test {
 protected:
  void serve(std::chrono::milliseconds half_closed_timeout, size_t connections_max = 1'024) {
    ServerOptions options;
    options.half_closed_timeout = half_closed_timeout;
    options.connections_max = connections_max;
    world_.serve(options, patient_.handler());
  }
  tcp::socket asking(const std::string& bytes = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n") {
    tcp::socket client = connect_to(world_.io, world_.port());
    client.send(asio::buffer(bytes));
    run_until([&] { return patient_.waiting == 1; });
    return client;
  }
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    world_.io.restart();
    while (!done() && world_.io.run_one_until(deadline) > 0) {
    }
    ASSERT_TRUE(done());
  }
  /// All that the server can know by now, it has seen.
  void run_what_is_ready() {
    world_.io.restart();
    while (world_.io.poll_one() > 0) {
    }
  }
  void expect_gone() {
    run_until([&] { return patient_.waiting == 0; });
    EXPECT_EQ(patient_.gone, 1);
  }

  World world_;
  Patient patient_{world_.io};
};

constexpr std::chrono::hours kNever{1};

TEST_F(PeerWatched, AHandlerIsToldWhenItsClientResets) {
  serve(kNever);
  tcp::socket client = asking();
  client.set_option(asio::socket_base::linger(true, 0));
  client.close();
  expect_gone();
}

TEST_F(PeerWatched, AHandlerIsToldWhenItsClientHasClosed) {
  serve(std::chrono::milliseconds(1));
  tcp::socket client = asking();
  client.close();
  expect_gone();
}

TEST_F(PeerWatched, RequestsSentAheadAreNoEndButOneMayFollowThem) {
  serve(std::chrono::milliseconds(1));
  tcp::socket client = asking("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHo");
  client.send(asio::buffer(std::string("st: x\r\n\r\n")));
  client.close();
  expect_gone();
}

TEST_F(PeerWatched, RequestsSentAheadAreAnsweredInTheirTurn) {
  serve(std::chrono::milliseconds(1));
  tcp::socket client = asking();
  client.send(asio::buffer(std::string("POST /quick HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")));
  run_what_is_ready();
  client.send(asio::buffer("Content-Length: 20000\r\n\r\n" + std::string(20'000, 'b')));
  run_what_is_ready();
  patient_.open();
  const std::string answers = wait_for(world_.io, read_all(client));
  EXPECT_NE(answers.find("GET /slow\n"), std::string::npos) << answers;
  EXPECT_NE(answers.find("POST /quick\n" + std::string(20'000, 'b')), std::string::npos);
  EXPECT_EQ(patient_.gone, 0);
}

TEST_F(PeerWatched, AClientThatHasSaidEverythingGetsItsAnswer) {
  serve(kNever);
  tcp::socket client = asking();
  client.shutdown(tcp::socket::shutdown_send);
  run_what_is_ready();
  patient_.open();
  EXPECT_EQ(status_of(wait_for(world_.io, read_all(client))), 200);
}

TEST_F(PeerWatched, TheConnectionOfWhoIsGoneIsFreeForOthers) {
  serve(std::chrono::milliseconds(1), 1);
  tcp::socket client = asking();
  EXPECT_EQ(world_.get("/quick")->status, 503);
  client.close();
  expect_gone();
  EXPECT_EQ(world_.get("/quick")->status, 200);
}

TEST_F(PeerWatched, AHandlerIsToldWhenTheServerClosesTheConnection) {
  serve(kNever);
  tcp::socket client = asking();
  world_.server->stop(std::chrono::milliseconds(0));
  expect_gone();
}

TEST_F(PeerWatched, ThePauseOfASlowAnswerEndsWithItsClient) {
  auto slow = std::make_shared<Delivery>();
  slow->piece_bytes = 7;
  slow->pause = kNever;
  ServerOptions options;
  options.half_closed_timeout = std::chrono::milliseconds(1);
  options.connections_max = 1;
  world_.serve(options, [slow](ServerRequest request) -> asio::awaitable<Response> {
    Response response = co_await echo(request);
    if (request.target == "/slow") response.delivery = slow;
    co_return response;
  });
  tcp::socket client = connect_to(world_.io, world_.port());
  client.send(asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
  run_until([&] { return client.available() == 7; });
  EXPECT_EQ(world_.get("/quick")->status, 503);
  std::string piece(7, '\0');
  client.receive(asio::buffer(piece));
  client.close();
  run_until([&] { return world_.get("/quick")->status == 200; });
}

TEST_F(PeerWatched, ARequestMayWaitWhenTheLoopGoesFirst) {
  auto io = std::make_unique<asio::io_context>();
  auto patient = std::make_unique<Patient>(*io);
  auto server = make_server(*io, ServerOptions{}, patient->handler());
  ASSERT_TRUE(server);
  tcp::socket client = connect_to(*io, (*server)->port());
  client.send(asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
  while (patient->waiting == 0)
    io->run_one();
  EXPECT_EQ(patient->gone, 0);
}

}  // namespace
}  // namespace prospectd::http
