#include "weir/ring/address.h"

#include <gtest/gtest.h>

#include <vector>

#include "weir/base/hash.h"

namespace weir {
namespace {

TEST(Address, ReadsWhatItWrites) {
  for (char const* text : {"127.0.0.1:7000", "0.0.0.0:0", "[::1]:7000", "[2001:db8::7]:65535",
                           "[fe80::1%7]:80", "unix:/run/weir.sock", "unix:relative", "unix:@weir",
                           "unix:@a\\x00b\\x5cc", "unix:/with\\x20space"}) {
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
  EXPECT_TRUE(Address().empty());
  EXPECT_EQ(Address::loopback_ipv6(9).text(), "[::1]:9");
}

TEST(Address, OfAUnixSocketIsAPathOrAnAbstractName) {
  Address const path = Address::at_path("/run/weir.sock").value();
  EXPECT_EQ(path.family(), Family::local);
  EXPECT_EQ(path.path(), "/run/weir.sock");
  Address const name = Address::abstract(std::string_view("a\0b", 3)).value();
  EXPECT_EQ(name.path(), "");
  EXPECT_EQ(name.text(), "unix:@a\\x00b");
  EXPECT_FALSE(name == Address::abstract("a").value());
  EXPECT_FALSE(Address::at_path("a").value() == Address::abstract("a").value());
  sockaddr const unnamed{.sa_family = AF_UNIX, .sa_data = {}};
  EXPECT_EQ(Address::from(unnamed, sizeof(unnamed.sa_family)).text(), "unix:");
  EXPECT_TRUE(Address::from(unnamed, 0).empty());
}

TEST(Address, OfAUnixSocketHasRoomForASockaddr) {
  for (std::size_t const size : {std::size_t{1}, std::size_t{107}}) {
    std::string const name(size, 'x');
    EXPECT_EQ(Address::at_path(name).value().path(), name);
    EXPECT_EQ(Address::abstract(name).value().text(), "unix:@" + name);
  }
  EXPECT_EQ(Address::at_path(std::string(108, 'x')).error().code, ENAMETOOLONG);
  EXPECT_EQ(Address::abstract(std::string(108, 'x')).error().code, ENAMETOOLONG);
  EXPECT_FALSE(Address::at_path("").ok());
  EXPECT_FALSE(Address::at_path(std::string_view("a\0b", 3)).ok());
}

// Up to 26 bytes of a name lie in the address itself; longer ones are shared by its copies.
TEST(Address, CopiesAndMovesOfAnyNameAreEqual) {
  for (std::size_t const size : {1u, 25u, 26u, 27u, 107u}) {
    std::string const path(size, 'p');
    Address const given = Address::at_path(path).value();
    Address copy = given;
    EXPECT_EQ(copy, given);
    EXPECT_EQ(copy.hash(), given.hash());
    Address moved = std::move(copy);
    EXPECT_EQ(moved, given);
    copy = moved;
    copy = static_cast<Address const&>(copy);
    EXPECT_EQ(copy.path(), path);
    moved = Address::loopback(1);
    EXPECT_EQ(copy.path(), path);
    moved = std::move(copy);
    EXPECT_EQ(moved.path(), path);
    Address const other = Address::at_path(path.substr(1) + "q").value();
    EXPECT_FALSE(moved == other);
    EXPECT_EQ(Address::from(*other.raw(), other.raw_size(), given), other);
    EXPECT_EQ(Address::from(*given.raw(), given.raw_size(), given), given);
    EXPECT_EQ(Address::from(*given.raw(), given.raw_size(), other), given);
  }
}

TEST(Address, OfOneKindIsNeverThatOfAnother) {
  std::vector<Address> all{Address()};
  for (char const* text : {"127.0.0.1:7000", "127.0.0.1:7001", "[::1]:7000", "[fe80::1%7]:7000",
                           "[fe80::1%8]:7000", "unix:x", "unix:@x"})
    all.push_back(Address::parse(text).value());
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = 0; b < all.size(); ++b) EXPECT_EQ(all[a] == all[b], a == b);
  }
}

TEST(Address, IsAKey) {
  Address const a = Address::at_path(std::string(100, 'a')).value();
  EXPECT_EQ(hash_of(a), hash_of(Address(a)));
  EXPECT_NE(hash_of(a), hash_of(Address::loopback(7000)));
}

TEST(Address, KnowsAnInterfaceByName) {
  Result<Address> const address = Address::parse("[fe80::1%lo]:80");
  ASSERT_TRUE(address.ok()) << address.error().message;
  EXPECT_EQ(address.value().text(), "[fe80::1%1]:80");
}

TEST(Address, RefusesWithASentence) {
  for (char const* text : {"", "127.0.0.1", ":7000x", "127.0.0.1:", "127.0.0.1:65536", "1.2.3:4",
                           "127.0.0.1:-1", "127.0.0.1: 80", "::1:7000", "[::1]", "[::1:7000",
                           "[127.0.0.1]:7000", "localhost:7000", "[::1]]:80", "unix:", "unix:@",
                           "[::1%no such interface]:80", "unix:/\\x2", "unix:/\\y00"}) {
    Result<Address> const address = Address::parse(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.error().code, EINVAL) << text;
    std::string const begin = "\"" + std::string(text) + "\" is no address: ";
    EXPECT_TRUE(address.error().message.starts_with(begin)) << address.error().message;
  }
}

}  // namespace
}  // namespace weir
