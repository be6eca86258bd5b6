// Who answers: a handler, which is given the request with its whole body, or a receiver, which is
// given the body part by part as it comes.
//
//   server.post("/sum", [](http::Request const& request) { return http::text(sum(request.body));
//   });
//
//   struct Count {
//     std::uint64_t bytes = 0;
//     void take(std::string_view part) { bytes += part.size(); }
//     http::Response finish() { return http::text(std::to_string(bytes)); }
//   };
//   server.receive(http::Method::put, "/count", [](http::Request const&) { return Count{}; });
//
// take() may return http::Take::pause: nothing more is received then until Server::resume() (what
// one receive has brought is still given). A function that throws is answered with 500.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/owner.h"
#include "weir/http/request.h"
#include "weir/http/response.h"

namespace weir::http {

enum class Take : std::uint8_t { more, pause };

template <class T>
concept is_receiver = requires(T& receiver, std::string_view part) {
  receiver.take(part);
  { receiver.finish() } -> std::convertible_to<Response>;
};
template <class F>
concept is_handler = std::is_invocable_r_v<Response, F&, Request const&>;
template <class F>
concept makes_receiver = is_receiver<std::remove_cvref_t<std::invoke_result_t<F&, Request const&>>>;

class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual Take take(std::string_view part) = 0;
  virtual Response finish() = 0;
};

template <is_receiver T>
class ReceiverOf final : public Receiver {
 public:
  explicit ReceiverOf(T receiver) : receiver_(std::move(receiver)) {}
  Take take(std::string_view part) override {
    if constexpr (std::is_same_v<decltype(receiver_.take(part)), Take>) {
      return receiver_.take(part);
    } else {
      receiver_.take(part);
      return Take::more;
    }
  }
  Response finish() override { return receiver_.finish(); }

 private:
  T receiver_;
};

// Exactly one of the two does something.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual bool receives() const { return false; }
  virtual Response answer(Request const&) { return {}; }
  virtual Owner<Receiver> receive(Request const&) { return {}; }
};

template <is_handler F>
class HandlerOf final : public Handler {
 public:
  explicit HandlerOf(F function) : function_(std::move(function)) {}
  Response answer(Request const& request) override { return function_(request); }

 private:
  F function_;
};

template <makes_receiver F>
class ReceivingHandlerOf final : public Handler {
 public:
  explicit ReceivingHandlerOf(F function) : function_(std::move(function)) {}
  bool receives() const override { return true; }
  Owner<Receiver> receive(Request const& request) override {
    using T = std::remove_cvref_t<std::invoke_result_t<F&, Request const&>>;
    return Owner<Receiver>(new ReceiverOf<T>(function_(request)));
  }

 private:
  F function_;
};

}  // namespace weir::http
