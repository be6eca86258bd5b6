// Bytes to messages, without I/O: what a server reads requests with, and a client responses.
//
//   RequestParser parser(limits);
//   parser.read_head(input)      once per call: how much of the input it took; done, or more, or
//   parser.read_body(input, to)  refused. What it did not take is given again, with what came since
//
// Boost.Beast does the parsing, behind a check of the raw bytes (head.h) and rules of ours that
// leave no doubt about where a message ends: one Content-Length, of digits alone; or one
// Transfer-Encoding that is "chunked", in HTTP/1.1; never both.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/owner.h"
#include "weir/http/counters.h"
#include "weir/http/head.h"
#include "weir/http/limits.h"
#include "weir/http/request.h"

namespace weir::http {

enum class Parsed : std::uint8_t {
  more,     // needs more input than there is
  done,     // the head, or the body, is whole
  refused,  // refusal() says why; the parser is over
};

struct Progress {
  Parsed parsed = Parsed::more;
  std::uint32_t taken = 0;  // of the input
};

// Who is given a body.
class BodySink {
 public:
  virtual void take(std::string_view part) = 0;

 protected:
  ~BodySink() = default;
};

// What a message's head says of the message.
struct MessageHead {
  std::vector<Field> fields;
  bool is_http_1_0 = false;
  bool keeps_alive = false;
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;  // if it has one
  bool expects_continue = false;
  // Of a request.
  std::string_view method;
  std::string_view target;
  // Of a response.
  int status = 0;
};

// What both have in common: `isRequest` chooses the grammar.
template <bool isRequest>
class MessageParser {
 public:
  explicit MessageParser(Limits const& limits);
  ~MessageParser();
  MessageParser(MessageParser const&) = delete;
  MessageParser& operator=(MessageParser const&) = delete;

  // For the next message. `no_body`: a response to HEAD, which has none whatever it says.
  void reset(bool no_body = false);
  // Nothing of the message has come yet.
  bool is_fresh() const { return fresh_; }

  Progress read_head(std::string_view input);
  // Valid from the end of read_head() to reset(): it lies in memory of the parser's.
  MessageHead const& head() const { return head_; }
  bool has_body() const;
  // Before read_body(): beyond it is body_too_large.
  void limit_body(std::uint64_t bytes_max);
  Progress read_body(std::string_view input, BodySink& sink);
  // Of a response that lasts until the peer's end: whether this is a proper one.
  bool ends_here() const;
  Refusal refusal() const { return refusal_; }

 private:
  class Reader;

  Progress refused(Refusal refusal, std::uint32_t taken);
  Refusal check_head();

  Limits const& limits_;
  bool fresh_ = true;
  bool no_body_ = false;
  Refusal refusal_ = Refusal::none;
  HeadScanner scanner_;
  std::string text_;  // of the head; what the fields look into
  MessageHead head_;
  Owner<Reader> reader_;
};

using RequestParser = MessageParser<true>;
using ResponseParser = MessageParser<false>;

}  // namespace weir::http
