// What a kernel answers, completion by completion. EveryKernel runs on the real ones too: that is
// what says that the simulated one tells the truth. FaultyWorld looks at one fault at a time.
#include "weir/sim/kernel_sim.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <map>
#include <set>

#include "tests/sim/seam.h"
#include "weir/sim/test_kernels.h"

namespace weir {

namespace {

constexpr std::uint64_t accepting = 100, receiving = 200, sending = 300, closing = 400,
                        cancelling = 500, connecting = 600, polling = 700;
constexpr std::uint16_t group = 3;

using Completions = std::vector<uapi::Cqe>;

Completions of(Completions const& all, std::uint64_t user_data) {
  Completions some;
  for (uapi::Cqe const& completion : all)
    if (completion.user_data == user_data) some.push_back(completion);
  return some;
}

int result_of(Completions const& all, std::uint64_t user_data) {
  Completions const some = of(all, user_data);
  EXPECT_EQ(some.size(), 1u) << "completions of " << user_data;
  return some.empty() ? INT32_MIN : some.back().result;
}

// What these tests are about; the rest is a hint.
std::uint32_t flags_of(uapi::Cqe const& completion) {
  return completion.flags & (uapi::cqe_more | uapi::cqe_buffer);
}

// The kernels on which one enter does all that can be done.
std::vector<KernelChoice> calm_kernels() {
  std::vector<KernelChoice> choices = test_kernels();
  std::erase_if(choices, [](auto const& choice) { return choice.name.starts_with("sim_host"); });
  return choices;
}

Setup setup_of(KernelChoice const& choice) {
  Setup setup;
  setup.submission_count = 64;
  setup.completion_count = 128;
  setup.hide = choice.hide;
  return setup;
}

class EveryKernel : public testing::TestWithParam<KernelChoice> {
 protected:
  EveryKernel() {
    Result<int> const opened = kernel().open_listener(Address::loopback(0), 16);
    EXPECT_TRUE(opened.ok());
    listener_ = opened.value();
    address_ = kernel().local_address(listener_).value();
  }

  Kernel& kernel() { return seam_.kernel(); }
  // The epoll kernel leaves out what only a wrong program would ask for.
  bool epoll() const { return GetParam().kind == KernelChoice::Kind::epoll; }

  // A new connection: its descriptor here, the peer there.
  int connect(std::unique_ptr<Peer>& peer) {
    peer = test_.make_peer();
    peer->connect(address_);
    seam_.accept(listener_, accepting);
    Completions const all = seam_.await(1);
    int const descriptor = result_of(all, accepting);
    EXPECT_GE(descriptor, 0);
    seam_.cancel(accepting, cancelling);
    EXPECT_EQ(seam_.await(2).size(), 2u);
    return descriptor;
  }

