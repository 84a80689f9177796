#include "daemon/wire/describe.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "connectors/http/transport.h"
#include "daemon/engine/maps.h"
#include "daemon/wire/crm_options.h"

namespace prospectd::wire {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> ask(Connector& connector, const std::vector<std::string>& objects,
                          cli::Described& described) {
  for (const std::string& object : objects) {
    std::string name = object;
    auto schema = co_await connector.describe(std::move(name));
    if (!schema && !engine::concerns_one_object(schema.error())) {
      described.error = std::move(schema).error();
      co_return;
    }
    described.schemas.push_back(std::move(schema));
  }
}

}  // namespace

cli::Described describe_objects(const config::Config& config, const config::Plugin& plugin,
                                const std::vector<std::string>& objects) {
  cli::Described described;
  asio::io_context io(1);
  const auto transport = http::make_curl_transport(io, http::CurlOptions{});
  auto options = crm_options(config, plugin);
  if (!options) {
    described.error = options.error();
    return described;
  }
  options->timeout = kAskWithin;
  const auto connector = salesforce::make_salesforce_connector(*transport, *std::move(options));
  asio::co_spawn(
      io, [&] { return ask(*connector, objects, described); },
      [&](std::exception_ptr failure) {
        if (failure) described.error = make_error(ErrorCode::kInternal, "the CRM could not be asked");
        io.stop();  // a kept connection is nothing to wait for
      });
  io.run();
  return described;
}

}  // namespace prospectd::wire
