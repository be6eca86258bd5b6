// The only file that knows Boost.Beast.
#include "weir/http/parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <optional>

#include "weir/base/assert.h"

namespace weir::http {

namespace beast = boost::beast;

namespace {

Refusal refusal_of(beast::error_code const& code) {
  using beast::http::error;
  if (code == error::body_limit) return Refusal::body_too_large;
  if (code == error::bad_version) return Refusal::unknown_version;
  bool const length = code == error::bad_content_length || code == error::multiple_content_length ||
                      code == error::bad_transfer_encoding || code == error::bad_chunk ||
                      code == error::bad_chunk_extension;
  return length ? Refusal::ambiguous_length : Refusal::malformed;
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool is_number(std::string_view text, std::uint64_t& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// Of what stands before a chunk's bytes: the CR LF behind the chunk before it, if there is one; the
// line with its size; and after the last chunk's line, the fields behind it with their empty line.
// 0: `text` has not all of it yet.
std::size_t chunk_header_size(std::string_view text, bool is_first) {
  std::size_t const begin = is_first ? 0 : 2;
  std::size_t const end = text.find("\r\n", begin);
  if (end == text.npos) return 0;
  std::uint64_t chunk_bytes = 1;  // what is no number is left to Beast to refuse
  std::from_chars(text.data() + begin, text.data() + end, chunk_bytes, 16);
  if (chunk_bytes > 0) return end + 2;
  std::size_t const last = text.find("\r\n\r\n", end);
  return last == text.npos ? 0 : last + 4;
}

}  // namespace

// Beast's parser of one message; it is made anew for each.
template <bool isRequest>
class MessageParser<isRequest>::Reader {
 public:
  // `fields` is where those of the head go.
  void begin(MessageHead& head, bool no_body) {
    parser_.emplace(head);
    parser_->body_limit(boost::none);
    parser_->header_limit(UINT32_MAX);  // ours has been applied
    if (no_body) parser_->skip(true);
  }
  Refusal put_head(std::string_view text) {
    beast::error_code error;
    parser_->eager(false);
    std::size_t const taken = parser_->put({text.data(), text.size()}, error);
    if (error) return refusal_of(error);
    return taken == text.size() && parser_->is_header_done() ? Refusal::none : Refusal::malformed;
  }
  void limit_body(std::uint64_t bytes_max) { parser_->body_limit(bytes_max); }
  bool is_done() const { return parser_->is_done(); }
  bool needs_eof() const { return parser_->need_eof(); }

  // Needs more, is done, or is refused. A chunk's header is put whole, in a piece of its own: Beast
  // asserts that a last one which it is given again has five bytes, and reads a quoted extension on
  // behind its line.
  Progress put_body(std::string_view input, BodySink& sink, std::uint32_t header_bytes_max,
                    Refusal& refusal) {
    parser_->sink = &sink;
    std::uint32_t taken = 0;
    while (!parser_->is_done() && taken < input.size()) {  // ends: each turn takes something
      std::string_view part = input.substr(taken);
      if (parser_->is_at_chunk_header()) {
        std::size_t const size = chunk_header_size(part, parser_->is_at_first_chunk());
        if ((size > 0 ? size : part.size()) > header_bytes_max) {
          refusal = Refusal::ambiguous_length;
          return {Parsed::refused, taken};
        }
        if (size == 0) break;
        part = part.substr(0, size);
      }
      beast::error_code error;
      auto const count =
          static_cast<std::uint32_t>(parser_->put({part.data(), part.size()}, error));
      taken += count;
      if (error || count == 0) {
        refusal = refusal_of(error);
        return {Parsed::refused, taken};
      }
    }
    return {parser_->is_done() ? Parsed::done : Parsed::more, taken};
  }

 private:
  class Events final : public beast::http::basic_parser<isRequest> {
   public:
    explicit Events(MessageHead& head) : head_(head) {}
    BodySink* sink = nullptr;

    bool is_at_chunk_header() const { return head_.chunked && chunk_bytes_left_ == 0; }
    bool is_at_first_chunk() const { return at_first_chunk_; }

   private:
    using Error = beast::error_code;

    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                         int version, Error&) override {
      head_.method = view(method);
      head_.target = view(target);
      head_.is_http_1_0 = version == 10;
    }
    void on_response_impl(int code, beast::string_view, int version, Error&) override {
      head_.status = code;
      head_.is_http_1_0 = version == 10;
    }
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       Error&) override {
      if (!in_body_) head_.fields.push_back({view(name), view(value)});
    }
    void on_header_impl(Error&) override {
      head_.keeps_alive = this->keep_alive();
      head_.chunked = this->chunked();
      in_body_ = true;
    }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
    std::size_t on_body_impl(beast::string_view body, Error&) override {
      if (!body.empty()) sink->take(view(body));
      return body.size();
    }
    void on_chunk_header_impl(std::uint64_t size, beast::string_view, Error&) override {
      chunk_bytes_left_ = size;
      at_first_chunk_ = false;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Error&) override {
      chunk_bytes_left_ -= body.size();
      if (!body.empty()) sink->take(view(body));
      return body.size();
    }
    void on_finish_impl(Error&) override {}

    MessageHead& head_;
    bool in_body_ = false;  // what fields follow are behind it
    bool at_first_chunk_ = true;
    std::uint64_t chunk_bytes_left_ = 0;
  };

