#include "tools/weir_node/control_access.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "tools/weir_node/descriptor.h"
#include "weir/http/client.h"
#include "weir/p2p/node_control.h"
#include "weir/worker/worker.h"

namespace weir::tool {

namespace {

using Json = nlohmann::ordered_json;

// Questions under way: enough to keep a disk busy, few enough for large answers.
constexpr std::size_t window = 8;
constexpr Duration answer_time_max = 60 * seconds;
// A node that is asked too much at once says so; then it is asked again, later and later.
constexpr int tries_max = 12;
constexpr int first_pause_milliseconds = 5;
constexpr int pause_milliseconds_max = 1000;

constexpr int status_ok = 200;
constexpr int status_not_found = 404;
constexpr int status_damaged = 500;
constexpr int status_too_much = 503;

// One question, as it has to be asked again perhaps.
struct Question {
  http::Method method = http::Method::get;
  std::string target;
  std::string body{};
};

struct Pending {
  Question question;
  int tries = 0;
  std::optional<Result<http::Answer>> answer{};
};

class ControlAccess final : public OpsAccess {
 public:
  ControlAccess(std::unique_ptr<Worker> worker, Address address)
      : worker_(std::move(worker)), address_(std::move(address)) {}

  bool is_running() const override { return true; }
  Result<PutCount> put(std::vector<Op> ops) override;
  Result<void> retrieve(std::span<OpId const> ids, Visit const& visit) override;
  Result<Bookmark> list(Bookmark after, std::size_t count_max,
                        std::vector<OpEntry>& entries) override;
  Result<void> want(std::span<OpId const> ids) override;
  Result<std::string> status() override;
  Result<std::string> peers() override { return ask_text({.target = "/peers"}); }

 private:
  void send(Pending& pending);
  // Steps until it is answered.
  Result<http::Answer> await(Pending& pending);
  // The body of a 200.
  Result<std::string> ask_text(Question question);
  Result<Json> ask_json(Question question);

