// After warm-up an echo of small frames allocates nothing: not a frame, not a send, not a
// completion.
#include <gtest/gtest.h>

#include "tests/counted_new.h"
#include "tests/net/test_net.h"
#include "tests/net/tls_client.h"
#include "weir/net/tls_endpoint.h"

// Calls of malloc by our own code; the linker sends them here (--wrap).
extern "C" void* __real_malloc(std::size_t size);
extern "C" void* __wrap_malloc(std::size_t size) {
  if (weir::counting) ++weir::allocations;
  return __real_malloc(size);
}

namespace weir {
namespace {

// The other kernels allocate themselves.
class NetAllocation : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetAllocation, testing::ValuesIn(test_kernels_named("uring")),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(NetAllocation, echo_allocates_nothing_after_warm_up) {
  TestNet test(GetParam());
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::vector<Client*> clients;
  std::string burst;
  for (int i = 0; i < 32; ++i) burst += framed(std::string(64, 'b'));
  for (int i = 0; i < 8; ++i) clients.push_back(&test.connect(server.address()));
  for (std::uint64_t round = 1; round <= 60; ++round) {
    for (Client* client : clients) client->send(burst);
    auto const answered = [&] {
      for (Client* client : clients)
        if (client->received.size() < round * burst.size()) return false;
      return true;
    };
    for (int i = 0; i < 1000 && !answered(); ++i) {
      test.act();
      counting = round > 20;
      test.worker().step(test.worker().clock().now() + 1 * milliseconds);
      counting = false;
    }
    ASSERT_TRUE(answered());
  }
  // But the memory of a frame that lies across two buffers of the pool.
  std::uint64_t const buffers = test.counters().bytes_in / (256 * 1024) + 1;
  EXPECT_LE(allocations, buffers);
  allocations = 0;
  EXPECT_EQ(test.counters().copied_bytes, 0u);
}

// What OpenSSL does for itself is not counted.
TEST_P(NetAllocation, echo_over_tls_allocates_nothing_after_warm_up) {
  Owner<TlsContext> const server_tls = server_context();
  Owner<TlsContext> const client_tls = client_context();
  TestNet test(GetParam());
  Endpoint& server = test.listen({.tls = server_tls.get()});
  test.worker().add(Echo{server});
  std::vector<std::unique_ptr<TlsClient>> clients;
  std::string burst;
  for (int i = 0; i < 32; ++i) burst += framed(std::string(64, 'b'));
  for (int i = 0; i < 8; ++i)
    clients.emplace_back(new TlsClient(test.connect(server.address()), *client_tls));
  for (std::uint64_t round = 1; round <= 60; ++round) {
    for (auto const& client : clients) client->send(burst);
    auto const answered = [&] {
      bool all = true;
      for (auto const& client : clients) {
        client->act();
        all = all && client->received().size() == round * burst.size();
      }
      return all;
    };
    for (int i = 0; i < 1000 && !answered(); ++i) {
      test.act();
      counting = round > 20;
      test.worker().step(test.worker().clock().now() + 1 * milliseconds);
      counting = false;
    }
    ASSERT_TRUE(answered());
  }
  // But the memory of a frame that lies across two chunks of what was decrypted.
  EXPECT_LE(allocations, test.counters().bytes_in / TlsEndpoint::chunk_bytes + 1);
  allocations = 0;
  EXPECT_EQ(test.counters().copied_bytes, 0u);
}

}  // namespace
}  // namespace weir