  TestKernel test_{GetParam()};
  Seam seam_{test_.make_kernel(), setup_of(GetParam())};
  int listener_ = -1;
  Address address_;
  std::unique_ptr<Peer> peer_;
};

TEST_P(EveryKernel, NopAndUnknownOpcode) {
  seam_.add(uapi::op_nop, -1, 7);
  seam_.add(250, -1, 8);
  Completions const all = seam_.await(2);
  EXPECT_EQ(seam_.last_result >= 0, true);
  EXPECT_EQ(result_of(all, 7), 0);
  EXPECT_EQ(result_of(all, 8), -EINVAL);
}

TEST_P(EveryKernel, BadDescriptors) {
  char out[8];
  seam_.accept(99'999, 2);
  seam_.receive_once(99'999, out, 3);
  seam_.send(99'999, "x", 0, 4);
  seam_.close(99'999, 5);
  seam_.connect(99'999, address_, 6);
  seam_.cancel_descriptor(99'999, 8);
  Completions const all = seam_.await(6);
  for (std::uint64_t const user_data : {2, 3, 4, 5, 6, 8})
    EXPECT_EQ(result_of(all, user_data), -EBADF) << user_data;
}

TEST_P(EveryKernel, WrongKindsOfSocket) {
  char out[8];
  int const fresh = kernel().open_socket(Family::ipv4).value();
  seam_.accept(fresh, 2);
  seam_.receive_once(listener_, out, 3);
  seam_.send(listener_, "x", 0, 4);
  seam_.receive_once(fresh, out, 5);
  seam_.send(fresh, "x", 0, 6);
  Completions const all = seam_.await(5);
  EXPECT_EQ(result_of(all, 2), -EINVAL);
  EXPECT_EQ(result_of(all, 3), -ENOTCONN);
  EXPECT_EQ(result_of(all, 4), -EPIPE);
  EXPECT_EQ(result_of(all, 5), -ENOTCONN);
  EXPECT_EQ(result_of(all, 6), -EPIPE);
  seam_.close(fresh, closing);
  EXPECT_EQ(result_of(seam_.await(1), closing), 0);
}

TEST_P(EveryKernel, MultishotAcceptGoesOn) {
  seam_.accept(listener_, accepting);
  std::set<int> descriptors;
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(test_.make_peer());
    peers.back()->connect(address_);
    Completions const all = seam_.await(1);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(flags_of(all[0]), uapi::cqe_more);
    descriptors.insert(all[0].result);
    EXPECT_EQ(kernel().peer_address(all[0].result).value(), peers.back()->local_address());
    EXPECT_EQ(kernel().local_address(all[0].result).value(), address_);
  }
  EXPECT_EQ(descriptors.size(), 3u);
  seam_.cancel(accepting, cancelling);
  Completions const all = seam_.await(2);
  EXPECT_EQ(result_of(all, accepting), -ECANCELED);
  EXPECT_EQ(result_of(all, cancelling), 1);
  EXPECT_EQ(flags_of(of(all, accepting)[0]), 0u);
}

TEST_P(EveryKernel, DescriptorsComeAgain) {
  int const first = connect(peer_);
  seam_.close(first, closing);
  EXPECT_EQ(result_of(seam_.await(1), closing), 0);
  std::unique_ptr<Peer> other;
  if (test_.simulated()) {
    EXPECT_EQ(connect(other), first);
  }
  seam_.close(first, closing);
  EXPECT_EQ(result_of(seam_.await(1), closing), test_.simulated() ? 0 : -EBADF);
}

TEST_P(EveryKernel, ReceiveFromPoolUntilTheEnd) {
  bool const incremental = kernel().features.incremental_buffers;
  int const descriptor = connect(peer_);
  SeamBuffers buffers(kernel(), group, 4, 8, incremental);
  buffers.give_all();
  seam_.receive(descriptor, group, receiving);
  EXPECT_EQ(seam_.idle().size(), 0u);
  EXPECT_EQ(peer_->send("0123456789"), 10u);
  Completions all = seam_.await(2);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].result, 8);
  EXPECT_EQ(all[0].flags & uapi::cqe_buffer_more, 0u);
  EXPECT_EQ(buffers.take(all[0]), "01234567");
  EXPECT_EQ(all[1].flags & uapi::cqe_buffer_more, incremental ? uapi::cqe_buffer_more : 0);
  EXPECT_EQ(buffers.take(all[1]), "89");
  EXPECT_EQ(flags_of(all[1]), uapi::cqe_more | uapi::cqe_buffer);

  EXPECT_EQ(peer_->send("abc"), 3u);
  all = seam_.await(1);
  ASSERT_EQ(all.size(), 1u);
  // An incremental ring goes on in the same buffer.
  EXPECT_EQ(all[0].flags >> uapi::cqe_buffer_shift, incremental ? 1u : 2u);
  EXPECT_EQ(buffers.take(all[0]), "abc");

  peer_->close();
  all = seam_.await(1);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].result, 0);
  EXPECT_EQ(flags_of(all[0]), 0u);
}

TEST_P(EveryKernel, AnEmptyPoolEndsTheReceive) {
  int const descriptor = connect(peer_);
  SeamBuffers buffers(kernel(), group, 2, 4, false);
  // Even with nothing to receive.
  seam_.receive(descriptor, group, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), -ENOBUFS);

  buffers.give_all();
  seam_.receive(descriptor, group, receiving);
  EXPECT_EQ(seam_.idle().size(), 0u);
  EXPECT_EQ(peer_->send("0123456789"), 10u);
  Completions const all = seam_.await(3);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(buffers.take_and_give(all[0]), "0123");
  EXPECT_EQ(buffers.take_and_give(all[1]), "4567");
  EXPECT_EQ(all[2].result, -ENOBUFS);
  EXPECT_EQ(flags_of(all[2]), 0u);

  // Two buffers are back: what was left in the socket is still there.
  seam_.receive(descriptor, group, receiving);
  Completions const rest = seam_.await(1);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(buffers.take(rest[0]), "89");
}

TEST_P(EveryKernel, ABufferIsTakenByWhoeverIsFirst) {
  std::unique_ptr<Peer> other;
  int const first = connect(peer_);
  int const second = connect(other);
  SeamBuffers buffers(kernel(), group, 1, 4, false);
  buffers.give_all();
  seam_.receive(first, group, receiving);
  seam_.receive(second, group, receiving + 1);
  EXPECT_EQ(seam_.idle().size(), 0u);  // waiting holds no buffer
  EXPECT_EQ(other->send("ab"), 2u);
  // The epoll kernel asks once more, and tells at once that there is no other buffer.
  Completions const first_come = of(seam_.await(epoll() ? 2 : 1), receiving + 1);
  EXPECT_EQ(first_come.size(), epoll() ? 2u : 1u);
  EXPECT_EQ(first_come.at(0).result, 2);
  EXPECT_EQ(peer_->send("cd"), 2u);
  EXPECT_EQ(result_of(seam_.await(1), receiving), -ENOBUFS);
}

TEST_P(EveryKernel, ReceiveOnce) {
  int const descriptor = connect(peer_);
  char out[8] = {};
  seam_.receive_once(descriptor, out, receiving);
  EXPECT_EQ(seam_.idle().size(), 0u);
  EXPECT_EQ(peer_->send("0123456789"), 10u);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 8);
  EXPECT_EQ(std::string_view(out, 8), "01234567");
  seam_.receive_once(descriptor, out, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 2);
  seam_.receive_once(descriptor, out, receiving).operation_flags = MSG_DONTWAIT;
  EXPECT_EQ(result_of(seam_.await(1), receiving), -EAGAIN);
  seam_.receive_once(descriptor, out, receiving).operation_flags = MSG_WAITALL;
  EXPECT_EQ(peer_->send("abcd"), 4u);
  EXPECT_EQ(seam_.idle().size(), 0u);
  EXPECT_EQ(peer_->send("efgh"), 4u);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 8);
  EXPECT_EQ(std::string_view(out, 8), "abcdefgh");
  peer_->shut_down_write();
  seam_.receive_once(descriptor, out, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 0);
}

