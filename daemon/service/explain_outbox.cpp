// What is to be written of a prospect, as facts of its explanation.
#include "daemon/service/dlq.h"
#include "daemon/service/explain.h"

namespace prospectd::service {
namespace {

using reconcile::OutboxEntry;
using reconcile::PushState;

// "update of Lead 00Q… in salesforce", "a new Lead in salesforce"
std::string write_words(const ExplainContext& context, const OutboxEntry& entry) {
  const std::string what = entry.operation == reconcile::PushOperation::kCreate
                               ? "a new " + entry.object
                               : "update of " + record_words(entry.object, entry.remote);
  return what + " in " + connection_words(context.connections, entry.connection);
}

std::string failure_words(const OutboxEntry& entry) {
  return entry.error.empty() ? entry.code : entry.code + ": " + entry.error;
}

// "it was tried twice", as the start of a sentence about what came of it.
std::string tries_words(int64_t attempts) {
  if (attempts == 0) return "nothing was sent";
  return "it was tried " + (attempts == 1 ? std::string("once") : std::to_string(attempts) + " times");
}

const char* fact_of(PushState state) {
  switch (state) {
    case PushState::kReady:
      return "to be written";
    case PushState::kLeased:
      return "being written";
    case PushState::kInDoubt:
      return "in doubt";
    case PushState::kDead:
      return "given up";
  }
  return "";
}

std::string state_words(const OutboxEntry& entry) {
  const std::string at = format_timestamp_seconds(entry.due_at);
  switch (entry.state) {
    case PushState::kReady:
      if (entry.attempts == 0)
        return entry.lane == reconcile::PushLane::kOrdinary ? ", due since " + at
                                                            : ", due since " + at + ", before ordinary ones";
      return "; " + tries_words(entry.attempts) + " (" + failure_words(entry) + ") and is tried again at " +
             at;
    case PushState::kLeased:
      return "; the attempt ends by " + at + ", or is looked up then";
    case PushState::kInDoubt:
      return "; it may have been carried out" +
             (entry.code.empty() ? "" : " (" + failure_words(entry) + ")") + ", and is looked up at " + at +
             " before anything is sent again";
    case PushState::kDead:
      return " (" + to_text(id_of(entry)) + ") on " + at + "; " + tries_words(entry.attempts) + ": " +
             failure_words(entry) + ". To do: " + std::string(advice_on_refusal(entry.code));
  }
  return {};
}

}  // namespace

void add_outbox_facts(const ExplainContext& context, const std::vector<OutboxEntry>& entries,
                      Explanation& out) {
  for (const OutboxEntry& entry : entries) {
    out.facts.emplace_back(fact_of(entry.state), write_words(context, entry) + state_words(entry));
    if (entry.state == PushState::kDead) out.next.push_back("prospectd dlq show " + to_text(id_of(entry)));
  }
}

}  // namespace prospectd::service
