#include "connectors/http/metered_transport.h"

#include <algorithm>
#include <iterator>

namespace prospectd::http {
namespace {

namespace asio = boost::asio;

// What a CRM and what stands before it answer with; a status that is not here goes by its class.
constexpr int kUsualStatuses[] = {200, 201, 204, 300, 301, 302, 304, 307, 400, 401, 403,
                                  404, 405, 409, 412, 415, 420, 429, 500, 502, 503, 504};

std::string outcome_of(const Result<Response>& answer) {
  if (!answer) return std::string(name_of(answer.error().code));
  const int status = answer->status;
  if (std::ranges::find(kUsualStatuses, status) != std::end(kUsualStatuses)) return std::to_string(status);
  if (status < 100 || status > 599) return "other";
  return std::to_string(status / 100) + "xx";
}

class CountingTransport final : public MeteredTransport {
 public:
  explicit CountingTransport(Transport& behind) : behind_(behind) {}

  asio::awaitable<Result<Response>> send(Request request) override {
    Result<Response> answer = co_await behind_.send(std::move(request));
    ++requests_[outcome_of(answer)];
    co_return answer;
  }
  void cancel_all() override { behind_.cancel_all(); }
  const std::map<std::string, int64_t>& requests() const override { return requests_; }

 private:
  Transport& behind_;
  std::map<std::string, int64_t> requests_;
};

}  // namespace

std::unique_ptr<MeteredTransport> make_metered_transport(Transport& behind) {
  return std::make_unique<CountingTransport>(behind);
}

}  // namespace prospectd::http