TEST_P(EveryKernel, AResetEndsAReceive) {
  int const descriptor = connect(peer_);
  SeamBuffers buffers(kernel(), group, 2, 64, false);
  buffers.give_all();
  seam_.receive(descriptor, group, receiving);
  EXPECT_EQ(seam_.idle().size(), 0u);
  peer_->reset();
  EXPECT_EQ(result_of(seam_.await(1), receiving), -ECONNRESET);
  // It is told once.
  seam_.receive(descriptor, group, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 0);
  seam_.send(descriptor, "x", MSG_WAITALL, sending);
  EXPECT_EQ(result_of(seam_.await(1), sending), -EPIPE);
}

TEST_P(EveryKernel, AResetIsToldToWhomeverAsksFirst) {
  int const descriptor = connect(peer_);
  peer_->reset();
  seam_.idle();
  seam_.send(descriptor, "x", MSG_WAITALL, sending);
  EXPECT_EQ(result_of(seam_.await(1), sending), -ECONNRESET);
  char out[4];
  seam_.receive_once(descriptor, out, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 0);
}

TEST_P(EveryKernel, SendingIntoAnEndedConnection) {
  int const descriptor = connect(peer_);
  peer_->close();
  seam_.idle();
  seam_.send(descriptor, "first", MSG_WAITALL, sending);
  EXPECT_EQ(result_of(seam_.await(1), sending), 5);
  seam_.idle();
  seam_.send(descriptor, "second", MSG_WAITALL, sending);
  EXPECT_EQ(result_of(seam_.await(1), sending), -EPIPE);
  char out[4];
  seam_.receive_once(descriptor, out, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), 0);
}

