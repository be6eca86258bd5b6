// Several workers that listen on one address: the kernel spreads the connections over them.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/io/test_group.h"
#include "tests/net/test_net.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

class SharedAddress : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, SharedAddress, testing::ValuesIn(test_kernels()), name_of);

TEST_P(SharedAddress, connections_reach_several_workers_and_each_is_served_by_one) {
  constexpr std::size_t worker_count = 3;
  constexpr std::size_t client_count = 60;
  TestGroup group(GetParam(), worker_count);
  EndpointOptions options;
  options.sharing = Sharing::shared;
  Address address = Address::loopback(0);
  for (std::size_t i = 0; i < worker_count; ++i) {
    Result<Endpoint*> const listens = group[i].listen(address, options);
    ASSERT_TRUE(listens.ok()) << listens.error().message;
    address = listens.value()->address();
    group[i].add(Echo{*listens.value()});
  }
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < client_count; ++i) {
    clients.push_back(std::make_unique<Client>(group.kernel().make_peer(), address));
    clients.back()->send(framed(std::to_string(i)) + framed("and again"));
  }
  EXPECT_TRUE(group.until([&] {
    bool all = true;
    for (std::size_t i = 0; i < client_count; ++i) {
      clients[i]->act();
      all = all && clients[i]->received == framed(std::to_string(i)) + framed("and again");
    }
    return all;
  }));
  std::uint64_t accepted = 0;
  for (std::size_t i = 0; i < worker_count; ++i) {
    NetCounters const& counters = group[i].net().counters();
    EXPECT_GT(counters.accepted, 0u) << "worker " << i;
    EXPECT_EQ(counters.frames_in, 2 * counters.accepted) << "each stays where it was accepted";
    accepted += counters.accepted;
  }
  EXPECT_EQ(accepted, client_count);
}

TEST_P(SharedAddress, is_refused_where_somebody_does_not_share_it) {
  TestGroup group(GetParam(), 2);
  EndpointOptions options;
  options.sharing = Sharing::shared;
  Address const alone = group[0].listen(Address::loopback(0)).value()->address();
  EXPECT_FALSE(group[1].listen(alone, options).ok());
  Address const shared = group[0].listen(Address::loopback(0), options).value()->address();
  EXPECT_FALSE(group[1].listen(shared).ok());
}

}  // namespace
}  // namespace weir
