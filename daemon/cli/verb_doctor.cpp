#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/advice.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/within.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace doctor {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kFailure:
      return "failure";
    case Verdict::kSkipped:
      return "skipped";
  }
  return "";
}

Finding ok(std::string evidence) {
  return {Verdict::kOk, std::move(evidence)};
}

Finding warning(std::string evidence, std::string remedy) {
  return {Verdict::kWarning, std::move(evidence), std::move(remedy)};
}

Finding failure(ErrorCode code, std::string evidence, std::string remedy) {
  return {Verdict::kFailure, std::move(evidence), std::move(remedy), code};
}

Finding failure(const Error& error) {
  return failure(error.code, error.text(), std::string(advice_on(prospectd::name_of(error.code))));
}

Finding skipped(std::string why) {
  return {Verdict::kSkipped, std::move(why)};
}

}  // namespace doctor

namespace {

using doctor::Check;
using doctor::Facts;
using doctor::Finding;
using doctor::Group;
using doctor::Outcome;
using doctor::Verdict;
using Json = nlohmann::json;

constexpr size_t kVerdictCells = 9;
constexpr size_t kTitleCells = 20;
constexpr size_t kEvidenceFrom = 2 + kVerdictCells + kTitleCells + 1;
constexpr size_t kEvidenceLeast = 30;

Tone tone_of(Verdict verdict) {
  constexpr Tone kTones[] = {Tone::kGood, Tone::kWarning, Tone::kBad, Tone::kFaint};
  return kTones[static_cast<size_t>(verdict)];
}

class Doctor {
 public:
  Doctor(const CommonOptions& common, const DoctorOptions& options, const Hooks& hooks, Console& console)
      : console_(console) {
    Facts facts;
    facts.common = common;
    facts.hooks = hooks;
    facts.offline = options.offline;
    facts_ = std::make_shared<const Facts>(std::move(facts));
  }

  ExitCode run() {
    // Who works on the state is known before the machine's limits are judged: they are that process's.
    for (const Group& group :
         {doctor::configuration_checks(), doctor::state_checks(), doctor::machine_checks(),
          doctor::daemon_checks(), doctor::records_checks(), doctor::crm_checks()})
      run(group);
    if (console_.json) {
      Json counts;
      for (const Verdict verdict : {Verdict::kOk, Verdict::kWarning, Verdict::kFailure, Verdict::kSkipped})
        counts[std::string(doctor::name_of(verdict))] = counts_[static_cast<size_t>(verdict)];
      console_.document({{"ok", code_ == ExitCode::kOk}, {"checks", rows_}, {"counts", counts}});
    } else {
      say_sum();
    }
    return code_;
  }

 private:
  void run(const Group& group) {
    if (!console_.json && !console_.quiet) console_.line(console_.tone(Tone::kStrong, group.title));
    for (const Check& check : group.checks) {
      if (!check.of_connection || !facts_->loaded.config) {
        run(check, std::nullopt);
        continue;
      }
      for (size_t i = 0; i < facts_->loaded.config->plugins.size(); ++i)
        run(check, i);
    }
  }

  void run(const Check& check, std::optional<size_t> plugin) {
    const bool first = facts_->path.empty();
    Outcome outcome;
    if (!facts_->loaded.config && !(first && check.name == kFirst)) {
      outcome.finding = doctor::skipped("the configuration can't be used");
    } else if (check.asks_crm && facts_->offline) {
      outcome.finding = doctor::skipped("not asked (--offline)");
    } else {
      outcome = looked(check, plugin);
    }
    if (outcome.learn) {
      auto facts = std::make_shared<Facts>(*facts_);
      outcome.learn(*facts);
      facts_ = std::move(facts);
    }
    tell(check, plugin, outcome.finding);
  }

  Outcome looked(const Check& check, std::optional<size_t> plugin) const {
    std::function<Outcome()> work = [facts = facts_, look = check.look, plugin] {
      static const config::Config kNone;
      const config::Config& config = facts->loaded.config ? *facts->loaded.config : kNone;
      const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
      return look({*facts, config, plugin ? &config.plugins[*plugin] : nullptr, now});
    };
    auto outcome = within(check.deadline, std::move(work));
    if (outcome) return *std::move(outcome);
    return {doctor::failure(ErrorCode::kTimeout, "no answer within " + format_duration(check.deadline),
                            "something that it looks at hangs: a disk, a network file system, the network")};
  }

  void tell(const Check& check, std::optional<size_t> plugin, const Finding& finding) {
    ++counts_[static_cast<size_t>(finding.verdict)];
    if (finding.verdict == Verdict::kFailure && code_ == ExitCode::kOk)
      code_ = exit_code_of(make_error(finding.code, ""));
    const std::string connection = plugin ? facts_->loaded.config->plugins[*plugin].name : "";
    if (!console_.json) return say(check, connection, finding);
    rows_.push_back({{"check", check.name},
                     {"connection", connection.empty() ? Json() : Json(connection)},
                     {"verdict", doctor::name_of(finding.verdict)},
                     {"evidence", finding.evidence},
                     {"remedy", finding.remedy.empty() ? Json() : Json(finding.remedy)}});
  }

  void say(const Check& check, const std::string& connection, const Finding& finding) {
    const bool good = finding.verdict == Verdict::kOk || finding.verdict == Verdict::kSkipped;
    if (console_.quiet && good) return;
    std::string evidence = harmless(finding.evidence);
    // With one connection its name says nothing.
    if (!connection.empty() && facts_->loaded.config->plugins.size() > 1)
      evidence = harmless(connection) + ": " + evidence;
    std::string start =
        "  " +
        console_.tone(tone_of(finding.verdict), pad_to(doctor::name_of(finding.verdict), kVerdictCells)) +
        pad_to(check.title, kTitleCells) + " ";
    for (const std::string& line : wrapped(evidence, room())) {
      console_.line(start + line);
      start = std::string(kEvidenceFrom, ' ');
    }
    if (finding.remedy.empty()) return;
    for (const std::string& line : wrapped("→ " + harmless(finding.remedy), room()))
      console_.line(std::string(kEvidenceFrom, ' ') + line);
    console_.out() << std::flush;
  }

  size_t room() const {
    const size_t width = console_.out_terminal.width;
    return width == 0 ? 0 : std::max(width, kEvidenceFrom + kEvidenceLeast) - kEvidenceFrom;
  }

  void say_sum() {
    if (console_.quiet) return;
    const auto n = [this](Verdict verdict) { return counts_[static_cast<size_t>(verdict)]; };
    std::string text = counted(n(Verdict::kFailure), "failure") + ", " +
                       counted(n(Verdict::kWarning), "warning") + ", " + group_digits(n(Verdict::kOk)) +
                       " ok";
    if (n(Verdict::kSkipped) > 0) text += ", " + group_digits(n(Verdict::kSkipped)) + " not looked at";
    console_.line(text + ". Nothing was changed.");
  }

  static constexpr std::string_view kFirst = "config";

  Console& console_;
  std::shared_ptr<const Facts> facts_;
  Json rows_ = Json::array();
  int64_t counts_[4] = {};
  ExitCode code_ = ExitCode::kOk;
};

}  // namespace

ExitCode verb_doctor(const CommonOptions& common, const DoctorOptions& options, const Hooks& hooks,
                     Console& console) {
  return Doctor(common, options, hooks, console).run();
}

}  // namespace prospectd::cli