  std::optional<Events> parser_;
};

template <bool isRequest>
MessageParser<isRequest>::MessageParser(Limits const& limits)
    : limits_(limits), reader_(new Reader) {
  reset();
}

template <bool isRequest>
MessageParser<isRequest>::~MessageParser() = default;

template <bool isRequest>
void MessageParser<isRequest>::reset(bool no_body) {
  fresh_ = true;
  no_body_ = no_body;
  refusal_ = Refusal::none;
  scanner_.reset();
  head_.fields.clear();
  std::vector<Field> fields = std::move(head_.fields);
  head_ = {};
  head_.fields = std::move(fields);
}

template <bool isRequest>
Progress MessageParser<isRequest>::refused(Refusal refusal, std::uint32_t taken) {
  WEIR_ASSERT(refusal != Refusal::none);
  refusal_ = refusal;
  return {Parsed::refused, taken};
}

template <bool isRequest>
Progress MessageParser<isRequest>::read_head(std::string_view input) {
  WEIR_ASSERT(refusal_ == Refusal::none);
  if (input.empty()) return {};
  // One empty line before a request is what some clients put behind a body.
  std::uint32_t skipped = 0;
  if (isRequest && fresh_) {
    if (input == "\r") return {};
    if (input.starts_with("\r\n")) skipped = 2;
    input.remove_prefix(skipped);
    if (skipped > 0) {
      fresh_ = false;
      return {Parsed::more, skipped};
    }
  }
  fresh_ = false;
  std::uint32_t const size = scanner_.scan(input, limits_);
  if (scanner_.refusal() != Refusal::none) return refused(scanner_.refusal(), 0);
  if (size == 0) return {};
  text_.assign(input.substr(0, size));
  reader_->begin(head_, no_body_);
  Refusal refusal = reader_->put_head(text_);
  if (refusal == Refusal::none) refusal = check_head();
  if (refusal != Refusal::none) return refused(refusal, size);
  return {Parsed::done, size};
}

template <bool isRequest>
Refusal MessageParser<isRequest>::check_head() {
  std::uint32_t hosts = 0;
  std::uint32_t lengths = 0;
  std::uint32_t codings = 0;
  for (Field const& field : head_.fields) {
    if (same_token(field.name, "host")) {
      ++hosts;
    } else if (same_token(field.name, "content-length")) {
      ++lengths;
      if (!is_number(field.value, head_.length)) return Refusal::ambiguous_length;
    } else if (same_token(field.name, "transfer-encoding")) {
      ++codings;
      if (!same_token(field.value, "chunked")) return Refusal::unknown_coding;
    } else if (isRequest && same_token(field.name, "expect")) {
      if (!same_token(field.value, "100-continue")) return Refusal::unknown_expectation;
      head_.expects_continue = !head_.is_http_1_0;
    }
  }
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) return Refusal::ambiguous_length;
  if (codings > 0 && head_.is_http_1_0) return Refusal::ambiguous_length;
  head_.has_length = lengths == 1;
  if (!isRequest) return Refusal::none;
  bool const host = hosts == 1 || (hosts == 0 && head_.is_http_1_0);
  return host ? Refusal::none : Refusal::bad_host;
}

template <bool isRequest>
bool MessageParser<isRequest>::has_body() const {
  return !reader_->is_done();
}

template <bool isRequest>
void MessageParser<isRequest>::limit_body(std::uint64_t bytes_max) {
  reader_->limit_body(bytes_max);
  if (has_body() && head_.has_length && head_.length > bytes_max)
    refusal_ = Refusal::body_too_large;
}

template <bool isRequest>
Progress MessageParser<isRequest>::read_body(std::string_view input, BodySink& sink) {
  if (refusal_ != Refusal::none) return {Parsed::refused, 0};
  if (reader_->is_done()) return {Parsed::done, 0};
  Refusal refusal = Refusal::none;
  Progress const progress = reader_->put_body(input, sink, limits_.chunk_line_bytes_max, refusal);
  if (progress.parsed == Parsed::refused) return refused(refusal, progress.taken);
  return progress;
}

template <bool isRequest>
bool MessageParser<isRequest>::ends_here() const {
  return reader_->needs_eof() && !fresh_;
}

template class MessageParser<true>;
template class MessageParser<false>;

}  // namespace weir::http
