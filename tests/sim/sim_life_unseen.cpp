// What happens in a simulated organisation where no poll looks: only a drift scan finds it.
#include <algorithm>

#include "tests/sim/sim_life.h"

namespace prospectd::test {

using mapping::Value;

void Life::happen_unseen() {
  const int64_t kind = dice_.below(3);
  if (kind == 0) return slip_in();
  return kind == 1 ? slip_edit() : purge_person();
}

// A stamp of before the time that polls read again.
sandbox::WriteOptions Life::draw_unseen() {
  sandbox::WriteOptions options;
  const auto overlap = std::chrono::duration_cast<seconds>(plan_.overlap);
  options.stamped_before = overlap + seconds{dice_.between(1, 300)};
  return options;
}

void Life::slip_in() {
  const std::string object = dice_.of_thousand(500) ? "Lead" : "Contact";
  Address address;
  const Fields fields = draw_person(object, address);
  const auto made = world_.org().create(object, fields, draw_unseen());
  if (!made) return;
  say("unseen: made " + made->id);
  memory_.unseen.insert(made->id);
  note_opt_out(made->id, fields);
}

void Life::slip_edit() {
  const auto people = live_people();
  if (people.empty()) return;
  const Person person = dice_.pick(people);
  say("unseen: changed " + person.id);
  memory_.unseen.insert(person.id);
  update(person, draw_edit(person.object), draw_unseen());
}

// Nobody who was made here to be given a record, lest it is looked for and made anew; nor what others became.
void Life::purge_person() {
  auto people = live_people();
  std::erase_if(people, [this](const Person& person) {
    const sandbox::Table& table = *world_.org().table(person.object);
    const auto name = table.text(*table.find(person.id), table.type().column("LastName"));
    return name.starts_with(kMadeHere) || memory_.was_once.contains(person.id);
  });
  if (people.empty()) return;
  const Person person = dice_.pick(people);
  note_opt_out_of(person.object, person.id);
  if (!world_.org().purge(person.id)) return;
  say("unseen: purged " + person.id);
  memory_.unseen.insert(person.id);
}

}  // namespace prospectd::test
