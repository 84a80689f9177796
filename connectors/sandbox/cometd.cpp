#include "connectors/sandbox/cometd.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/json_body.h"

namespace prospectd::sandbox {
namespace {

using nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr std::string_view kCookie = "BAYEUX_BROWSER";
constexpr std::string_view kAllChanges = "/data/ChangeEvents";
constexpr std::string_view kDataChannel = "/data/";

// The value of our cookie out of "a=1; BAYEUX_BROWSER=2"; empty when it is not there.
std::string cookie_of(const http::ServerRequest& request) {
  std::string_view rest = request.headers.get("Cookie").value_or("");
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    const std::string_view pair = trim_ascii(rest.substr(0, end));
    if (pair.starts_with(kCookie) && pair.substr(kCookie.size()).starts_with('='))
      return std::string(pair.substr(kCookie.size() + 1));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

std::string text_at(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string dump_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_element(std::string& out, std::string_view element) {
  if (!out.empty()) out += ',';
  out += element;
}

}  // namespace

struct Cometd::Message {
  const json& sent;
  json reply;
  const std::string& cookie;
  std::string_view refusal;
  const std::string& random;
  const Knobs& knobs;
  Handled& handled;  // where a connect that has to wait is put, and a new cookie

  void fail(std::string_view error, std::string_view reconnect) {
    reply["successful"] = false;
    reply["error"] = error;
    reply["advice"] = {{"reconnect", reconnect}, {"interval", 0}};
  }
  /// What concerns one subscription, and leaves the connection as it is.
  void refuse(std::string_view error) {
    reply["successful"] = false;
    reply["error"] = error;
  }
};

struct Cometd::Handler {
  std::string_view channel;
  void (Cometd::*handle)(Message&);
};

Handled Cometd::handle(const http::ServerRequest& request, std::string_view refusal,
                       const std::string& random, const Knobs& knobs) {
  if (request.method != "POST") return {method_not_allowed(request.method, "POST"), {}};
  if (request.body.size() > kCometdBodyBytesMax) {
    return {error_answer(api_error(413, "REQUEST_TOO_LARGE", "The body has more than 32768 bytes")), {}};
  }
  auto body = parse_json_text(request.body);
  if (body && body->is_object()) body = json::array({*std::move(body)});
  const bool messages = body && body->is_array() && !body->empty() && body->size() <= kCometdMessagesMax &&
                        std::all_of(body->begin(), body->end(), [](const json& m) { return m.is_object(); });
  if (!messages) {
    return {error_answer(api_error(std::string(code::kJsonParserError), "The body is no array of messages")),
            {}};
  }
  forget_idle();
  log_.expire(org_.now());
  const std::string cookie = cookie_of(request);
  Handled handled;
  std::string replies;
  for (const json& sent : *body) {
    Message message{sent, json::object(), cookie, refusal, random, knobs, handled};
    message.reply["channel"] = text_at(sent, "channel");
    if (const auto id = sent.find("id"); id != sent.end() && id->is_primitive()) message.reply["id"] = *id;
    answer(message);
    if (!message.reply.empty()) append_element(replies, dump_of(message.reply));
  }
  if (handled.poll) {
    handled.poll->replies = std::move(replies);
    return handled;
  }
  const auto new_cookie = handled.response.headers.get("Set-Cookie");
  http::Response response = json_answer(200, "[" + replies + "]");
  if (new_cookie) response.headers.set("Set-Cookie", std::string(*new_cookie));
  handled.response = std::move(response);
  return handled;
}

void Cometd::answer(Message& message) {
  static constexpr Handler kHandlers[] = {{"/meta/handshake", &Cometd::handshake},
                                          {"/meta/connect", &Cometd::connect},
                                          {"/meta/subscribe", &Cometd::subscribe},
                                          {"/meta/unsubscribe", &Cometd::unsubscribe},
                                          {"/meta/disconnect", &Cometd::disconnect}};
  const std::string channel = text_at(message.sent, "channel");
  for (const Handler& handler : kHandlers) {
    if (handler.channel == channel) return (this->*handler.handle)(message);
  }
  message.fail("403::Clients can't publish to this channel", "none");
}

bool Cometd::over_daily_limit(Message& message) {
  if (delivered_.used(org_.now()) < message.knobs.events_daily_max) return false;
  message.fail("403::Organization total events daily limit exceeded", "none");
  return true;
}

void Cometd::handshake(Message& message) {
  const auto deny = [&](std::string_view reason) {
    message.fail("403::Handshake denied", "none");
    message.reply["ext"] = {{"sfdc", {{"failureReason", reason}}}};
  };
  if (!message.refusal.empty()) return deny(message.refusal);
  if (clients_.size() >= kCometdClientsMax) return deny("403::Organization concurrent user limit exceeded");
  if (over_daily_limit(message)) return;
  const auto types = message.sent.find("supportedConnectionTypes");
  const bool polls = types != message.sent.end() && types->is_array() &&
                     std::find(types->begin(), types->end(), "long-polling") != types->end();
  if (!polls) return deny("400::long-polling is the only connection type");
  std::string id = message.random + std::to_string(clients_.size());
  Client client;
  client.cookie = message.cookie.empty() ? message.random : message.cookie;
  client.until = org_.now() + kReconnectTime;
  if (message.cookie.empty()) {
    message.handled.response.headers.set("Set-Cookie",
                                         std::string(kCookie) + "=" + client.cookie + "; Path=/; HttpOnly");
  }
  message.reply.update({{"clientId", id},
                        {"version", "1.0"},
                        {"minimumVersion", "1.0"},
                        {"supportedConnectionTypes", json::array({"long-polling"})},
                        {"ext", {{"replay", true}, {"payload.format", true}}},
                        {"successful", true}});
  clients_.insert_or_assign(std::move(id), std::move(client));
}

// The client of a message whose session is good; otherwise the message is refused.
Cometd::Client* Cometd::client_of(Message& message) {
  const std::string id = text_at(message.sent, "clientId");
  if (!id.empty()) message.reply["clientId"] = id;
  if (!message.refusal.empty()) {
    message.fail("401::Authentication invalid", "none");
    return nullptr;
  }
  const auto at = clients_.find(id);
  if (at == clients_.end() || at->second.cookie != message.cookie) {
    message.fail("403::Unknown client", "handshake");
    return nullptr;
  }
  at->second.until = org_.now() + kReconnectTime;
  return &at->second;
}

void Cometd::connect(Message& message) {
  Client* client = client_of(message);
  if (client == nullptr || over_daily_limit(message)) return;
  if (lost_events(*client)) {
    // What it has not got is no longer kept: it has to subscribe anew, and is told so then.
    clients_.erase(message.reply["clientId"].get<std::string>());
    return message.fail("403::Unknown client", "handshake");
  }
  std::chrono::milliseconds wait = message.knobs.cometd_timeout;
  const auto advice = message.sent.find("advice");
  if (advice != message.sent.end() && advice->is_object()) {
    const auto asked = advice->find("timeout");
    if (asked != advice->end() && asked->is_number_integer())
      wait = std::clamp(std::chrono::milliseconds(asked->get<int64_t>()), std::chrono::milliseconds(0), wait);
  }
  client->until += wait;
  message.reply["successful"] = true;
  message.reply["advice"] = {
      {"interval", 0}, {"timeout", message.knobs.cometd_timeout.count()}, {"reconnect", "retry"}};
  LongPoll poll;
  poll.client = message.reply["clientId"].get<std::string>();
  poll.connect = ++client->connects;
  poll.reply = dump_of(message.reply);
  poll.timeout = wait;
  message.handled.poll = std::move(poll);
  message.reply = json::object();  // it comes last, behind the events
}

std::optional<std::string> Cometd::entity_of(const std::string& channel) const {
  if (channel == kAllChanges) return std::string();
  for (const auto& table : org_.tables()) {
    const std::string entity(table->type().name());
    if (has_change_events(*table) && channel == std::string(kDataChannel) + change_event_name(entity))
      return entity;
  }
  return std::nullopt;
}

// The id behind which events are wanted; nullopt, with the refusal, when there is no going back so far.
std::optional<int64_t> Cometd::replay_from(Message& message, const std::string& channel) const {
  constexpr int64_t kNewOnly = -1;
  constexpr int64_t kAll = -2;
  const auto ext = message.sent.find("ext");
  const json* wanted = nullptr;
  if (ext != message.sent.end() && ext->is_object() && ext->contains("replay")) {
    const json& replay = ext->at("replay");
    if (replay.is_object() && replay.contains(channel)) wanted = &replay.at(channel);
  }
  if (wanted == nullptr) return log_.last_id();
  const bool whole = wanted->is_number_integer() &&
                     !(wanted->is_number_unsigned() && wanted->get<uint64_t>() > uint64_t{INT64_MAX});
  const auto id = whole ? std::optional(wanted->get<int64_t>()) : std::nullopt;
  if (id == kNewOnly) return log_.last_id();
  if (id == kAll) return log_.before_first();
  if (id && *id >= log_.before_first() && *id <= log_.last_id()) return id;
  message.refuse("400::The replayId {" + dump_of(*wanted) +
                 "} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to "
                 "replay only new events.");
  return std::nullopt;
}

void Cometd::subscribe(Message& message) {
  Client* client = client_of(message);
  if (client == nullptr || over_daily_limit(message)) return;
  const std::string channel = text_at(message.sent, "subscription");
  message.reply["subscription"] = channel;
  auto entity = entity_of(channel);
  if (!entity || !(entity->empty() || message.knobs.object_enabled(*entity))) {
    return message.refuse("400::The channel you requested to subscribe to doesn't exist {" + channel + "}");
  }
  if (client->subscriptions.size() >= kSubscriptionsMax && !client->subscriptions.contains(channel)) {
    return message.refuse("403::The client has too many subscriptions");
  }
  const auto after = replay_from(message, channel);
  if (!after) return;
  client->subscriptions.insert_or_assign(channel, Subscription{*std::move(entity), *after});
  message.reply["successful"] = true;
}

void Cometd::unsubscribe(Message& message) {
  Client* client = client_of(message);
  if (client == nullptr) return;
  const std::string channel = text_at(message.sent, "subscription");
  message.reply["subscription"] = channel;
  message.reply["successful"] = client->subscriptions.erase(channel) > 0;
  if (!message.reply["successful"].get<bool>()) message.refuse("400::There is no such subscription");
}

void Cometd::disconnect(Message& message) {
  if (client_of(message) == nullptr) return;
  clients_.erase(message.reply["clientId"].get<std::string>());
  message.reply["successful"] = true;
}

bool Cometd::has_events(const Client& client) const {
  return std::any_of(client.subscriptions.begin(), client.subscriptions.end(), [&](const auto& s) {
    return s.second.after < log_.last_id() && !log_.after(s.second.after, s.second.entity, 1).empty();
  });
}

bool Cometd::lost_events(const Client& client) const {
  return std::any_of(client.subscriptions.begin(), client.subscriptions.end(),
                     [&](const auto& s) { return s.second.after < log_.before_first(); });
}

bool Cometd::ready(const LongPoll& poll) const {
  const auto at = clients_.find(poll.client);
  return at == clients_.end() || at->second.connects != poll.connect || has_events(at->second);
}

// Appends what each subscription has coming. What doesn't fit comes with the next connect.
void Cometd::deliver(Client& client, std::string& out) {
  for (auto& [channel, subscription] : client.subscriptions) {
    const auto events = log_.after(subscription.after, subscription.entity, kDeliveredMax);
    for (const ChangeEvent* event : events) {
      append_element(out, "{\"channel\":" + json_quote(channel) + ",\"data\":" + event->data + "}");
      subscription.after = event->replay_id;
    }
    // Whoever has got everything of an entity doesn't fall behind while others change.
    if (events.size() < kDeliveredMax) subscription.after = log_.last_id();
    delivered_.count(org_.now(), static_cast<int64_t>(events.size()));
  }
}

http::Response Cometd::finish(const LongPoll& poll) {
  std::string out = poll.replies;
  const auto at = clients_.find(poll.client);
  if (at != clients_.end()) {
    at->second.until = org_.now() + kReconnectTime;
    if (at->second.connects == poll.connect) deliver(at->second, out);
  }
  append_element(out, poll.reply);
  return json_answer(200, "[" + out + "]");
}

void Cometd::forget_idle() {
  const Timestamp now = org_.now();
  std::erase_if(clients_, [&](const auto& client) { return client.second.until < now; });
}

}  // namespace prospectd::sandbox
