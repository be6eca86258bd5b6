#include "tools/weir_top/fetch.h"

#include <netdb.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::top {

namespace {

constexpr Duration answer_time_max = 5 * seconds;

Error no_url(std::string_view text) {
  return {0, "\"" + std::string(text) + "\" is no URL of a weir program; it looks like " +
                 "http://127.0.0.1:9100"};
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return '0' <= c && c <= '9'; });
}

Result<Address> look_up(Url const& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int const code = ::getaddrinfo(url.host.c_str(), url.port_number.c_str(), &hints, &found);
  if (code != 0) return Error{0, "cannot find " + url.host + ": " + ::gai_strerror(code)};
  Address const address = Address::from(*found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return address;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  std::string_view rest = text;
  constexpr std::string_view scheme = "http://";
  if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  else if (rest.find("://") != rest.npos) return no_url(text);
  Url url;
  std::size_t const path = rest.find('/');
  if (path != rest.npos && path + 1 < rest.size()) url.path = rest.substr(path);
  rest = rest.substr(0, path);
  bool const bracketed = rest.starts_with("[");
  std::size_t const host_end = bracketed ? rest.find(']') : rest.find(':');
  if (bracketed && host_end == rest.npos) return no_url(text);
  url.host = rest.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  std::string_view after = host_end == rest.npos ? "" : rest.substr(host_end + (bracketed ? 1 : 0));
  if (after.starts_with(":")) {
    after.remove_prefix(1);
    if (!is_number(after)) return no_url(text);
    url.port_number = after;
  } else if (!after.empty()) {
    return no_url(text);
  }
  auto const harmless = [](char c) { return c > ' ' && c < 0x7F; };
  bool const whole = !url.host.empty() && std::all_of(text.begin(), text.end(), harmless);
  if (!whole) return no_url(text);
  return url;
}

Result<std::unique_ptr<Fetcher>> Fetcher::make(std::string_view text) {
  Result<Url> url = parse_url(text);
  if (!url) return url.error();
  Result<Address> const address = look_up(url.value());
  if (!address) return address.error();
  auto worker = Worker::make();
  if (!worker) return worker.error();
  return std::unique_ptr<Fetcher>(
      new Fetcher(std::move(worker).value(), std::move(url).value(), address.value()));
}

Fetcher::Fetcher(std::unique_ptr<Worker> worker, Url url, Address address)
    : worker_(std::move(worker)), url_(std::move(url)), address_(std::move(address)) {}

Result<std::string> Fetcher::get() {
  http::Call call;
  call.to = address_;
  call.target = url_.path;
  bool const is_ipv6 = url_.host.find(':') != std::string::npos;
  call.host = (is_ipv6 ? "[" + url_.host + "]" : url_.host) + ":" + url_.port_number;
  call.time = answer_time_max;
  std::optional<Result<http::Answer>> answer;
  client_.send(std::move(call),
               [&answer](Result<http::Answer> given) { answer = std::move(given); });
  while (!answer) worker_->step();  // the call ends when its time is up
  if (!*answer) return answer->error();
  if (answer->value().status == 200) return std::move(answer->value().body);
  return Error{0, url_.host + ":" + url_.port_number + url_.path + " answers " +
                      std::to_string(answer->value().status)};
}

}  // namespace weir::top
