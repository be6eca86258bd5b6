// The set-up calls that io_uring has no operation for in Linux 6.1, the same for every kernel that
// runs on real sockets.
#pragma once

#include <array>
#include <cstdint>

#include "weir/base/result.h"
#include "weir/ring/address.h"

namespace weir {

// Whether the calls of this process on the descriptor may block: io_uring waits by itself, and
// takes a non-blocking descriptor as a wish not to wait; a kernel made of plain calls needs the
// wish.
enum class Blocking : std::uint8_t { yes, no };

// "bind 127.0.0.1:7000: Address already in use"
Error system_error(std::string what, int code);

// As the functions of Kernel.
Result<int> open_socket_of(Family family, SocketKind kind, Blocking blocking);
Result<int> open_listener_at(Address const& address, std::uint32_t backlog, Sharing sharing,
                             Blocking blocking);
Result<int> open_datagrams_at(Address const& address, Sharing sharing, Blocking blocking);
Result<std::array<int, 2>> open_pair_of(SocketKind kind, Blocking blocking);
int connect_without_waiting(int descriptor, Address const& address);
// Gives a connected stream socket of somebody else the options of ours; refuses anything else, and
// then changes nothing.
Result<void> adopt_socket(int descriptor, Blocking blocking);
std::int32_t send_file_on(int socket, int file, std::uint64_t offset, std::uint32_t size);
Result<Address> local_address_of(int descriptor);
Result<Address> peer_address_of(int descriptor);

}  // namespace weir
