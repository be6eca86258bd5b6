// Sockets that Asio has opened become connections of a flow, and what is no connected stream stays
// Asio's.
#include <gtest/gtest.h>

#include <asio.hpp>
#include <memory>
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/ring/kernel.h"
#include "weir/worker/worker.h"

namespace weir {
namespace {

using asio::ip::tcp;
using asio::ip::udp;
using MakeKernel = std::unique_ptr<Kernel> (*)();

class AsioSockets : public testing::TestWithParam<MakeKernel> {
 protected:
  AsioSockets() {
    WorkerOptions options;
    options.make_kernel = GetParam();
    worker_ = std::move(Worker::make(std::move(options))).value();
    echo_ = &worker_->make_dialer(line_frames);
    worker_->add(flow(source_tcp(*echo_) >> dest_tcp(*echo_)));
  }

  // One end of a connection is Weir's; what is sent at the other comes back.
  void expect_echo(tcp::socket& other) {
    std::string const line = "hello\n";
    asio::write(other, asio::buffer(line));
    std::string answer(line.size(), ' ');
    other.non_blocking(true);
    std::size_t got = 0;
    EXPECT_TRUE(worker_->run_until([&] {
      asio::error_code error;
      got += other.read_some(asio::buffer(answer.data() + got, answer.size() - got), error);
      return got == answer.size();
    }));
    EXPECT_EQ(answer, line);
  }

  asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::unique_ptr<Worker> worker_;
  Endpoint* echo_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Kernels, AsioSockets, testing::Values(&make_kernel, &make_epoll_kernel));

TEST_P(AsioSockets, that_were_accepted_are_handed_over) {
  tcp::socket client(loop_);
  client.connect(acceptor_.local_endpoint());
  tcp::socket accepted = acceptor_.accept();
  accepted.non_blocking(true);  // as Asio leaves it after an asynchronous operation
  ASSERT_TRUE(echo_->adopt(accepted.release()).ok());
  expect_echo(client);
}

TEST_P(AsioSockets, that_were_connected_are_handed_over) {
  tcp::socket client(loop_);
  client.connect(acceptor_.local_endpoint());
  tcp::socket accepted = acceptor_.accept();
  Result<ConnectionId> const taken = echo_->adopt(client.release());
  ASSERT_TRUE(taken.ok());
  expect_echo(accepted);
  Result<Address> const peer = echo_->peer_address(taken.value());
  ASSERT_TRUE(peer.ok());
  EXPECT_EQ(peer.value(), Address::loopback(acceptor_.local_endpoint().port()));
}

TEST_P(AsioSockets, that_are_no_connected_streams_are_refused_and_stay_as_they_are) {
  tcp::socket unconnected(loop_, tcp::v4());
  udp::socket datagrams(loop_, udp::v4());
  datagrams.connect(udp::endpoint(asio::ip::address_v4::loopback(), 9));
  for (int const descriptor :
       {unconnected.native_handle(), datagrams.native_handle(), acceptor_.native_handle(), -1}) {
    Result<ConnectionId> const taken = echo_->adopt(descriptor);
    ASSERT_FALSE(taken.ok());
    EXPECT_FALSE(taken.error().message.empty());
  }
  EXPECT_EQ(worker_->net().connection_count(), 0u);
  unconnected.connect(acceptor_.local_endpoint());
  EXPECT_TRUE(unconnected.is_open());
}

}  // namespace
}  // namespace weir