TEST_P(EveryKernel, SilenceIsFullSuccess) {
  int const descriptor = connect(peer_);
  std::uint32_t const flags = MSG_WAITALL | MSG_DONTWAIT;
  seam_.send(descriptor, "quiet", flags, sending).flags = uapi::sqe_skip_success;
  EXPECT_EQ(seam_.idle().size(), 0u);
  EXPECT_EQ(peer_->receive(), "quiet");

  // More than any window: what fits is sent, and that it was short is not kept quiet.
  std::string const large(64u << 20, 'x');
  seam_.send(descriptor, large, flags, sending).flags = uapi::sqe_skip_success;
  int const sent = result_of(seam_.await(1), sending);
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, static_cast<int>(large.size()));
  // And with no room at all:
  seam_.send(descriptor, large, flags, sending).flags = uapi::sqe_skip_success;
  int const again = result_of(seam_.await(1), sending);
  EXPECT_TRUE(again == -EAGAIN || again > 0) << again;
}

TEST_P(EveryKernel, SilenceOfAShortSendWithoutWaitall) {
  int const descriptor = connect(peer_);
  std::string const large(64u << 20, 'x');
  seam_.send(descriptor, large, MSG_DONTWAIT, sending).flags = uapi::sqe_skip_success;
  EXPECT_EQ(seam_.idle().size(), 0u);  // which is why the ring always asks for MSG_WAITALL
}

TEST_P(EveryKernel, ALongSendGoesOnByItself) {
  int const descriptor = connect(peer_);
  std::string const large(8u << 20, 'x');
  seam_.send(descriptor, large, MSG_WAITALL, sending);
  EXPECT_EQ(seam_.idle().size(), 0u);
  std::size_t received = 0;
  Completions all;
  for (int tries = 0; tries < 10'000 && received < large.size(); ++tries) {
    received += peer_->receive().size();
    for (uapi::Cqe const& completion : seam_.enter(true, seam_.now() + 1 * milliseconds))
      all.push_back(completion);
  }
  EXPECT_EQ(received, large.size());
  EXPECT_EQ(result_of(all, sending), static_cast<int>(large.size()));
}

