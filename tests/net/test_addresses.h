// Addresses for tests: one of each family, that nobody else has.
#pragma once

#include <unistd.h>

#include <string>
#include <vector>

#include "weir/ring/address.h"
#include "weir/ring/ring.h"

namespace weir {

inline Address unused_local_address() {
  static int count = 0;
  std::string const name = "weir-net-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  return Address::abstract(name).value();
}

// To bind to; containers often have no IPv6.
inline std::vector<Address> one_of_each_family(Ring& ring) {
  std::vector<Address> addresses{Address::loopback(0), unused_local_address()};
  Address const ipv6 = Address::loopback_ipv6(0);
  Result<int> const probe = ring.kernel().open_datagrams(ipv6);
  if (!probe) return addresses;
  Completion close;
  close.callback = [](Completion&, Outcome) {};
  ring.close(close, probe.value());
  while (!close.idle()) ring.step(Wait::park);
  addresses.push_back(ipv6);
  return addresses;
}

}  // namespace weir
