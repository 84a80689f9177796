#include "connectors/sandbox/generator.h"

#include <algorithm>
#include <array>
#include <vector>

#include "connectors/sandbox/random.h"
#include "connectors/sandbox/words.h"

namespace prospectd::sandbox {
namespace {

constexpr int64_t kDay = 86'400;
constexpr int64_t kHistory = 400 * kDay;  // how far back the oldest record goes
constexpr int64_t kQuiet = 60;            // nothing happened in the last minute

/// A person before they become a record.
struct Person {
  std::string first;
  std::string last;
  std::string address;
  std::string company;
  std::string domain;
};

/// When a record was made and last touched.
struct Moments {
  int64_t created = 0;
  int64_t stamp = 0;
};

/// One record under construction: values by field name, through a table of columns that is looked up once.
class Writer {
 public:
  Writer(Org& org, std::string_view object) : org_(org), table_(*org.table(object)) {}

  Table& table() { return table_; }
  const SystemColumns& system() const { return table_.type().system(); }
  Row begin(const Moments& moments, std::string_view author) {
    row_ = table_.append(org_.next_id(table_));
    const SystemColumns& c = system();
    for (const Field& f : table_.type().fields()) {
      if (f.kind == FieldKind::kBoolean) table_.set_flag(row_, f.column, f.has(kDefaultTrue));
    }
    table_.set_number(row_, c.created, moments.created);
    table_.set_number(row_, c.modified, moments.stamp);
    table_.set_shared_text(row_, c.created_by, author);
    table_.set_shared_text(row_, c.modified_by, author);
    table_.set_stamp_seconds(row_, moments.stamp);
    return row_;
  }
  int column(std::string_view name) const { return table_.type().column(name); }
  void text(int column, std::string_view value) {
    if (!value.empty()) table_.set_text(row_, column, value);
  }
  void shared(int column, std::string_view value) {
    if (!value.empty()) table_.set_shared_text(row_, column, value);
  }

 private:
  Org& org_;
  Table& table_;
  Row row_ = 0;
};

/// The columns of a lead's or a contact's fields that both have under some name.
struct PersonColumns {
  int first, last, salutation, title, address, phone, mobile, street, city, state, postal, country, source,
      opted_out, do_not_call, description;
};
PersonColumns person_columns(const Writer& w, const std::string& prefix) {
  const auto part = [&](const char* name) { return w.column(prefix + name); };
  return {w.column("FirstName"),
          w.column("LastName"),
          w.column("Salutation"),
          w.column("Title"),
          w.column("Email"),
          w.column("Phone"),
          w.column("MobilePhone"),
          part("Street"),
          part("City"),
          part("State"),
          part("PostalCode"),
          part("Country"),
          w.column("LeadSource"),
          w.column("HasOptedOutOfEmail"),
          w.column("DoNotCall"),
          w.column("Description")};
}

class Generator {
 public:
  Generator(Org& org, const GeneratorOptions& options)
      : org_(org),
        options_(options),
        random_(options.seed),
        now_(std::chrono::floor<seconds>(org.now()).time_since_epoch().count()) {}

  GeneratorReport run() {
    make_users();
    make_queues();
    report_.leads = options_.people * options_.leads_of_thousand / 1'000;
    report_.contacts = options_.people - report_.leads;
    report_.accounts = options_.accounts > 0 ? options_.accounts : options_.people / 12 + 1;
    make_accounts();
    make_contacts();
    make_leads();
    org_.complete();
    return report_;
  }

 private:
  void make_users();
  void make_queues();
  void make_accounts();
  void make_contacts();
  void make_leads();

  Moments moments(int64_t i, int64_t of);
  Person new_person(int64_t number);
  void new_company(Person& person, int64_t number);
  std::string address_of(const Person& person, int64_t number) const;
  std::string address_for(const Person& person, int64_t number, const Table& earlier, int column,
                          int64_t& shared);
  std::string odd_spelling(std::string address);
  void write_person(Writer& w, Row row, const PersonColumns& c, const Person& person);
  std::string_view owner();
  void finish_person(Writer& w, Row row);
  void convert(Writer& leads, Row row, const Moments& moments);

