// RecordingTransport: keeps a copy of every request, so that it can be sent once more. On the loop's thread.
#pragma once

#include <utility>
#include <vector>

#include "connectors/http/transport.h"

namespace prospectd::bench {

class RecordingTransport final : public http::Transport {
 public:
  /// Both outlive it.
  RecordingTransport(http::Transport& network, std::vector<http::Request>& requests)
      : network_(network), requests_(requests) {}
  boost::asio::awaitable<Result<http::Response>> send(http::Request request) override {
    requests_.push_back(request);
    return network_.send(std::move(request));
  }
  void cancel_all() override { network_.cancel_all(); }

 private:
  http::Transport& network_;
  std::vector<http::Request>& requests_;
};

}  // namespace prospectd::bench
