// What the server does to messages beside reading and writing them: undoing and applying gzip, and the head
// of an answer. Internal to the server. Pure but for the clock of the Date header; any thread.
#pragma once

#include <cstddef>
#include <string>

#include "connectors/http/message.h"

namespace prospectd::http {

/// Undoes the request body's Content-Encoding in place and drops that header.
/// Returns 0, or the status that refuses it: 400 (not gzip, or cut), 413 (over `body_max` once decoded), 415
/// (another coding).
int decode_request_body(ServerRequest& request, size_t body_max);

/// True when Accept-Encoding takes gzip: named, or `*`, with no q of 0.
bool accepts_gzip(const Headers& headers);

/// Compresses the body where that pays (1 KiB or more, not encoded already) and says so in the headers.
void compress_response(Response& response);

/// A short plain-text answer for a request that never reaches the handler, where ServerOptions::refusal has
/// no other.
Response plain_response(int status);

/// How the answer goes out.
struct HeadOptions {
  bool close = false;                ///< the connection ends with this answer
  bool announce_keep_alive = false;  ///< HTTP/1.0 keeps a connection only when told
};

/// Status line and headers with the blank line; the server's own fields (Content-Length, Connection, Date
/// unless the handler gave one) are added, and the handler's Transfer-Encoding, Content-Length and Connection
/// dropped. Empty when status or a header can't be sent.
std::string response_head(const Response& response, HeadOptions options);

/// False for answers that never have a body: 1xx, 204 and 304.
bool status_has_body(int status);

}  // namespace prospectd::http
