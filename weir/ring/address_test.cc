#include "weir/ring/address.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Address, ReadsWhatItWrites) {
  for (char const* text : {"127.0.0.1:7000", "0.0.0.0:0", "[::1]:7000", "[2001:db8::7]:65535"}) {
    Result<Address> const address = Address::parse(text);
    ASSERT_TRUE(address.ok()) << text << ": " << address.error().message;
    EXPECT_EQ(address.value().text(), text);
    EXPECT_EQ(Address::from(*address.value().raw(), address.value().raw_size()), address.value());
  }
}

TEST(Address, KnowsItsParts) {
  Address const ipv4 = Address::parse("10.0.0.1:80").value();
  EXPECT_EQ(ipv4.family(), Family::ipv4);
  EXPECT_EQ(ipv4.port_number(), 80);
  Address const ipv6 = Address::parse("[::]:8080").value();
  EXPECT_EQ(ipv6.family(), Family::ipv6);
  EXPECT_EQ(ipv6.port_number(), 8080);
  EXPECT_EQ(Address::loopback(9).text(), "127.0.0.1:9");
  EXPECT_FALSE(Address::loopback(9) == Address::loopback(10));
  EXPECT_EQ(Address().text(), "(no address)");
}

TEST(Address, RefusesWithASentence) {
  for (char const* text : {"", "127.0.0.1", ":7000x", "127.0.0.1:", "127.0.0.1:65536", "1.2.3:4",
                           "127.0.0.1:-1", "127.0.0.1: 80", "::1:7000", "[::1]", "[::1:7000",
                           "[127.0.0.1]:7000", "localhost:7000", "[::1]]:80"}) {
    Result<Address> const address = Address::parse(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.error().code, EINVAL) << text;
    std::string const begin = "\"" + std::string(text) + "\" is no address: ";
    EXPECT_TRUE(address.error().message.starts_with(begin)) << address.error().message;
  }
}

}  // namespace
}  // namespace weir
