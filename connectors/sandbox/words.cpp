#include "connectors/sandbox/words.h"

namespace prospectd::sandbox {
namespace {

constexpr NameWord kFirst[] = {
    {"Ana", "ana"},
    {"Bruno", "bruno"},
    {"Chloé", "chloe"},
    {"Dmitri", "dmitri"},
    {"Elif", "elif"},
    {"Farid", "farid"},
    {"Grace", "grace"},
    {"Håkon", "hakon"},
    {"Inês", "ines"},
    {"Jürgen", "jurgen"},
    {"Katarzyna", "katarzyna"},
    {"Łukasz", "lukasz"},
    {"María", "maria"},
    {"Nguyễn", "nguyen"},
    {"Oluwaseun", "oluwaseun"},
    {"Priya", "priya"},
    {"Quentin", "quentin"},
    {"Renée", "renee"},
    {"Søren", "soren"},
    {"Tomáš", "tomas"},
    {"Ursula", "ursula"},
    {"Vanessa", "vanessa"},
    {"William", "william"},
    {"Ximena", "ximena"},
    {"Yusuf", "yusuf"},
    {"Zoë", "zoe"},
    {"Ольга", "olga"},
    {"Иван", "ivan"},
    {"Ελένη", "eleni"},
    {"美咲", "misaki"},
    {"伟", "wei"},
    {"지훈", "jihoon"},
    {"محمد", "mohammed"},
    {"נועה", "noa"},
    {"Amara", "amara"},
    {"Björn", "bjorn"},
    {"Carlos", "carlos"},
    {"Danielle", "danielle"},
    {"Emre", "emre"},
    {"Fatima", "fatima"},
    {"Giulia", "giulia"},
    {"Hannah", "hannah"},
    {"Ibrahim", "ibrahim"},
    {"Jean-Luc", "jean-luc"},
    {"Kwame", "kwame"},
    {"Leila", "leila"},
    {"Mary Ann", "maryann"},
    {"Niamh", "niamh"},
};
constexpr NameWord kLast[] = {
    {"Silva", "silva"},
    {"Müller", "muller"},
    {"O'Brien", "obrien"},
    {"García", "garcia"},
    {"Nowak", "nowak"},
    {"Yılmaz", "yilmaz"},
    {"Haddad", "haddad"},
    {"Okafor", "okafor"},
    {"Sørensen", "sorensen"},
    {"Dvořák", "dvorak"},
    {"Kowalski", "kowalski"},
    {"Ivanova", "ivanova"},
    {"Smith", "smith"},
    {"van der Berg", "vanderberg"},
    {"Fernández", "fernandez"},
    {"Rossi", "rossi"},
    {"Иванова", "ivanova"},
    {"Παπαδοπούλου", "papadopoulou"},
    {"山田", "yamada"},
    {"王", "wang"},
    {"김", "kim"},
    {"Nguyen", "nguyen"},
    {"Patel", "patel"},
    {"Johansson", "johansson"},
    {"Þórsdóttir", "thorsdottir"},
    {"D'Angelo", "dangelo"},
    {"Lefèvre", "lefevre"},
    {"Schäfer", "schafer"},
    {"Mbeki", "mbeki"},
    {"Cohen", "cohen"},
    {"Ångström", "angstrom"},
    {"Tremblay", "tremblay"},
    {"Brown", "brown"},
    {"Kaya", "kaya"},
    {"Horvat", "horvat"},
    {"Weiß", "weiss"},
    {"Abubakar", "abubakar"},
    {"Castillo", "castillo"},
    {"MacDonald", "macdonald"},
    {"Singh", "singh"},
};
constexpr NameWord kHeads[] = {
    {"Bright", "bright"},   {"Nord", "nord"},       {"Blue", "blue"},       {"Città", "citta"},
    {"Über", "uber"},       {"Granite", "granite"}, {"Harbour", "harbour"}, {"Solar", "solar"},
    {"Copper", "copper"},   {"Río", "rio"},         {"Silver", "silver"},   {"Quantum", "quantum"},
    {"Maple", "maple"},     {"Delta", "delta"},     {"Forêt", "foret"},     {"Orion", "orion"},
    {"Cascade", "cascade"}, {"Lumen", "lumen"},     {"Æther", "aether"},    {"Prairie", "prairie"},
    {"東京", "tokyo"},      {"Nova", "nova"},       {"Ember", "ember"},     {"Atlas", "atlas"},
};
constexpr NameWord kTails[] = {
    {"steel", "steel"},
    {" Logistics", "logistics"},
    {"works", "works"},
    {" Robotics", "robotics"},
    {" Foods", "foods"},
    {" & Partners", "partners"},
    {" Energy", "energy"},
    {" Textiles", "textiles"},
    {"soft", "soft"},
    {" Médical", "medical"},
    {" Shipping", "shipping"},
    {" Bank", "bank"},
    {" Optics", "optics"},
    {" Farms", "farms"},
    {" Studios", "studios"},
    {" Freight", "freight"},
    {" Chemicals", "chemicals"},
    {" Design", "design"},
    {"net", "net"},
    {" Bio", "bio"},
};
constexpr std::string_view kForms[] = {"Inc.", "GmbH",   "Ltd", "S.A.", "AB",
                                       "LLC",  "S.p.A.", "Co.", "BV",   "株式会社"};
constexpr std::string_view kTitles[] = {"Chief Executive Officer",
                                        "VP Sales",
                                        "Head of Purchasing",
                                        "IT Manager",
                                        "Engineer",
                                        "Office Manager",
                                        "Marketing Director",
                                        "Directrice générale",
                                        "Geschäftsführer",
                                        "Analyst",
                                        "Plant Manager",
                                        "Account Executive",
                                        "CFO",
                                        "Owner",
                                        "Buyer"};
constexpr std::string_view kDepartments[] = {"Sales",   "Purchasing", "IT",
                                             "Finance", "Operations", "Marketing"};
constexpr std::string_view kStreets[] = {"Main Street",   "Hauptstraße", "Rue de la Paix", "High Street",
                                         "Calle Mayor",   "Via Roma",    "Station Road",   "Storgatan",
                                         "Market Square", "Elm Avenue"};
constexpr City kCities[] = {
    {"Reno", "NV", "USA", "+1 775"},
    {"Austin", "TX", "USA", "+1 512"},
    {"Boston", "MA", "USA", "+1 617"},
    {"Toronto", "ON", "Canada", "+1 416"},
    {"Montréal", "QC", "Canada", "+1 514"},
    {"Berlin", "", "Germany", "+49 30"},
    {"München", "Bayern", "Germany", "+49 89"},
    {"Zürich", "ZH", "Switzerland", "+41 44"},
    {"Paris", "", "France", "+33 1"},
    {"Malmö", "", "Sweden", "+46 40"},
    {"Kraków", "", "Poland", "+48 12"},
    {"İstanbul", "", "Türkiye", "+90 212"},
    {"São Paulo", "SP", "Brazil", "+55 11"},
    {"東京都", "", "日本", "+81 3"},
    {"Lagos", "", "Nigeria", "+234 1"},
    {"Sydney", "NSW", "Australia", "+61 2"},
};
constexpr std::string_view kMalformed[] = {"not given",
                                           "n/a",
                                           "name@",
                                           "@company.example",
                                           "two@@signs.example",
                                           "no-domain",
                                           "a b@c.example",
                                           "ask reception",
                                           "x@localhost",
                                           "unknown@company,example",
                                           "mailto:someone",
                                           "name(at)firm.example"};

}  // namespace

std::span<const NameWord> first_names() {
  return kFirst;
}
std::span<const NameWord> last_names() {
  return kLast;
}
std::span<const NameWord> company_heads() {
  return kHeads;
}
std::span<const NameWord> company_tails() {
  return kTails;
}
std::span<const std::string_view> company_forms() {
  return kForms;
}
std::span<const std::string_view> job_titles() {
  return kTitles;
}
std::span<const std::string_view> departments() {
  return kDepartments;
}
std::span<const std::string_view> streets() {
  return kStreets;
}
std::span<const City> cities() {
  return kCities;
}
std::span<const std::string_view> malformed_addresses() {
  return kMalformed;
}

}  // namespace prospectd::sandbox
