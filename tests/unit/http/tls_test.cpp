// Certificates are verified against the trusted authorities and the host, and old TLS is refused: the
// transport against a TLS server with certificates made here.
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Pem {
  std::string certificate;
  std::string key;
};

template <class Writer>
std::string pem_of(Writer write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

/// A certificate signed by itself for one subject alternative name, e.g. "IP:127.0.0.1".
Pem make_certificate(const char* name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  const unsigned char common[] = "test";
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  for (const auto& [nid, value] :
       {std::pair{NID_subject_alt_name, name}, {NID_basic_constraints, "CA:TRUE"}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  Pem pem;
  pem.certificate = pem_of([certificate](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  pem.key =
      pem_of([key](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

/// Answers one request over TLS, if the client gets that far.
class TlsServer {
 public:
  TlsServer(asio::io_context& io, const Pem& pem, long forbidden_versions = 0)
      : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    context_.use_certificate(asio::buffer(pem.certificate), asio::ssl::context::pem);
    context_.use_private_key(asio::buffer(pem.key), asio::ssl::context::pem);
    SSL_CTX_set_security_level(context_.native_handle(), 0);
    SSL_CTX_set_options(context_.native_handle(), static_cast<uint64_t>(forbidden_versions));
    asio::co_spawn(io, run(), [](const std::exception_ptr&) {});
  }
  std::string url() const {
    return "https://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }
  bool was_asked() const { return asked_; }

 private:
  asio::awaitable<void> run() {
    tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context_);
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    std::string piece(4'096, '\0');
    auto space = asio::buffer(piece);
    co_await stream.async_read_some(space, asio::use_awaitable);
    asked_ = true;
    const std::string reply = ok_reply("over tls");
    const auto data = asio::buffer(reply);
    co_await asio::async_write(stream, data, asio::use_awaitable);
  }

  asio::ssl::context context_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_;
  bool asked_ = false;
};

class Tls : public testing::Test {
 protected:
  /// Asks `server` with the certificates of `trusted` as the only authorities (empty: the system's).
  Result<Response> ask(const TlsServer& server, const std::string& trusted) {
    CurlOptions options;
    if (!trusted.empty()) {
      options.ca_file = testing::TempDir() + "tls_test_" + std::to_string(getpid()) + ".pem";
      std::ofstream(options.ca_file) << trusted;
    }
    transport_ = make_curl_transport(io_, options);
    Request request;
    request.url = server.url();
    request.allow_loopback = true;
    auto answer = wait_for(io_, transport_->send(std::move(request)));
    if (!trusted.empty()) std::filesystem::remove(options.ca_file);
    return answer;
  }

  asio::io_context io_;
  std::unique_ptr<Transport> transport_;
};

TEST_F(Tls, ATrustedCertificateForTheHostIsTaken) {
  const Pem pem = make_certificate("IP:127.0.0.1");
  const TlsServer server(io_, pem);
  const auto answer = ask(server, pem.certificate);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "over tls");
}

TEST_F(Tls, ACertificateOfAnUnknownAuthorityIsRefusedBeforeAnythingIsSent) {
  const TlsServer server(io_, make_certificate("IP:127.0.0.1"));
  const auto answer = ask(server, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNetwork);
  EXPECT_NE(answer.error().message.find("certificate"), std::string::npos) << answer.error().text();
  EXPECT_FALSE(server.was_asked());
}

TEST_F(Tls, ACertificateForAnotherHostIsRefused) {
  const Pem pem = make_certificate("DNS:other.example.com");
  const TlsServer server(io_, pem);
  const auto answer = ask(server, pem.certificate);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNetwork);
  EXPECT_FALSE(server.was_asked());
}

TEST_F(Tls, OlderThan12IsRefused) {
  const Pem pem = make_certificate("IP:127.0.0.1");
  const TlsServer server(io_, pem, static_cast<long>(SSL_OP_NO_TLSv1_3 | SSL_OP_NO_TLSv1_2));
  const auto answer = ask(server, pem.certificate);
  ASSERT_FALSE(answer);
  EXPECT_FALSE(server.was_asked());
}

TEST_F(Tls, AMissingFileOfAuthoritiesIsAConfigurationError) {
  CurlOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  transport_ = make_curl_transport(io_, options);
  const TlsServer server(io_, make_certificate("IP:127.0.0.1"));
  Request request;
  request.url = server.url();
  request.allow_loopback = true;
  const auto answer = wait_for(io_, transport_->send(std::move(request)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kConfigInvalid);
}

TEST_F(Tls, PlainHttpOnTheOtherSideIsANetworkError) {
  World world;
  world.serve(echo);
  Request request = World::local_get(world.port());
  request.url = "https://127.0.0.1:" + std::to_string(world.port()) + "/";
  const auto answer = world.send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNetwork);
}

}  // namespace
}  // namespace prospectd::http
