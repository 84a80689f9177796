#include "daemon/cli/advice.h"

namespace prospectd::cli {
namespace {

struct AdviceRow {
  std::string_view code;
  std::string_view advice;
};

constexpr AdviceRow kAdvice[] = {
    {"login_refused",
     "change it in Setup or in the configuration and try it: prospectd login --test; then have the daemon "
     "read its "
     "secrets anew: prospectd config reload"},
    {"session_expired", "it logs in again by itself; if it stays so: prospectd login --test"},
    {"permission", "give the run-as user of the connected app the right, then: prospectd check --online"},
    {"unknown_field", "correct the mapping: prospectd check --online says where"},
    {"unknown_object", "correct the mapping, or give the user read access: prospectd check --online"},
    {"malformed_query", "correct the mapping: prospectd check --online says where"},
    {"quota_exhausted", "the CRM's calls of 24 hours are used up; it goes on when they come back"},
    {"rate_limited", "the CRM is busy; it goes on by itself"},
    {"network", "it tries again by itself; if it stays so: prospectd doctor"},
    {"timeout", "it tries again by itself; if it stays so: prospectd doctor"},
    {"server_error", "the CRM has trouble; it tries again by itself (status.salesforce.com)"},
    {"bad_payload", "it tries again by itself; if it stays so, something between here and the CRM answers"},
    {"disk_full", "make room in the state folder; it goes on by itself"},
    {"locked", "end the program that holds the database open; it goes on by itself"},
    {"state_damaged", "stop the daemon and restore the database from a backup"},
    {"state_too_new", "start the newer prospectd that wrote it"},
    {"lock_held", "only one daemon may work on a state: stop the other one"},
    {"config_invalid", "prospectd check"},
    {"mass_change",
     "see what would come: prospectd sync --dry-run; if it is right, or was mended in the CRM: prospectd "
     "sync "
     "--accept-mass-change"},
    {"refused_target", "look at login_url, then: prospectd check"},
};

}  // namespace

std::string_view advice_on(std::string_view code) {
  for (const AdviceRow& row : kAdvice) {
    if (row.code == code) return row.advice;
  }
  return {};
}

}  // namespace prospectd::cli
