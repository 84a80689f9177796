// Cometd: the org's end of the Bayeux protocol over long polling (SALESFORCE_API §16.5): clients, their
// subscriptions with replay, and the events that they have coming. It knows no network: an answer that has to
// wait is handed back as a LongPoll, and finished by whoever waited. One owner (the front), one thread;
// borrows the event log and the org.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http/message.h"
#include "connectors/sandbox/call_quota.h"
#include "connectors/sandbox/change_log.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"
#include "connectors/sandbox/knobs.h"

namespace prospectd::sandbox {

constexpr size_t kCometdBodyBytesMax = 32'768;
constexpr size_t kCometdMessagesMax = 50;           ///< in one request
constexpr size_t kCometdClientsMax = 1'000;         ///< CometD clients of an org (§16.4)
constexpr size_t kSubscriptionsMax = 50;            ///< of one client
constexpr size_t kDeliveredMax = 500;               ///< events in one answer
constexpr std::chrono::seconds kReconnectTime{40};  ///< a client that stays away longer is forgotten

class Cometd {
 public:
  Cometd(Org& org, ChangeLog& log) : org_(org), log_(log) {}

  /// Answers the messages of one request. `refusal` is why its session is none, as Bayeux says it: empty when
  /// the session is good.
  Handled handle(const http::ServerRequest& request, std::string_view refusal, const std::string& random,
                 const Knobs& knobs);
  /// True when there is something to say, or nobody to say it to.
  bool ready(const LongPoll& poll) const;
  http::Response finish(const LongPoll& poll);

 private:
  struct Subscription {
    std::string entity;  ///< empty: every object
    int64_t after = 0;   ///< the replay id that was delivered last
  };
  struct Client {
    std::string cookie;
    Timestamp until{};      ///< forgotten after that
    uint64_t connects = 0;  ///< a newer one ends the wait of those before it
    std::map<std::string, Subscription> subscriptions;
  };
  /// One message and what it is answered from.
  struct Message;
  struct Handler;

  void handshake(Message& message);
  void connect(Message& message);
  void subscribe(Message& message);
  void unsubscribe(Message& message);
  void disconnect(Message& message);
  void answer(Message& message);
  Client* client_of(Message& message);
  std::optional<std::string> entity_of(const std::string& channel) const;
  std::optional<int64_t> replay_from(Message& message, const std::string& channel) const;
  bool has_events(const Client& client) const;
  bool lost_events(const Client& client) const;
  void deliver(Client& client, std::string& out);
  void forget_idle();
  bool over_daily_limit(Message& message);

  Org& org_;
  ChangeLog& log_;
  std::map<std::string, Client, std::less<>> clients_;
  CallQuota delivered_;
};

}  // namespace prospectd::sandbox
