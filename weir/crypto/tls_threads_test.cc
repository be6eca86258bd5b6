// One context for several threads, as workers share it.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/crypto/test_tls.h"

namespace weir {
namespace {

TEST(TlsThreads, a_context_serves_several_threads_while_it_is_reloaded) {
  Owner<TlsContext> const server = server_context(mutual_server_options());
  Owner<TlsContext> const client = client_context(mutual_client_options());
  std::vector<int> opened(3, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < opened.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        TlsEnd a(*server), b(*client, "server " + std::to_string(i % 4));
        exchange(b, a);
        if (!b.session.is_open() || !b.send("hello")) continue;
        exchange(b, a);
        if (a.received == "hello") ++opened[t];
      }
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(server->reload(test_credentials(1)).ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, (std::vector{30, 30, 30}));
}

}  // namespace
}  // namespace weir
