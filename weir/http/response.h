// What a handler gives back:
//
//   return http::text("ok");
//   return http::content("application/json", "{}");
//   return http::status(404);
//   return http::stream("text/plain", [n = 0](std::string& out) mutable {
//     out += std::to_string(n) + "\n";
//     return ++n < 1000 ? http::More::yes : http::More::no;
//   });
//
// A source is asked for the next part of the body when the peer has taken the last one, so it never
// runs ahead of it. It says `later` when it has nothing yet; Server::resume() makes it be asked
// again. Its length is not known, so it goes in chunks (to an HTTP/1.0 client: until the close).
//
// An answer that is not known yet (it takes a disk, or another thread) is asked for once more after
// each Server::resume():
//
//   return http::later([lookup](http::Response& response) {
//     if (!lookup->done) return false;
//     response = lookup->found ? http::text(lookup->text) : http::status(404);
//     return true;
//   });
//
// Length, date and connection are the server's to say; a field of these names is left out, and so
// is one whose name or value could not be sent as it is (a line break in it).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/owner.h"

namespace weir::http {

enum class More : std::uint8_t {
  yes,    // ask again when this has gone
  later,  // nothing for now: ask again after resume()
  no,     // that was all
};

class Source {
 public:
  virtual ~Source() = default;
  // Appends the next part.
  virtual More next(std::string& out) = 0;
};

template <class F>
class SourceOf final : public Source {
 public:
  explicit SourceOf(F function) : function_(std::move(function)) {}
  More next(std::string& out) override { return function_(out); }

 private:
  F function_;
};

struct Response;

// An answer that will be known later.
class Later {
 public:
  virtual ~Later() = default;
  // True: `response` is it, and nothing is asked any more. That one is not a later one again.
  virtual bool answer(Response& response) = 0;
};

template <class F>
class LaterOf final : public Later {
 public:
  explicit LaterOf(F function) : function_(std::move(function)) {}
  bool answer(Response& response) override { return function_(response); }

 private:
  F function_;
};

struct OwnedField {
  std::string name;
  std::string value;
};

struct Response {
  int status = 200;
  std::string type;  // of the body: "text/plain; charset=utf-8"; empty: not said
  std::string body;
  Owner<Source> source;  // gives the body, instead
  Owner<Later> later;    // gives all of it, instead
  std::vector<OwnedField> fields;
  bool close = false;  // the connection, when this has gone

  Response&& with(std::string name, std::string value) && {
    fields.push_back({std::move(name), std::move(value)});
    return std::move(*this);
  }
};

Response content(std::string_view type, std::string body);
Response text(std::string body);
Response html(std::string body);
Response json(std::string body);
// A page that says so in a word: "404 Not Found".
Response status(int code);
Response redirect(std::string location, int code = 302);

template <class F>
requires std::is_invocable_r_v<More, F&, std::string&> Response stream(std::string_view type,
                                                                       F source) {
  Response response = content(type, {});
  response.source = Owner<Source>(new SourceOf<F>(std::move(source)));
  return response;
}

template <class F>
requires std::is_invocable_r_v<bool, F&, Response&> Response later(F answer) {
  Response response;
  response.later = Owner<Later>(new LaterOf<F>(std::move(answer)));
  return response;
}

// "Not Found"; "Unknown" where nobody has named it.
std::string_view reason_of(int status);

}  // namespace weir::http
