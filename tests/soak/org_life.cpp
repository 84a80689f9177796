#include "tests/soak/org_life.h"

#include <algorithm>

#include "daemon/cli/json.h"

namespace prospectd::soak {
namespace {

using Json = nlohmann::json;

const std::vector<std::string> kTypes = {"Lead", "Contact"};
constexpr int64_t kBurstMin = 10;
constexpr int64_t kBurstMax = 60;

bool is_gone(const Error& error) {
  return error.code == ErrorCode::kNetwork || error.code == ErrorCode::kTimeout;
}

}  // namespace

OrgLife::OrgLife(cli::SandboxPlace place, const test::Organisation& organisation, LifeOptions options)
    : place_(std::move(place)), options_(std::move(options)), dice_(options_.seed), trace_(options_.trace) {
  for (const auto& [id, person] : organisation.people) {
    if (person.live()) live_[person.object].push_back(id);
    if (person.deleted) deleted_.push_back(id);
    if (person.opted_out) memory_.opted_out.insert(id);
    if (!person.contact.empty()) memory_.was_once.emplace(person.contact, id);
    if (!person.master.empty()) memory_.was_once.emplace(person.master, id);
    if (const std::string& email = person.text.at("Email"); !email.empty()) emails_.push_back(email);
  }
  for (const auto& [id, account] : organisation.accounts) {
    if (!account.deleted) live_["Account"].push_back(id);
  }
  for (const auto& [id, user] : organisation.users) {
    owners_.push_back(id);
    if (user.active && keeper_.empty()) keeper_ = id;
  }
}

const std::vector<OrgLife::Act>& OrgLife::acts() {
  static const std::vector<Act> kActs = {
      {300, &OrgLife::edit_person},       {15, &OrgLife::edit_burst},     {40, &OrgLife::edit_late},
      {90, &OrgLife::change_email},       {80, &OrgLife::change_owner},   {25, &OrgLife::opt_out},
      {50, &OrgLife::move_contact},       {70, &OrgLife::create_person},  {30, &OrgLife::create_late},
      {70, &OrgLife::delete_person},      {45, &OrgLife::convert_lead},   {45, &OrgLife::merge_people},
      {60, &OrgLife::undelete_something}, {25, &OrgLife::rename_account}, {6, &OrgLife::delete_account},
      {8, &OrgLife::toggle_user},
  };
  return kActs;
}

Result<void> OrgLife::step() {
  int64_t all = 0;
  for (const Act& act : acts())
    all += act.weight;
  int64_t at = dice_.below(all);
  for (const Act& act : acts()) {
    at -= act.weight;
    if (at >= 0) continue;
    (this->*act.happen)();
    break;
  }
  if (broken_) return *broken_;
  return {};
}

// ---- faults ----

Result<void> OrgLife::heal() {
  const Json healthy = {{"session_idle_seconds", 7'200}, {"token_requests_max", 0},
                        {"page_size_max", 2'000},        {"cursors_per_session", 10},
                        {"cursor_idle_seconds", 900},    {"refuse_logins", ""},
                        {"api_enabled", true},           {"disabled_objects", Json::array()}};
  if (!post("knobs", healthy)) return broken_.value_or(make_error(ErrorCode::kInternal, "a knob is stuck"));
  return {};
}

Result<void> OrgLife::turn_a_knob() {
  PD_TRY(heal());
  ++faults_;
  const Json knobs[] = {
      {{"token_requests_max", dice_.between(1, 40)}},
      {{"session_idle_seconds", dice_.between(0, 3)}},
      {{"page_size_max", dice_.between(20, 1'500)}},
      {{"cursors_per_session", 1}, {"page_size_max", 100}},
      {{"cursor_idle_seconds", 0}, {"page_size_max", 100}},
      {{"disabled_objects", {dice_.pick(std::vector<std::string>{"Contact", "Lead", "Account", "User"})}}},
      {{"refuse_logins", "invalid_grant: ip restricted"}},
      {{"api_enabled", false}},
  };
  (void)post("expire-tokens", Json::object());
  (void)post("knobs", knobs[dice_.below(std::size(knobs))]);
  if (broken_) return *broken_;
  return {};
}

// ---- asking ----

Result<Json> OrgLife::ask(const std::string& question) const {
  return cli::ask_sandbox(place_, {"GET", question, ""});
}

std::optional<Json> OrgLife::post(const std::string& path, const Json& body) {
  auto answer = cli::ask_sandbox(place_, {"POST", path, cli::dump_json_line(body)});
  trace_ << path << ' ' << cli::dump_json_line(body) << " → "
         << (answer ? cli::dump_json_line(*answer) : answer.error().text()) << '\n';
  if (answer) return *std::move(answer);
  if (is_gone(answer.error())) broken_ = answer.error();
  return std::nullopt;
}

void OrgLife::edit(const std::string& object, const std::string& id, Json fields) {
  if (id.empty() || fields.empty()) return;
  const bool opts_out = fields.value("HasOptedOutOfEmail", false);
  const bool done = post("edit", {{"object", object}, {"id", id}, {"fields", std::move(fields)}}).has_value();
  ++(done ? edits_ : refused_);
  if (done && opts_out) memory_.opted_out.insert(id);
}

std::string OrgLife::pick(const std::string& object) {
  const std::vector<std::string>& all = live_[object];
  return all.empty() ? std::string() : dice_.pick(all);
}

void OrgLife::forget(const std::string& object, const std::string& id) {
  std::erase(live_[object], id);
}

const std::string& OrgLife::draw_type() {
  return dice_.pick(kTypes);
}

std::string OrgLife::draw_text() {
  static const std::vector<std::string> kWords = {"Ana",         "Bo",        "Zoë",  "李",
                                                  "O'Neil",      "Ny\"q",     "😀",    "Li\\n",
                                                  "line\nbreak", "tab\there", "=1+1", "<b>x</b>"};
  return dice_.pick(kWords) + " " + std::to_string(dice_.below(10'000));
}

std::string OrgLife::draw_email() {
  const int64_t kind = dice_.below(100);
  if (kind < 8) return {};
  if (kind < 35 && !emails_.empty()) return dice_.pick(emails_);
  std::string email = "p" + std::to_string(++counter_) + (kind < 40 ? "@BÜCHER.example" : "@soak.example");
  emails_.push_back(email);
  return email;
}

Json OrgLife::draw_fields(const std::string& object) {
  const bool lead = object == "Lead";
  Json fields = Json::object();
  const auto maybe = [&](const char* name, int share) {
    if (dice_.of_thousand(share)) fields[name] = dice_.of_thousand(150) ? Json() : Json(draw_text());
  };
  if (dice_.of_thousand(300)) fields["LastName"] = draw_text();
  maybe("FirstName", 250);
  maybe("Title", 400);
  maybe("Phone", 200);
  maybe("MobilePhone", 150);
  maybe(lead ? "Street" : "MailingStreet", 150);
  maybe(lead ? "City" : "MailingCity", 150);
  if (lead && dice_.of_thousand(200)) fields["Company"] = dice_.of_thousand(200) ? "Unknown" : draw_text();
  if (lead && dice_.of_thousand(200)) {
    static const std::vector<std::string> kStatus = {"Open - Not Contacted", "Working - Contacted",
                                                     "Closed - Not Converted"};
    fields["Status"] = dice_.pick(kStatus);
  }
  return fields;
}

Json OrgLife::draw_person(const std::string& object) {
  Json fields = draw_fields(object);
  fields["LastName"] = draw_text();
  if (object == "Lead") fields["Company"] = draw_text();
  if (const std::string email = draw_email(); !email.empty()) fields["Email"] = email;
  if (dice_.of_thousand(600)) fields["OwnerId"] = draw_owner();
  if (object == "Contact" && dice_.of_thousand(800)) fields["AccountId"] = pick("Account");
  return fields;
}

Json OrgLife::draw_lateness() {
  const int64_t late = dice_.between(1, options_.late_max.count());
  return {{dice_.of_thousand(500) ? "stamped_before_seconds" : "visible_after_seconds", late}};
}

// ---- people ----

void OrgLife::edit_person() {
  const std::string& object = draw_type();
  edit(object, pick(object), draw_fields(object));
}

void OrgLife::edit_burst() {
  for (int64_t n = dice_.between(kBurstMin, kBurstMax); n > 0 && !broken_; --n)
    edit_person();
}

void OrgLife::edit_late() {
  const std::string& object = draw_type();
  const std::string id = pick(object);
  Json body = draw_lateness();
  body["object"] = object;
  body["id"] = id;
  body["fields"] = draw_fields(object);
  if (dice_.of_thousand(300)) body["fields"]["Email"] = draw_email();
  if (id.empty() || body["fields"].empty()) return;
  ++(post("late", body) ? edits_ : refused_);
}

void OrgLife::change_email() {
  const std::string& object = draw_type();
  const std::string email = draw_email();
  edit(object, pick(object), {{"Email", email.empty() ? Json() : Json(email)}});
}

void OrgLife::change_owner() {
  const std::string& object = draw_type();
  ++references_;
  edit(object, pick(object), {{"OwnerId", draw_owner()}});
}

void OrgLife::opt_out() {
  const std::string& object = draw_type();
  edit(object, pick(object), {{"HasOptedOutOfEmail", dice_.of_thousand(500)}});
}

void OrgLife::move_contact() {
  ++references_;
  const std::string account = pick("Account");
  edit("Contact", pick("Contact"), {{"AccountId", dice_.of_thousand(150) ? Json() : Json(account)}});
}

void OrgLife::create_person() {
  const std::string& object = draw_type();
  const auto made = post("create", {{"object", object}, {"fields", draw_person(object)}});
  ++(made ? edits_ : refused_);
  if (made) live_[object].push_back(cli::text_at(*made, "id"));
}

void OrgLife::create_late() {
  const std::string& object = draw_type();
  Json body = draw_lateness();
  body["object"] = object;
  body["fields"] = draw_person(object);
  ++references_;
  const auto made = post("late", body);
  ++(made ? edits_ : refused_);
  if (made) live_[object].push_back(cli::text_at(*made, "id"));  // edits are refused until it is there
}

// ---- whole records ----

void OrgLife::remove(const std::string& object, const std::string& path) {
  const std::string id = pick(object);
  if (id.empty()) return;
  const bool done = post(path, {{"id", id}}).has_value();
  ++(done ? edits_ : refused_);
  if (!done) return;
  forget(object, id);
  deleted_.push_back(id);
}

void OrgLife::delete_person() {
  remove(draw_type(), "delete");
}

void OrgLife::undelete_something() {
  if (deleted_.empty()) return;
  const std::string id = dice_.pick(deleted_);
  const auto done = post("undelete", {{"id", id}});
  ++(done ? edits_ : refused_);
  std::erase(deleted_, id);
  if (done) live_[cli::text_at(*done, "object")].push_back(id);
}

void OrgLife::convert_lead() {
  const std::string lead = pick("Lead");
  if (lead.empty()) return;
  Json body = {{"lead", lead}};
  if (dice_.of_thousand(300)) body["contact"] = pick("Contact");
  if (dice_.of_thousand(300)) body["account"] = pick("Account");
  ++references_;
  const auto done = post("convert", body);
  ++(done ? edits_ : refused_);
  if (!done) return;
  forget("Lead", lead);
  const std::string contact = cli::text_at(*done, "contact");
  memory_.was_once.emplace(contact, lead);
  if (!body.contains("contact")) live_["Contact"].push_back(contact);
}

void OrgLife::merge_people() {
  const std::string& object = draw_type();
  const std::string winner = pick(object);
  std::vector<std::string> losers;
  for (int64_t n = dice_.between(1, 2); n > 0; --n)
    losers.push_back(pick(object));
  ++references_;
  const bool done = post("merge", {{"winner", winner}, {"losers", losers}}).has_value();
  ++(done ? edits_ : refused_);
  if (!done) return;
  for (const std::string& loser : losers) {
    memory_.was_once.emplace(winner, loser);
    forget(object, loser);
    deleted_.push_back(loser);
  }
}

// ---- users and accounts ----

void OrgLife::rename_account() {
  edit("Account", pick("Account"), {{"Name", draw_text()}});
}

void OrgLife::delete_account() {
  remove("Account", "delete");
}

void OrgLife::toggle_user() {
  const std::string& user = draw_owner();
  if (user != keeper_) edit("User", user, {{"IsActive", dice_.of_thousand(700)}});
}

}  // namespace prospectd::soak