TEST_P(EveryKernel, ACancelledSendSaysHowFarItCame) {
  int const descriptor = connect(peer_);
  std::string const large(64u << 20, 'x');
  seam_.send(descriptor, large, MSG_WAITALL, sending);
  EXPECT_EQ(seam_.idle().size(), 0u);
  seam_.cancel(sending, cancelling);
  Completions const all = seam_.await(2);
  EXPECT_EQ(result_of(all, cancelling), 1);
  int const sent = result_of(all, sending);
  EXPECT_GT(sent, 0);
  std::size_t received = 0;
  for (int tries = 0; tries < 100'000 && received < static_cast<std::size_t>(sent); ++tries)
    received += peer_->receive().size();
  EXPECT_EQ(received, static_cast<std::size_t>(sent));
}

TEST_P(EveryKernel, ConnectAndRefusal) {
  auto listening = test_.make_peer();
  Address const address = listening->listen();
  int const descriptor = kernel().open_socket(Family::ipv4).value();
  seam_.connect(descriptor, address, connecting);
  EXPECT_EQ(result_of(seam_.await(1), connecting), 0);
  ASSERT_TRUE(listening->accepted());
  seam_.connect(descriptor, address, connecting);
  EXPECT_EQ(result_of(seam_.await(1), connecting), epoll() ? 0 : -EISCONN);
  seam_.send(descriptor, "hello", MSG_WAITALL, sending);
  EXPECT_EQ(result_of(seam_.await(1), sending), 5);
  EXPECT_EQ(listening->receive(), "hello");

  auto gone = test_.make_peer();
  Address const nobody = gone->listen();
  gone->close();
  int const refused = kernel().open_socket(Family::ipv4).value();
  seam_.connect(refused, nobody, connecting);
  EXPECT_EQ(result_of(seam_.await(1), connecting), -ECONNREFUSED);
}

TEST_P(EveryKernel, ClosingDoesNotEndWhatWaits) {
  int const descriptor = connect(peer_);
  SeamBuffers buffers(kernel(), group, 2, 64, false);
  buffers.give_all();
  seam_.receive(descriptor, group, receiving);
  seam_.idle();
  seam_.close(descriptor, closing);
  EXPECT_EQ(result_of(seam_.await(1), closing), 0);
  EXPECT_FALSE(peer_->peer_closed());
  EXPECT_EQ(peer_->send("late"), 4u);
  Completions const all = seam_.await(1);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(buffers.take(all[0]), "late");
  seam_.cancel_descriptor(descriptor, cancelling);
  EXPECT_EQ(result_of(seam_.await(1), cancelling), -EBADF);  // too late for that
  seam_.cancel(receiving, cancelling);
  EXPECT_EQ(seam_.await(2).size(), 2u);
  seam_.idle();
  EXPECT_TRUE(peer_->peer_closed());
}

TEST_P(EveryKernel, CancelByDescriptorFindsAll) {
  std::unique_ptr<Peer> other;
  int const descriptor = connect(peer_);
  int const bystander = connect(other);
  SeamBuffers buffers(kernel(), group, 2, 64, false);
  buffers.give_all();
  std::string const large(64u << 20, 'x');
  seam_.receive(descriptor, group, receiving);
  seam_.send(descriptor, large, MSG_WAITALL, sending);
  seam_.receive(bystander, group, receiving + 1);
  seam_.idle();
  seam_.cancel_descriptor(descriptor, cancelling);
  Completions const all = seam_.await(3);
  EXPECT_EQ(result_of(all, cancelling), 2);
  EXPECT_EQ(result_of(all, receiving), -ECANCELED);
  EXPECT_GT(result_of(all, sending), 0);
  EXPECT_TRUE(of(all, receiving + 1).empty());
  seam_.cancel_descriptor(descriptor, cancelling);
  EXPECT_EQ(result_of(seam_.await(1), cancelling), 0);
  seam_.cancel(0, cancelling, uapi::cancel_all | uapi::cancel_any);
  Completions const rest = seam_.await(2);
  EXPECT_EQ(result_of(rest, receiving + 1), -ECANCELED);
}

TEST_P(EveryKernel, CancelOfNothing) {
  seam_.cancel(12'345, cancelling);
  EXPECT_EQ(result_of(seam_.await(1), cancelling), 0);  // with cancel_all it is a count
  seam_.cancel(12'345, cancelling, 0);
  EXPECT_EQ(result_of(seam_.await(1), cancelling), -ENOENT);
  seam_.accept(listener_, accepting);
  seam_.idle();
  seam_.cancel(accepting, cancelling, 0);
  Completions const all = seam_.await(2);
  EXPECT_EQ(result_of(all, cancelling), 0);
  EXPECT_EQ(result_of(all, accepting), -ECANCELED);
}

TEST_P(EveryKernel, PollTellsEdges) {
  int const descriptor = connect(peer_);
  seam_.poll(descriptor, POLLIN, polling);
  EXPECT_EQ(seam_.idle().size(), 0u);
  EXPECT_EQ(peer_->send("x"), 1u);
  Completions all = seam_.await(1);
  EXPECT_EQ(result_of(all, polling) & POLLIN, POLLIN);
  EXPECT_EQ(flags_of(all[0]), uapi::cqe_more);
  EXPECT_EQ(seam_.idle().size(), 0u);  // nothing new, though the byte is still there
  EXPECT_EQ(peer_->send("y"), 1u);
  EXPECT_EQ(result_of(seam_.await(1), polling) & POLLIN, POLLIN);
  seam_.cancel(polling, cancelling);
  EXPECT_EQ(result_of(seam_.await(2), polling), -ECANCELED);
  // What is true already when the poll begins is told at once.
  seam_.poll(descriptor, POLLIN | POLLOUT, polling);
  all = seam_.await(1);
  EXPECT_EQ(result_of(all, polling) & (POLLIN | POLLOUT), POLLIN | POLLOUT);
}

TEST_P(EveryKernel, BufferRingsAreChecked) {
  alignas(4096) static std::byte page[4096];
  auto const enroll = [&](std::uint32_t opcode, std::uint32_t entries, std::uint16_t flags,
                          std::size_t offset) {
    uapi::BufferRingRegistration registration{};
    registration.ring_address = reinterpret_cast<std::uintptr_t>(page) + offset;
    registration.ring_entries = entries;
    registration.group = group;
    registration.flags = flags;
    return kernel().enroll(opcode, &registration, 1);
  };
  EXPECT_EQ(enroll(uapi::register_buffer_ring, 3, 0, 0), -EINVAL);
  EXPECT_EQ(enroll(uapi::register_buffer_ring, 4, 0, 64), -EINVAL);
  EXPECT_EQ(enroll(uapi::register_buffer_ring, 4, 1u << 12, 0), -EINVAL);
  EXPECT_EQ(enroll(uapi::unregister_buffer_ring, 4, 0, 0), -ENOENT);
  EXPECT_EQ(enroll(uapi::register_buffer_ring, 4, 0, 0), 0);
  EXPECT_EQ(enroll(uapi::register_buffer_ring, 4, 0, 0), -EEXIST);
  EXPECT_EQ(enroll(uapi::unregister_buffer_ring, 4, 0, 0), 0);
  int const descriptor = connect(peer_);
  seam_.receive(descriptor, group, receiving);
  EXPECT_EQ(result_of(seam_.await(1), receiving), -ENOBUFS);  // from a group that is gone
}

TEST_P(EveryKernel, AddressesAreTaken) {
  Result<int> const second = kernel().open_listener(address_, 16);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, EADDRINUSE);
  EXPECT_NE(second.error().message.find(address_.text()), std::string::npos);
}

TEST_P(EveryKernel, AParkEndsAtItsDeadline) {
  Instant const deadline = seam_.now() + 3 * milliseconds;
  // A real one may be interrupted, so it is asked again; one that does not sleep would be asked for
  // ever.
  for (int tries = 0; tries < 10 && seam_.now() < deadline; ++tries)
    EXPECT_TRUE(seam_.enter(true, deadline).empty());
  EXPECT_GE(seam_.now(), deadline);
  if (test_.simulated()) {
    EXPECT_EQ(seam_.now(), deadline);
  }
}

TEST_P(EveryKernel, AWakeEndsTheNextPark) {
  kernel().wake();
  kernel().wake();
  Instant const begin = seam_.now();
  seam_.enter(true, begin + 10 * seconds);
  EXPECT_LT(seam_.now(), begin + 1 * seconds);
  EXPECT_EQ(kernel().wake_count, 1u);
  seam_.enter(true, seam_.now() + 2 * milliseconds);
  EXPECT_LE(kernel().wake_count, 2u);
}

TEST_P(EveryKernel, CompletionsThatFindNoRoomWait) {
  std::uint32_t const room = kernel().completions.mask + 1;
  std::uint32_t const count = room + room / 2;
  std::set<std::uint64_t> seen;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (seam_.pending() == 64) kernel().enter(seam_.pending(), false, never);
    seam_.add(uapi::op_nop, -1, 1'000 + i);
  }
  kernel().enter(seam_.pending(), false, never);
  EXPECT_TRUE(kernel().completions.overflowed);
  EXPECT_EQ(*kernel().completions.tail - *kernel().completions.head, room);
  for (uapi::Cqe const& completion : seam_.await(count)) seen.insert(completion.user_data);
  EXPECT_EQ(seen.size(), count);
  EXPECT_FALSE(kernel().completions.overflowed);
}

INSTANTIATE_TEST_SUITE_P(Kernels, EveryKernel, testing::ValuesIn(calm_kernels()), name_of);

}  // namespace

}  // namespace weir
