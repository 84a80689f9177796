// The faults that a plan can name, as a table: when each is played, which parameters it takes, and what it
// does (docs/sandbox.md lists them). Internal to the sandbox; one thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "connectors/sandbox/fault_plan.h"
#include "connectors/sandbox/front.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

enum class FaultPhase : uint8_t {
  kBefore,   ///< something happens in the org, and then it answers
  kInstead,  ///< another answer than the org's
  kRow,      ///< a record is refused
  kAfter,    ///< the org's answer is changed, or its way back is
};

/// One fault that is played.
struct FaultTurn {
  Front::State& state;
  const http::ServerRequest& request;
  const nlohmann::json& with;
  const FiredFault& fired;
  const FaultKind& kind;
};

/// What an answer of this kind says unless the rule says otherwise.
struct FaultAnswer {
  int status = 0;
  std::string_view code = {};
  std::string_view message = {};
  std::string_view body = "json";  ///< json, html, login_page, text or empty
};

struct FaultKind {
  std::string_view name;
  FaultPhase phase;
  std::string_view parameters;  ///< "status,code!": a '!' behind what has to be given
  /// Plays it on the answer so far, which is empty for kBefore and kInstead; nullptr for kRow.
  /// **Errors:** why it can't be played.
  Outcome<void> (*play)(const FaultTurn&, Handled& answer) = nullptr;
  FaultAnswer answer = {};
  int64_t times = 0;  ///< how often at most where the rule doesn't say; 0: without end
};
std::span<const FaultKind> fault_kinds();
/// nullptr when there is none of that name.
const FaultKind* find_fault_kind(std::string_view name);

enum class FaultParameterType : uint8_t {
  kWhole,
  kShare,  ///< 0 to 1
  kText,
  kChoice,
  kHeader,  ///< a text that a header can hold
  kFlag,
  kTexts,
  kHeaders,  ///< an object of such texts
  kObject,
};

/// A parameter of faults, wherever it stands.
struct FaultParameter {
  std::string_view name;
  FaultParameterType type;
  int64_t min = 0;
  int64_t max = 0;
  std::string_view choices = {};  ///< of kChoice: "json,html"
};
/// nullptr when no fault has one of that name.
const FaultParameter* find_fault_parameter(std::string_view name);

/// True for "html" out of "json,html", a '!' behind it or not.
bool is_among(std::string_view list, std::string_view name);

/// What a rule says in place of a fault's own words: code, message, fields (SALESFORCE_API §11.2).
ApiError row_refusal(const FaultRule& rule, std::string_view id);

// fault_answers.cpp
Outcome<void> play_answer(const FaultTurn& turn, Handled& answer);
Outcome<void> play_headers(const FaultTurn& turn, Handled& answer);
Outcome<void> play_truncate(const FaultTurn& turn, Handled& answer);
Outcome<void> play_gzip(const FaultTurn& turn, Handled& answer);
Outcome<void> play_drop(const FaultTurn& turn, Handled& answer);
Outcome<void> play_cut(const FaultTurn& turn, Handled& answer);
Outcome<void> play_slow(const FaultTurn& turn, Handled& answer);
Outcome<void> play_delay(const FaultTurn& turn, Handled& answer);

// fault_org.cpp
Outcome<void> play_expire_session(const FaultTurn& turn, Handled& answer);
Outcome<void> play_drop_cursors(const FaultTurn& turn, Handled& answer);
Outcome<void> play_knobs(const FaultTurn& turn, Handled& answer);
Outcome<void> play_change_field(const FaultTurn& turn, Handled& answer);
Outcome<void> play_edit(const FaultTurn& turn, Handled& answer);
Outcome<void> play_create(const FaultTurn& turn, Handled& answer);
Outcome<void> play_counter_edit(const FaultTurn& turn, Handled& answer);

// fault_pages.cpp
Outcome<void> play_empty_page(const FaultTurn& turn, Handled& answer);
Outcome<void> play_page_loop(const FaultTurn& turn, Handled& answer);
Outcome<void> play_next_url(const FaultTurn& turn, Handled& answer);
Outcome<void> play_total_size(const FaultTurn& turn, Handled& answer);
Outcome<void> play_bad_value(const FaultTurn& turn, Handled& answer);

}  // namespace prospectd::sandbox
