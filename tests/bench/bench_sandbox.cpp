#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/bench/curl_client.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kLoadGoal = 50'000;  // a million in 20 s
constexpr double kServeGoal = 500'000;
constexpr double kWriteGoal = 50'000;
constexpr double kOverheadGoal = 1.2;  // KiB a record beside the data
constexpr int kWritesARun = 250;
constexpr int kRecordsAWrite = 200;
constexpr const char* kQuery =
    "SELECT+Id,SystemModstamp,IsDeleted,Email,FirstName,LastName,Title,Phone,MobilePhone,Street,City,State,"
    "PostalCode,Country,LeadSource,HasOptedOutOfEmail,OwnerId,Company,Website,Status+FROM+Lead";

int64_t bytes_in(const std::string& folder) {
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder))
    bytes += static_cast<int64_t>(entry.file_size());
  return bytes;
}

std::string collection_body() {
  nlohmann::json records = nlohmann::json::array();
  for (int i = 0; i < kRecordsAWrite; ++i) {
    const std::string number = std::to_string(i);
    records.push_back({{"attributes", {{"type", "Lead"}}},
                       {"LastName", "Written " + number},
                       {"FirstName", "Ada"},
                       {"Company", "Acme " + number},
                       {"Title", "Head of Operations"},
                       {"Phone", "+49 30 1234 " + number}});
  }
  return nlohmann::json{{"allOrNone", false}, {"records", std::move(records)}}.dump();
}

// What lies between quotes behind a key; "" where the key is not among the first bytes of the text.
std::string_view quoted_behind(std::string_view text, std::string_view key) {
  constexpr size_t kHeadBytes = 200;
  const size_t at = text.substr(0, kHeadBytes).find(key);
  if (at == std::string_view::npos) return {};
  const size_t begin = at + key.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

class SandboxBench {
 public:
  explicit SandboxBench(Bench& bench) : bench_(bench), folder_(bench.bed.work().file("export")) {}

  Result<void> run() {
    PD_TRY(
        run_child({own_program(), "role", "write-export", std::to_string(bench_.options.people), folder_}));
    for (int round = 0; round < bench_.options.runs; ++round) {
      bench_.tell(round, "sandbox");
      PD_TRY(measure_load());
      PD_TRY(measure_serving());
      PD_TRY(measure_writing());
      PD_TRY(crm_.finish());
    }
    report();
    return {};
  }

 private:
  Result<void> measure_load() {
    PD_ASSIGN(read, run_child({own_program(), "role", "read-export", folder_}));
    PD_TRY(add_rate(read, read_));
    PD_ASSIGN(child, Child::start({own_program(), "role", "load-export", folder_}));
    crm_ = std::move(child);
    const std::string figures = crm_.read_line();
    PD_TRY(add_rate(figures, loaded_));
    PD_ASSIGN(records, figure_in(figures, "records"));
    PD_ASSIGN(bytes, figure_in(figures, "bytes"));
    constexpr double kKibibyte = 1024;
    overhead_.push_back((bytes - static_cast<double>(bytes_in(folder_))) / records / kKibibyte);
    memory_.push_back(bytes / records / kKibibyte);
    std::istringstream line(crm_.read_line());
    std::string secret, client_id;
    line >> url_ >> client_id >> secret;
    client_ = std::make_unique<CurlClient>();
    PD_ASSIGN(answer, client_->post(url_ + "/services/oauth2/token",
                                    "grant_type=client_credentials&client_id=" + client_id +
                                        "&client_secret=" + secret));
    const auto token = nlohmann::json::parse(*answer, nullptr, false);
    client_->add_header("Authorization: Bearer " + token.value("access_token", ""));
    return {};
  }

  static Result<void> add_rate(const std::string& figures, std::vector<double>& rates) {
    PD_ASSIGN(records, figure_in(figures, "records"));
    PD_ASSIGN(seconds, figure_in(figures, "seconds"));
    rates.push_back(records / seconds);
    return {};
  }

  // Every page over one kept connection, its records counted by nobody but the server.
  Result<void> measure_serving() {
    const double began = seconds_now();
    std::string target = std::string("/services/data/v60.0/query?q=") + kQuery;
    double records = 0;
    size_t bytes = 0;
    int pages = 0;
    while (!target.empty()) {
      PD_ASSIGN(body, client_->get(url_ + target));
      bytes += body->size();
      ++pages;
      if (records == 0) records = std::stod("0" + body->substr(body->find(':') + 1, 12));
      target = quoted_behind(*body, "\"nextRecordsUrl\":\"");
    }
    served_.push_back(records / (seconds_now() - began));
    return measure_bytes(static_cast<int64_t>(bytes) / pages, pages, records, served_bytes_);
  }

  Result<void> measure_writing() {
    const std::string body = collection_body();
    client_->add_header("Content-Type: application/json");
    const double began = seconds_now();
    size_t bytes = 0;
    for (int i = 0; i < kWritesARun; ++i) {
      PD_ASSIGN(answer, client_->post(url_ + "/services/data/v60.0/composite/sobjects", body));
      if (answer->find("\"success\":false") != std::string::npos)
        return make_error(ErrorCode::kInternal, "a record was refused: " + answer->substr(0, 300));
      bytes = answer->size();
    }
    constexpr double kRecords = kWritesARun * kRecordsAWrite;
    written_.push_back(kRecords / (seconds_now() - began));
    return measure_bytes(static_cast<int64_t>(bytes), kWritesARun, kRecords, written_bytes_, &body);
  }

  // The same bytes from a server that does nothing for them.
  static Result<void> measure_bytes(int64_t bytes, int requests, double records, std::vector<double>& rates,
                                    const std::string* body = nullptr) {
    PD_ASSIGN(server, Child::start({own_program(), "role", "bytes", std::to_string(bytes)}));
    const std::string url = "http://127.0.0.1:" + server.read_line() + "/";
    CurlClient client;
    const double began = seconds_now();
    for (int i = 0; i < requests; ++i) {
      if (body == nullptr) {
        PD_TRY(client.get(url));
      } else {
        PD_TRY(client.post(url, *body));
      }
    }
    rates.push_back(records / (seconds_now() - began));
    return server.finish();
  }

  void report() const {
    Report& report = bench_.report;
    report.begin("sandbox",
                 "The sandbox with an export of " + group_digits(bench_.options.people) + " people");
    report.add({"sandbox_load", "load, records/s", loaded_, 0, "its CSV files read and no more", read_,
                at_least(kLoadGoal)});
    report.add({"sandbox_memory", "memory, KiB a record", memory_, 2});
    report.add(
        {"sandbox_overhead", "of it beside the data, KiB", overhead_, 2, {}, {}, at_most(kOverheadGoal)});
    report.add({"sandbox_serve", "served over one connection, records/s", served_, 0,
                "a server of the same bytes", served_bytes_, at_least(kServeGoal)});
    report.add({"sandbox_write", "written in collections, records/s", written_, 0,
                "a server of the same bytes", written_bytes_, at_least(kWriteGoal)});
  }

  Bench& bench_;
  std::string folder_;
  Child crm_;
  std::string url_;
  std::unique_ptr<CurlClient> client_;
  std::vector<double> read_, loaded_, memory_, overhead_, served_, served_bytes_, written_, written_bytes_;
};

}  // namespace

Result<void> bench_sandbox(Bench& bench) {
  return SandboxBench(bench).run();
}

}  // namespace prospectd::bench
