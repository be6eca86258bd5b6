// The buffers of a pool counted against a model: the input is a program of what peers send and what
// the owners of receives do with the buffers they get, in a simulated world. Whatever happens,
// bytes come in order and stay what they were as long as somebody holds their buffer, a buffer is
// out just as long, and in the end all of them are back.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fuzz/script.h"
#include "weir/ring/buffer_pool.h"
#include "weir/ring/ring.h"
#include "weir/sim/peer.h"
#include "weir/sim/world.h"

namespace weir {
namespace {

// The n-th byte that a peer sends.
char byte_at(std::size_t n) { return static_cast<char>(n * 7 + n / 251); }

struct Held {
  Buffer buffer;
  std::size_t from;  // which byte of its stream it begins with
};

struct Link {
  std::unique_ptr<Peer> peer;
  Completion receive;
  int descriptor = -1;
  std::size_t sent = 0;
  std::size_t received = 0;
  bool ended = false;
  std::vector<Held> held;
};

class Play {
 public:
  Play(std::uint64_t seed, std::uint8_t choices)
      : world_(seed, choices % 2 == 0 ? SimOptions::calm() : SimOptions::hostile()) {
    Setup setup;
    if ((choices & 2) != 0) setup.hide = all_features;
    ring_ = Ring::make(world_.make_kernel(), setup).value();
    pool_ = BufferPool::make(*ring_,
                             {.count = 1u << (choices >> 2 & 3), .size = 16u << (choices >> 4 & 7)})
                .value();
    listen();
  }

  void run(Script script) {
    for (unsigned i = 0; i < op_count_max && !script.empty(); ++i) {
      do_next(script);
      check();
    }
    ring_->finish();
    check();
    for (auto& link : links_) link->held.clear();
    WEIR_ASSERT(pool_->free_count() == pool_->count());
  }

 private:
  static constexpr unsigned op_count_max = 500;
  static constexpr unsigned link_count = 3;

  void listen() {
    int const listener = ring_->kernel().open_listener(Address::loopback(0), 16).value();
    Address const address = ring_->kernel().local_address(listener).value();
    accept_.context = this;
    accept_.callback = [](Completion& completion, Outcome outcome) {
      auto& play = *static_cast<Play*>(completion.context);
      if (outcome.result >= 0) play.descriptors_.push_back(outcome.result);
      if (!outcome.more && outcome.result != -ECANCELED) {
        play.ring_->accept(completion, completion.descriptor);
      }
    };
    ring_->accept(accept_, listener);
    while (links_.size() < link_count) {  // one after the other, so that it is clear who is who
      auto link = std::make_unique<Link>();
      link->peer = make_sim_peer(world_);
      link->peer->connect(address);
      for (int i = 0; i < 1000 && descriptors_.size() == links_.size(); ++i) step();
      WEIR_ASSERT(descriptors_.size() == links_.size() + 1);
      link->descriptor = descriptors_.back();
      link->receive.context = this;
      link->receive.callback = [](Completion& completion, Outcome outcome) {
        static_cast<Play*>(completion.context)->received(completion, std::move(outcome));
      };
      links_.push_back(std::move(link));
    }
  }
  void step() { ring_->step(Wait::park, ring_->clock().now() + 100 * microseconds); }

  void do_next(Script& script) {
    std::uint8_t const what = script.next();
    Link& link = *links_[what / 16 % link_count];
    switch (what % 8) {
      case 0:
      case 1:
        send(link, script.next());
        break;
      case 2:
        if (link.receive.idle() && !link.ended) {
          ring_->receive(link.receive, link.descriptor, *pool_);
        }
        break;
      case 3:
        if (!link.receive.idle()) ring_->cancel_quietly(link.receive);
        break;
      case 4:
        if (!link.held.empty()) {  // in any order
          link.held.erase(link.held.begin() +
                          static_cast<std::ptrdiff_t>(script.next() % link.held.size()));
        }
        break;
      case 5:
        link.held.clear();
        break;
      case 6:
        if (script.next() % 16 == 0) link.peer->shut_down_write();
        break;
      default:
        for (unsigned i = what / 16; i > 0; --i) step();
    }
    step();
  }
  void send(Link& link, std::uint8_t count) {
    std::string bytes(std::size_t{count} * 4, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_at(link.sent + i);
    link.sent += link.peer->send(bytes);
  }
  void received(Completion& completion, Outcome outcome) {
    auto const is_its = [&](auto const& link) { return &link->receive == &completion; };
    Link& link = **std::ranges::find_if(links_, is_its);
    if (outcome.result == 0) link.ended = true;
    if (outcome.result <= 0) {
      bool const known =
          outcome.result == 0 || outcome.result == -ENOBUFS || outcome.result == -ECANCELED;
      WEIR_ASSERT(known && !outcome.more);
      return;
    }
    WEIR_ASSERT(outcome.buffer.size() == static_cast<std::uint32_t>(outcome.result));
    std::size_t const from = link.received;
    link.received += outcome.buffer.size();
    link.held.push_back({std::move(outcome.buffer), from});
  }

  void check() const {
    std::set<Storage const*> out;
    for (auto const& link : links_) {
      WEIR_ASSERT(link->received <= link->sent);
      for (Held const& held : link->held) {
        out.insert(held.buffer.storage());
        std::string_view const text = held.buffer.view().text();
        for (std::size_t i = 0; i < text.size(); ++i) {
          WEIR_ASSERT(text[i] == byte_at(held.from + i));
        }
      }
    }
    WEIR_ASSERT(pool_->free_count() + pool_->out_count() == pool_->count());
    // One that the kernel is still filling may be held, too.
    WEIR_ASSERT(pool_->out_count() <= out.size());
    WEIR_ASSERT(out.size() <= pool_->count());
    WEIR_ASSERT(pool_->incremental() || pool_->out_count() == out.size());
  }

  SimWorld world_;
  std::unique_ptr<Ring> ring_;
  std::unique_ptr<BufferPool> pool_;
  Completion accept_;
  std::vector<int> descriptors_;
  std::vector<std::unique_ptr<Link>> links_;
};

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  weir::play<weir::Play>(data, size);
  return 0;
}