  std::unique_ptr<Worker> worker_;
  http::Client client_{*worker_,
                       {.body_bytes_max = op_bytes_max + 1, .connections_per_address_max = window}};
  Address const address_;
};

// What the node says of its refusal.
Error refusal(http::Answer const& answer) {
  Json const body = Json::parse(answer.body, nullptr, false);
  bool const says = body.is_object() && body.contains("error") && body["error"].is_string();
  if (says) return {EREMOTEIO, "the node refuses: " + body["error"].get<std::string>()};
  return {EREMOTEIO, "the node answers " + std::to_string(answer.status)};
}

Error misshapen(std::string_view target) {
  return {EBADMSG, "what the node answers to " + std::string(target) + " has another shape than " +
                       "expected; is it of this version?"};
}

bool is_nobody(int code) {
  return code == ENOENT || code == ECONNREFUSED || code == ECONNRESET || code == EPIPE;
}

void ControlAccess::send(Pending& pending) {
  ++pending.tries;
  pending.answer.reset();
  http::Call call;
  call.method = pending.question.method;
  call.to = address_;
  call.host = "localhost";
  call.target = pending.question.target;
  call.body = pending.question.body;
  call.time = answer_time_max;
  client_.send(std::move(call),
               [&pending](Result<http::Answer> answer) { pending.answer = std::move(answer); });
}

Result<http::Answer> ControlAccess::await(Pending& pending) {
  int pause = first_pause_milliseconds;
  while (true) {  // the call ends when its time is up, and there are so many tries
    while (!pending.answer) worker_->step();
    Result<http::Answer>& answer = *pending.answer;
    bool const again = answer.ok() && answer->status == status_too_much;
    if (!again || pending.tries == tries_max) return std::move(answer);
    ::poll(nullptr, 0, pause);
    pause = std::min(2 * pause, pause_milliseconds_max);
    send(pending);
  }
}

Result<std::string> ControlAccess::ask_text(Question question) {
  Pending pending{std::move(question)};
  send(pending);
  Result<http::Answer> answer = await(pending);
  if (!answer) return answer.error();
  if (answer->status != status_ok) return refusal(*answer);
  return std::move(answer->body);
}

Result<Json> ControlAccess::ask_json(Question question) {
  std::string const target = question.target;
  Result<std::string> text = ask_text(std::move(question));
  if (!text) return text.error();
  Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return misshapen(target);
  return json;
}

Result<PutCount> ControlAccess::put(std::vector<Op> ops) {
  std::string body{};
  for (Op const& op : ops) {
    std::uint32_t const size = op.bytes.size();
    char length[sizeof size];
    for (std::size_t n = 0; n < sizeof size; ++n) length[n] = static_cast<char>(size >> (8 * n));
    body.append(length, sizeof size);
    body.append(op.bytes.text());
  }
  if (body.size() > control_body_bytes_max) {
    return Error{EFBIG, "an op of " + std::to_string(body.size()) +
                            " bytes is more than a running node takes at once; stop it, put, and "
                            "start it again"};
  }
  Result<Json> json = ask_json({http::Method::post, "/ops", std::move(body)});
  if (!json) return json.error();
  bool const is_whole = json->contains("stored") && (*json)["stored"].is_number_unsigned() &&
                        json->contains("held") && (*json)["held"].is_number_unsigned();
  if (!is_whole) return misshapen("/ops");
  return PutCount{(*json)["stored"].get<std::uint64_t>(), (*json)["held"].get<std::uint64_t>()};
}

// Several are asked at a time; each is seen when those before it have been.
Result<void> ControlAccess::retrieve(std::span<OpId const> ids, Visit const& visit) {
  // Calls that are left behind must not tell their answer to what is no more.
  struct Calls {
    std::deque<Pending> under_way;
    ControlAccess& access;
    ~Calls() {
      for (Pending& pending : under_way) access.await(pending).ok();
    }
  } calls{{}, *this};
  std::size_t asked = 0;
  for (OpId const& id : ids) {
    for (; asked < ids.size() && calls.under_way.size() < window; ++asked) {
      calls.under_way.push_back({.question = {.target = "/ops/" + ids[asked].hex()}});
      send(calls.under_way.back());
    }
    Result<http::Answer> answer = await(calls.under_way.front());
    calls.under_way.pop_front();
    if (!answer) return answer.error();
    bool const is_absent = answer->status == status_not_found || answer->status == status_damaged;
    if (!is_absent && answer->status != status_ok) return refusal(*answer);
    Op op{.id = id, .bytes = is_absent ? Bytes() : Bytes(std::string_view(answer->body))};
    Result<void> const seen = visit(id, is_absent ? nullptr : &op);
    if (!seen) return seen;
  }
  return {};
}

Result<Bookmark> ControlAccess::list(Bookmark after, std::size_t count_max,
                                     std::vector<OpEntry>& entries) {
  entries.clear();
  Result<Json> json = ask_json(
      {.target = "/ops?after=" + std::to_string(after) + "&max=" + std::to_string(count_max)});
  if (!json) return json.error();
  try {
    for (Json const& entry : json->at("entries")) {
      std::optional<OpId> const id = OpId::of_hex(entry.at("id").get<std::string>());
      if (!id) return misshapen("/ops");
      entries.push_back({*id, entry.at("created_at").get<std::uint64_t>(),
                         entry.at("size").get<std::uint32_t>()});
    }
    return json->at("next").get<Bookmark>();
  } catch (Json::exception const&) {
    return misshapen("/ops");
  }
}

Result<void> ControlAccess::want(std::span<OpId const> ids) {
  constexpr std::size_t ids_per_question = 10'000;
  while (!ids.empty()) {
    std::size_t const count = std::min(ids.size(), ids_per_question);
    Json names = Json::array();
    for (OpId const& id : ids.first(count)) names.push_back(id.hex());
    Result<Json> json =
        ask_json({http::Method::post, "/want", Json{{"ids", std::move(names)}}.dump()});
    if (!json) return json.error();
    ids = ids.subspan(count);
  }
  return {};
}

Result<std::string> ControlAccess::status() {
  Result<Json> json = ask_json({.target = "/status"});
  if (!json) return json.error();
  (*json)["running"] = true;
  return json->dump();
}

}  // namespace

Result<std::unique_ptr<OpsAccess>> open_control_access(NodeDirectory const& directory) {
  std::string const path = directory.control_socket();
  Result<Address> address = Address::at_path(path);
  if (!address) return std::unique_ptr<OpsAccess>();  // nobody can listen there
  Descriptor const probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe) return system_error("cannot make a socket", errno);
  if (::connect(probe.number(), address->raw(), address->raw_size()) != 0) {
    if (is_nobody(errno)) return std::unique_ptr<OpsAccess>();
    return system_error("cannot connect to " + path, errno);
  }
  auto worker = Worker::make();
  if (!worker) return worker.error();
  auto access =
      std::make_unique<ControlAccess>(std::move(worker).value(), std::move(address).value());
  // The kernel closes the sockets of a process that was killed some time after its end.
  Result<std::string> answer = access->status();
  bool const is_gone = !answer && is_nobody(answer.error().code);
  return is_gone ? std::unique_ptr<OpsAccess>() : std::move(access);
}

}  // namespace weir::tool