  Org& org_;
  const GeneratorOptions& options_;
  Random random_;
  int64_t now_;
  GeneratorReport report_;
  std::vector<std::string> active_;
  std::vector<std::string> inactive_;
  std::vector<std::string> queues_;
  std::string text_;  // scratch
};

// Records come to be in the order of their numbers; most were touched since. Some runs were touched by one
// job, in one second.
Moments Generator::moments(int64_t i, int64_t of) {
  const int64_t span = kHistory - kQuiet;
  Moments m;
  m.created = now_ - kHistory + span * i / std::max<int64_t>(of, 1) +
              random_.below(span / std::max<int64_t>(of, 1) + 1);
  m.created = std::min(m.created, now_ - kQuiet);
  m.stamp = random_.of_thousand(600) ? m.created : m.created + random_.below(now_ - kQuiet - m.created + 1);
  const int64_t run = i / kBurstRows;
  const bool large = of >= 4 * kLargeBurstRows && i >= of / 2 && i < of / 2 + kLargeBurstRows;
  if (large) {
    m.stamp = now_ - kDay;
  } else if (run % 5 == 1) {
    m.stamp = now_ - kDay - 3'600 * (run % 700);
  }
  m.created = std::min(m.created, m.stamp);
  return m;
}

void Generator::new_company(Person& person, int64_t number) {
  const NameWord& head = random_.pick(company_heads());
  const NameWord& tail = random_.pick(company_tails());
  person.company = head.written;
  person.company += tail.written;
  person.company += ' ';
  person.company += random_.pick(company_forms());
  person.domain = head.ascii;
  person.domain += tail.ascii;
  person.domain += std::to_string(number % 997);
  person.domain += ".example";
}

Person Generator::new_person(int64_t number) {
  Person person;
  const NameWord& first = random_.pick(first_names());
  const NameWord& last = random_.pick(last_names());
  person.first = first.written;
  person.last = last.written;
  person.address = std::string(first.ascii) + "." + std::string(last.ascii) + std::to_string(number) + "@";
  return person;
}

std::string Generator::odd_spelling(std::string address) {
  ++report_.odd_spelling;
  switch (random_.below(4)) {
    case 0:
      for (char& c : address)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      return address;
    case 1:
      return "\xC2\xA0" + address;
    case 2:
      return address + "\xC2\xA0";
    default:
      if (!address.empty() && address[0] >= 'a' && address[0] <= 'z')
        address[0] = static_cast<char>(address[0] - 32);
      return address + " ";
  }
}

// The address of a new record: of their own, or one of the awkward kinds.
std::string Generator::address_for(const Person& person, int64_t number, const Table& earlier, int column,
                                   int64_t& shared) {
  const Shares& s = options_.shares;
  int64_t draw = random_.below(1'000);
  if (draw < s.blank_address) {
    ++report_.blank_address;
    return {};
  }
  draw -= s.blank_address;
  if (draw < s.malformed_address) {
    ++report_.malformed_address;
    return std::string(random_.pick(malformed_addresses()));
  }
  draw -= s.malformed_address;
  std::string address = person.address;
  if (draw < s.shared_address && number > 0) {
    const Row other = static_cast<Row>(random_.below(number));
    const std::string_view theirs = earlier.text(other, column);
    if (theirs.find('@') != std::string_view::npos) {
      ++shared;
      address = theirs;
    }
  }
  return random_.of_thousand(s.odd_spelling) ? odd_spelling(std::move(address)) : address;
}

std::string_view Generator::owner() {
  if (!inactive_.empty() && random_.of_thousand(options_.shares.inactive_owner)) {
    ++report_.inactive_owner;
    return inactive_[static_cast<size_t>(random_.below(static_cast<int64_t>(inactive_.size())))];
  }
  return active_[static_cast<size_t>(random_.below(static_cast<int64_t>(active_.size())))];
}

void Generator::make_users() {
  Writer w(org_, "User");
  constexpr int64_t kInactiveEvery = 8;
  for (int64_t i = 0; i < options_.users; ++i) {
    const Person person = new_person(i);
    const Row row = w.begin(moments(i, options_.users), {});
    const std::string id(w.table().id(row));
    w.shared(w.system().created_by, active_.empty() ? id : active_.front());
    w.shared(w.system().modified_by, active_.empty() ? id : active_.front());
    w.text(w.column("FirstName"), person.first);
    w.text(w.column("LastName"), person.last);
    w.text(w.column("Username"), person.address + "sandbox.test");
    w.text(w.column("Email"), person.address + "sandbox.test");
    w.text(w.column("Title"), i == 0 ? "VP Sales" : "Account Executive");
    w.text(w.column("Department"), "Sales");
    if (i > 0) w.shared(w.column("ManagerId"), active_.front());
    const bool active = i % kInactiveEvery != kInactiveEvery - 1;
    w.table().set_flag(row, w.column("IsActive"), active);
    (active ? active_ : inactive_).push_back(id);
  }
  report_.users = options_.users;
  report_.inactive_users = static_cast<int64_t>(inactive_.size());
}

void Generator::make_queues() {
  Writer w(org_, "Group");
  for (int64_t i = 0; i < options_.queues; ++i) {
    const Row row = w.begin(moments(i, options_.queues), active_.front());
    const std::string number = std::to_string(i + 1);
    w.text(w.column("Name"), "Lead Queue " + number);
    w.text(w.column("DeveloperName"), "Lead_Queue_" + number);
    w.shared(w.column("Type"), "Queue");
    w.text(w.column("Email"), "queue" + number + "@sandbox.test");
    queues_.emplace_back(w.table().id(row));
  }
  report_.queues = options_.queues;
}

void Generator::make_accounts() {
  Writer w(org_, "Account");
  const int name = w.column("Name"), site = w.column("Website"), phone = w.column("Phone"),
            industry = w.column("Industry"), type = w.column("Type"), revenue = w.column("AnnualRevenue"),
            employees = w.column("NumberOfEmployees"), city = w.column("BillingCity"),
            state = w.column("BillingState"), country = w.column("BillingCountry"),
            owner_id = w.column("OwnerId");
  const auto& industries = w.table().type().find("Industry")->picklist;
  const auto& types = w.table().type().find("Type")->picklist;
  Person company;
  for (int64_t i = 0; i < report_.accounts; ++i) {
    new_company(company, i);
    const Row row = w.begin(moments(i, report_.accounts), active_.front());
    const City& where = random_.pick(cities());
    w.text(name, company.company);
    w.text(site, "https://www." + company.domain);
    w.text(phone, std::string(where.dialling) + " 555 " + std::to_string(1'000 + random_.below(9'000)));
    w.shared(industry,
             industries[static_cast<size_t>(random_.below(static_cast<int64_t>(industries.size())))]);
    w.shared(type, types[static_cast<size_t>(random_.below(static_cast<int64_t>(types.size())))]);
    const int64_t size = 1 + random_.below(5'000);
    w.table().set_number(row, employees, size);
    w.table().set_real(row, revenue, static_cast<double>(size) * 50'000.0);
    w.shared(city, where.name);
    w.shared(state, where.state);
    w.shared(country, where.country);
    w.shared(owner_id, owner());
  }
}

void Generator::write_person(Writer& w, Row row, const PersonColumns& c, const Person& person) {
  static constexpr std::array<std::string_view, 4> kSalutations = {"Mr.", "Ms.", "Dr.", ""};
  static constexpr std::array<std::string_view, 5> kSources = {"Web", "Phone Inquiry", "Partner Referral",
                                                               "Purchased List", "Other"};
  const City& where = random_.pick(cities());
  w.text(c.first, person.first);
  w.text(c.last, person.last);
  w.text(c.address, person.address);
  w.shared(c.salutation, random_.pick(std::span<const std::string_view>(kSalutations)));
  w.shared(c.title, random_.pick(job_titles()));
  const std::string number = std::to_string(100'000 + random_.below(900'000));
  text_.assign(where.dialling).append(" ").append(number);
  w.text(c.phone, text_);
  if (random_.of_thousand(300)) w.text(c.mobile, text_.append("9"));
  text_ = std::to_string(1 + random_.below(200));
  text_.append(" ").append(random_.pick(streets()));
  w.text(c.street, text_);
  w.shared(c.city, where.name);
  w.shared(c.state, where.state);
  w.text(c.postal, std::string_view(number).substr(0, 5));
  w.shared(c.country, where.country);
  w.shared(c.source, random_.pick(std::span<const std::string_view>(kSources)));
  if (random_.of_thousand(50))
    w.text(c.description, "Met at the fair.\nSaid: \"call in spring\" \xE2\x80\x93 \\o/");
  if (random_.of_thousand(options_.shares.opted_out)) {
    ++report_.opted_out;
    w.table().set_flag(row, c.opted_out, true);
  }
  if (random_.of_thousand(20)) w.table().set_flag(row, c.do_not_call, true);
}

void Generator::finish_person(Writer& w, Row row) {
  if (!random_.of_thousand(options_.shares.deleted)) return;
  ++report_.deleted;
  w.table().set_state(row, RowState::kDeleted);
}

void Generator::make_contacts() {
  Writer w(org_, "Contact");
  const Table& accounts = *org_.table("Account");
  const int site = accounts.type().column("Website");
  const PersonColumns c = person_columns(w, "Mailing");
  const int account_id = w.column("AccountId"), owner_id = w.column("OwnerId"),
            department = w.column("Department"), birth = w.column("Birthdate");
  constexpr std::string_view kSite = "https://www.";
  for (int64_t i = 0; i < report_.contacts; ++i) {
    Person person = new_person(i);
    const Row account = static_cast<Row>(random_.below(static_cast<int64_t>(accounts.rows())));
    person.address += accounts.text(account, site).substr(kSite.size());
    person.address = address_for(person, i, w.table(), c.address, report_.shared_by_contacts);
    const Row row = w.begin(moments(i, report_.contacts), active_.front());
    write_person(w, row, c, person);
    w.shared(owner_id, owner());
    w.shared(department, random_.pick(departments()));
    if (random_.of_thousand(200)) w.table().set_number(row, birth, random_.below(20'000) - 9'000);
    if (random_.of_thousand(options_.shares.without_account)) {
      ++report_.without_account;
    } else {
      w.shared(account_id, accounts.id(account));
    }
    finish_person(w, row);
  }
}

void Generator::convert(Writer& leads, Row row, const Moments& moments) {
  const Table& contacts = *org_.table("Contact");
  if (contacts.rows() == 0) return;
  ++report_.converted;
  const Row contact = static_cast<Row>(random_.below(static_cast<int64_t>(contacts.rows())));
  leads.table().set_flag(row, leads.column("IsConverted"), true);
  leads.shared(leads.column("Status"), "Closed - Converted");
  leads.table().set_number(row, leads.column("ConvertedDate"), moments.stamp / kDay);
  leads.shared(leads.column("ConvertedContactId"), contacts.id(contact));
  leads.shared(leads.column("ConvertedAccountId"),
               contacts.text(contact, contacts.type().column("AccountId")));
}

void Generator::make_leads() {
  static constexpr std::array<std::string_view, 3> kStatus = {"Open - Not Contacted", "Working - Contacted",
                                                              "Closed - Not Converted"};
  static constexpr std::array<std::string_view, 4> kRatings = {"Hot", "Warm", "Cold", ""};
  Writer w(org_, "Lead");
  const Table& contacts = *org_.table("Contact");
  const PersonColumns c = person_columns(w, "");
  const PersonColumns of_contact = person_columns(Writer(org_, "Contact"), "Mailing");
  const int company = w.column("Company"), site = w.column("Website"), owner_id = w.column("OwnerId"),
            status = w.column("Status"), rating = w.column("Rating"),
            employees = w.column("NumberOfEmployees");
  for (int64_t i = 0; i < report_.leads; ++i) {
    Person person = new_person(report_.contacts + i);
    new_company(person, i);
    person.address += person.domain;
    const Row twin = static_cast<Row>(random_.below(static_cast<int64_t>(contacts.rows())));
    const bool is_contact = contacts.rows() > 0 && random_.of_thousand(options_.shares.same_person) &&
                            contacts.text(twin, of_contact.address).find('@') != std::string_view::npos;
    if (is_contact) {
      ++report_.same_person;
      person.first = contacts.text(twin, of_contact.first);
      person.last = contacts.text(twin, of_contact.last);
      person.address = contacts.text(twin, of_contact.address);
    } else {
      person.address = address_for(person, i, w.table(), c.address, report_.shared_by_leads);
    }
    const Moments when = moments(i, report_.leads);
    const Row row = w.begin(when, active_.front());
    write_person(w, row, c, person);
    w.text(company, person.company);
    if (random_.of_thousand(500)) w.text(site, "https://www." + person.domain);
    w.shared(status, random_.pick(std::span<const std::string_view>(kStatus)));
    w.shared(rating, random_.pick(std::span<const std::string_view>(kRatings)));
    if (random_.of_thousand(400)) w.table().set_number(row, employees, 1 + random_.below(3'000));
    if (!queues_.empty() && random_.of_thousand(options_.shares.queue_owned)) {
      ++report_.queue_owned;
      w.shared(owner_id, queues_[static_cast<size_t>(random_.below(static_cast<int64_t>(queues_.size())))]);
    } else {
      w.shared(owner_id, owner());
    }
    if (random_.of_thousand(options_.shares.converted)) convert(w, row, when);
    finish_person(w, row);
  }
}

}  // namespace

Result<GeneratorReport> generate(Org& org, const GeneratorOptions& options) {
  const bool sizes_fit = options.people >= 0 && options.people <= kPeopleMax && options.users >= 1 &&
                         options.users <= 100'000 && options.queues >= 0 && options.queues <= 10'000 &&
                         options.accounts >= 0 && options.accounts <= kPeopleMax &&
                         options.leads_of_thousand >= 0 && options.leads_of_thousand <= 1'000;
  if (!sizes_fit) {
    return make_error(ErrorCode::kConfigInvalid, "the generator makes 0 to " + std::to_string(kPeopleMax) +
                                                     " people, with at least one user");
  }
  return Generator(org, options).run();
}

}  // namespace prospectd::sandbox
