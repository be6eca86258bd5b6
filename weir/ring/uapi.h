// The io_uring binary interface, as far as Weir uses it, in Weir's own words.
//
// The headers of a stable distribution lag years behind the kernels people run (Debian 12's are of
// 6.1 and know no incremental buffers), and the simulated and the epoll kernel must see the same
// submissions as the real one. So the interface is written down here; the binary layout is the
// kernel's promise and is asserted. The kernel's name of each thing is in the comment beside it.
// What later kernels added is found by trying it, never by version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::uapi {

// ---- submissions --------------------------------------------------------------------------------

// struct io_uring_sqe. A union of the kernel's is one field here, named for what Weir puts into it.
struct Sqe {
  std::uint8_t opcode;
  std::uint8_t flags;             // sqe_*
  std::uint16_t priority;         // ioprio: receive_multishot, accept_multishot
  std::int32_t descriptor;        // fd
  std::uint64_t offset;           // off, addr2; the size of the socket address of a connect
  std::uint64_t address;          // addr; the user_data searched for by a cancel
  std::uint32_t size;             // len; poll_multishot of a poll
  std::uint32_t operation_flags;  // msg_flags, accept_flags, cancel_flags, poll32_events, ...
  std::uint64_t user_data;
  std::uint16_t buffer_group;  // buf_group
  std::uint16_t personality;
  std::uint32_t file_index;
  std::uint64_t address3;
  std::uint64_t padding;
};
static_assert(sizeof(Sqe) == 64);
static_assert(offsetof(Sqe, user_data) == 32);
static_assert(offsetof(Sqe, buffer_group) == 40);

// enum io_uring_op. These and no others come from Weir. An enum, so that whoever has to know all of
// them (is_known() in links.h) is told by the compiler of a new one.
enum Op : std::uint8_t {
  op_nop = 0,
  // address: nothing; size: poll_multishot; operation_flags: POLL*. Little-endian word order only.
  op_poll_add = 6,
  // address: msghdr*; size: 1; operation_flags: MSG_*.
  op_sendmsg = 9,
  // priority: accept_multishot; operation_flags: SOCK_*; no address arguments.
  op_accept = 13,
  // address: user_data, or descriptor; operation_flags: cancel_*.
  op_async_cancel = 14,
  // address: sockaddr*; offset: its size.
  op_connect = 16,
  op_close = 19,
  // address, size: the bytes; offset: where in the file, or all ones for its own position.
  op_read = 22,
  op_write = 23,
  // address: msghdr*; size: 1; operation_flags: MSG_*. With receive_multishot, sqe_buffer_select
  // and buffer_group the msghdr says only how much room a name gets, and each buffer begins with a
  // ReceivedMessage.
  op_recvmsg = 10,
  // address, size: the bytes; operation_flags: MSG_*.
  op_send = 26,
  // address, size: the bytes; or address null, size 0, sqe_buffer_select and buffer_group, and then
  // usually priority: receive_multishot.
  op_recv = 27,
  // size: SHUT_*.
  op_shutdown = 34,
  // descriptor: of another ring, or of this one; offset: the user_data and size: the result of a
  // completion there; operation_flags: message_passes_flags, and file_index: the flags of it.
  op_msg_ring = 40,
  // As op_send and op_sendmsg. A completion with cqe_more says how it went, and one with
  // cqe_notification that the bytes are no longer looked at.
  op_send_zero_copy = 47,
  op_sendmsg_zero_copy = 48,

  // Files, directories and links between submissions. Paths are C strings; `descriptor` is the
  // directory that a relative one starts from (AT_FDCWD: the working directory).
  // address, size: the bytes; offset; buffer_group: the index of the registered region they lie in.
  op_read_fixed = 4,
  op_write_fixed = 5,
  // operation_flags: fsync_data_only.
  op_fsync = 3,
  // address: path; size: mode; operation_flags: O_*.
  op_openat = 18,
  // address: path; offset: statx*; size: mask; operation_flags: AT_*.
  op_statx = 21,
  // address: path; offset: OpenHow*; size: of that.
  op_openat2 = 28,
  // descriptor, offset: to; file_index, address: from; size; operation_flags: SPLICE_F_*.
  op_splice = 30,
  // address: old path; offset: new path; size: its directory; operation_flags: RENAME_*.
  op_renameat = 35,
  // address: path; operation_flags: AT_REMOVEDIR.
  op_unlinkat = 36,
  // address: path; size: mode.
  op_mkdirat = 37,
  // address: Timespec*; size: 1; operation_flags: timeout_absolute.
  op_link_timeout = 15,
  // descriptor: a process id; size: P_PID; file_index: W*; offset: siginfo_t* (6.7).
  op_waitid = 50,
  // address: the word; offset: what is expected of it, or how many to wake; address3: mask;
  // descriptor: futex_* (6.7).
  op_futex_wait = 51,
  op_futex_wake = 52,
};

// IORING_MSG_RING_FLAGS_PASS (6.3), in Sqe::operation_flags.
inline constexpr std::uint32_t message_passes_flags = 1u << 1;

// IOSQE_*, in Sqe::flags.
inline constexpr std::uint8_t sqe_link = 1u << 2;       // the next one waits for this one's success
inline constexpr std::uint8_t sqe_hard_link = 1u << 3;  // the next one waits for this one's end
inline constexpr std::uint8_t sqe_async = 1u << 4;      // a wish: to a thread of the kernel at once
inline bool is_linked(Sqe const& submission) {
  return (submission.flags & (sqe_link | sqe_hard_link)) != 0;
}
inline constexpr std::uint8_t sqe_buffer_select = 1u << 5;
inline constexpr std::uint8_t sqe_skip_success = 1u << 6;  // IOSQE_CQE_SKIP_SUCCESS

// In Sqe::priority.
inline constexpr std::uint16_t accept_multishot = 1u << 0;
inline constexpr std::uint16_t receive_multishot = 1u << 1;
inline constexpr std::uint16_t receive_bundle = 1u << 4;  // IORING_RECVSEND_BUNDLE

// IORING_FSYNC_DATASYNC, IORING_TIMEOUT_ABS, in Sqe::operation_flags.
inline constexpr std::uint32_t fsync_data_only = 1u << 0;
inline constexpr std::uint32_t timeout_absolute = 1u << 0;

// FUTEX2_SIZE_U32 | FUTEX2_PRIVATE, in Sqe::descriptor; FUTEX_BITSET_MATCH_ANY, in Sqe::address3.
inline constexpr std::int32_t futex_private_word = 0x02 | 0x80;
inline constexpr std::uint64_t futex_match_any = 0xffffffff;

// IORING_POLL_ADD_MULTI, in Sqe::size.
inline constexpr std::uint32_t poll_multishot = 1u << 0;

// IORING_ASYNC_CANCEL_*, in Sqe::operation_flags. Without `by_descriptor` and `any` the search is
// by user_data. With `all`, which Weir always sets, the result is the number found, 0 included;
// without, it is 0, -ENOENT or -EALREADY.
inline constexpr std::uint32_t cancel_all = 1u << 0;
inline constexpr std::uint32_t cancel_by_descriptor = 1u << 1;
inline constexpr std::uint32_t cancel_any = 1u << 2;

// ---- completions --------------------------------------------------------------------------------

// struct io_uring_cqe.
struct Cqe {
  std::uint64_t user_data;
  std::int32_t result;
  std::uint32_t flags;  // cqe_*
};
static_assert(sizeof(Cqe) == 16);

inline constexpr std::uint32_t cqe_buffer = 1u << 0;  // the upper 16 bits are the buffer's id
inline constexpr std::uint32_t cqe_more = 1u << 1;    // the multishot goes on
inline constexpr std::uint32_t cqe_socket_nonempty = 1u << 2;
inline constexpr std::uint32_t cqe_notification = 1u << 3;
inline constexpr std::uint32_t cqe_buffer_more = 1u << 4;  // the kernel keeps filling this buffer
inline constexpr std::uint32_t cqe_buffer_shift = 16;

// struct io_uring_recvmsg_out: before each datagram of a multishot receive. Behind it lies the
// name, in as much room as the msghdr asked for, then the payload.
struct ReceivedMessage {
  std::uint32_t name_size;
  std::uint32_t control_size;
  std::uint32_t payload_size;  // with MSG_TRUNC: of the whole datagram
  std::uint32_t flags;         // MSG_TRUNC
};
static_assert(sizeof(ReceivedMessage) == 16);
// What Weir asks for: room for a sockaddr_un, rounded up.
inline constexpr std::uint32_t received_name_size = 112;

// ---- io_uring_setup(2) --------------------------------------------------------------------------

// struct io_sqring_offsets.
struct SubmissionOffsets {
  std::uint32_t head;
  std::uint32_t tail;
  std::uint32_t ring_mask;
  std::uint32_t ring_entries;
  std::uint32_t flags;
  std::uint32_t dropped;
  std::uint32_t array;
  std::uint32_t reserved;
  std::uint64_t user_address;
};
static_assert(sizeof(SubmissionOffsets) == 40);

// struct io_cqring_offsets.
struct CompletionOffsets {
  std::uint32_t head;
  std::uint32_t tail;
  std::uint32_t ring_mask;
  std::uint32_t ring_entries;
  std::uint32_t overflow;
  std::uint32_t cqes;
  std::uint32_t flags;
  std::uint32_t reserved;
  std::uint64_t user_address;
};
static_assert(sizeof(CompletionOffsets) == 40);

// struct io_uring_params.
struct Params {
  std::uint32_t submission_entries;
  std::uint32_t completion_entries;
  std::uint32_t flags;  // setup_*
  std::uint32_t sq_thread_cpu;
  std::uint32_t sq_thread_idle;
  std::uint32_t features;  // feature_*
  std::uint32_t wq_descriptor;
  std::uint32_t reserved[3];
  SubmissionOffsets submissions;
  CompletionOffsets completions;
};
static_assert(sizeof(Params) == 120);

// IORING_SETUP_*.
inline constexpr std::uint32_t setup_cqsize = 1u << 3;
inline constexpr std::uint32_t setup_clamp = 1u << 4;
inline constexpr std::uint32_t setup_disabled = 1u << 6;
inline constexpr std::uint32_t setup_submit_all = 1u << 7;
inline constexpr std::uint32_t setup_single_issuer = 1u << 12;
inline constexpr std::uint32_t setup_defer_taskrun = 1u << 13;
inline constexpr std::uint32_t setup_no_sqarray = 1u << 16;

// IORING_FEAT_*: those without which Weir does not run; all are in 6.1.
inline constexpr std::uint32_t feature_single_mmap = 1u << 0;
inline constexpr std::uint32_t feature_nodrop = 1u << 1;
inline constexpr std::uint32_t feature_fast_poll = 1u << 5;
inline constexpr std::uint32_t feature_ext_arg = 1u << 8;
inline constexpr std::uint32_t feature_cqe_skip = 1u << 11;
// And those that it uses where they are.
inline constexpr std::uint32_t feature_bundles = 1u << 14;   // 6.10
inline constexpr std::uint32_t feature_min_wait = 1u << 15;  // 6.12

// IORING_OFF_*: what to map.
inline constexpr std::uint64_t map_rings = 0;
inline constexpr std::uint64_t map_submissions = 0x10000000;

// IORING_SQ_*: in the word at SubmissionOffsets::flags.
inline constexpr std::uint32_t submissions_cq_overflow = 1u << 1;

// ---- io_uring_enter(2) --------------------------------------------------------------------------

inline constexpr std::uint32_t enter_getevents = 1u << 0;
inline constexpr std::uint32_t enter_ext_arg = 1u << 3;
inline constexpr std::uint32_t enter_registered_ring = 1u << 4;
inline constexpr std::uint32_t enter_absolute_timer = 1u << 5;      // 6.12
inline constexpr std::uint32_t enter_ext_arg_registered = 1u << 6;  // 6.13
inline constexpr std::uint32_t enter_no_iowait = 1u << 7;           // 6.15

// struct open_how.
struct OpenHow {
  std::uint64_t flags;    // O_*
  std::uint64_t mode;     // of a file that it makes
  std::uint64_t resolve;  // resolve_*
};
inline constexpr std::uint64_t resolve_no_magic_links = 2;
inline constexpr std::uint64_t resolve_beneath = 8;

// struct __kernel_timespec.
struct Timespec {
  std::int64_t seconds;
  std::int64_t nanoseconds;
};
static_assert(sizeof(Timespec) == 16);

// struct io_uring_getevents_arg.
struct GeteventsArgument {
  std::uint64_t signal_mask;
  std::uint32_t signal_mask_size;
  std::uint32_t min_wait_microseconds;
  std::uint64_t timespec;  // address of a Timespec
};
static_assert(sizeof(GeteventsArgument) == 24);

// struct io_uring_reg_wait: the same in a registered region, where it need not be copied.
struct RegisteredWait {
  Timespec timespec;
  std::uint32_t min_wait_microseconds;
  std::uint32_t flags;  // registered_wait_has_time
  std::uint64_t signal_mask;
  std::uint32_t signal_mask_size;
  std::uint32_t padding[3];
  std::uint64_t padding2[2];
};
static_assert(sizeof(RegisteredWait) == 64);
inline constexpr std::uint32_t registered_wait_has_time = 1u << 0;

// ---- io_uring_register(2) -----------------------------------------------------------------------

// IORING_REGISTER_EVENTFD; the argument is an int, the count 1. Unregistering takes none.
inline constexpr std::uint32_t register_eventfd = 4;
inline constexpr std::uint32_t unregister_eventfd = 5;
// IORING_REGISTER_RING_FDS; the argument is a ResourceUpdate, the count 1.
inline constexpr std::uint32_t register_ring_descriptor = 20;
inline constexpr std::uint32_t unregister_ring_descriptor = 21;
// IORING_REGISTER_PBUF_RING; the argument is a BufferRingRegistration, the count 1. Unregistering
// looks at the group; all else must be 0.
inline constexpr std::uint32_t register_buffer_ring = 22;
inline constexpr std::uint32_t unregister_buffer_ring = 23;
// IORING_REGISTER_SEND_MSG_RING (6.13), of no ring (-1); the argument is an Sqe, the count 1.
inline constexpr std::uint32_t register_send_message = 31;
// IORING_REGISTER_ENABLE_RINGS: ends setup_disabled. No argument.
inline constexpr std::uint32_t register_enable = 12;
// IORING_REGISTER_RESIZE_RINGS (6.13); the argument is Params, the count 1.
inline constexpr std::uint32_t register_resize = 33;
// IORING_REGISTER_MEM_REGION (6.13), of a disabled ring; the argument is a MemoryRegistration, the
// count 1.
inline constexpr std::uint32_t register_memory = 34;

// struct io_uring_region_desc.
struct MemoryRegion {
  std::uint64_t address;
  std::uint64_t size;
  std::uint32_t flags;  // memory_of_user
  std::uint32_t id;
  std::uint64_t map_offset;
  std::uint64_t reserved[4];
};
static_assert(sizeof(MemoryRegion) == 64);
inline constexpr std::uint32_t memory_of_user = 1;

// struct io_uring_mem_region_reg.
struct MemoryRegistration {
  std::uint64_t region;  // address of a MemoryRegion
  std::uint64_t flags;   // memory_for_waits
  std::uint64_t reserved[2];
};
static_assert(sizeof(MemoryRegistration) == 32);
inline constexpr std::uint64_t memory_for_waits = 1;

// IORING_REGISTER_PROBE; the argument is a Probe, the count that of its operations.
inline constexpr std::uint32_t register_probe = 8;
// IORING_REGISTER_BUFFERS2; the argument is a RegionTable, the count its size.
inline constexpr std::uint32_t register_regions = 15;
// IORING_REGISTER_BUFFERS_UPDATE; the argument is a RegionUpdate, the count its size. Returns the
// number of regions updated.
inline constexpr std::uint32_t update_regions = 16;

// struct io_uring_probe with all its operations.
struct Probe {
  std::uint8_t last_operation;
  std::uint8_t operation_count;
  std::uint16_t reserved;
  std::uint32_t reserved2[3];
  struct {
    std::uint8_t opcode;
    std::uint8_t reserved;
    std::uint16_t flags;  // probe_supported
    std::uint32_t reserved2;
  } operations[256];
};
static_assert(sizeof(Probe) == 16 + 256 * 8);
inline constexpr std::uint16_t probe_supported = 1u << 0;

// struct io_uring_rsrc_register.
struct RegionTable {
  std::uint32_t count;
  std::uint32_t flags;  // regions_sparse
  std::uint64_t reserved;
  std::uint64_t data;  // 0 with regions_sparse
  std::uint64_t tags;
};
static_assert(sizeof(RegionTable) == 32);
inline constexpr std::uint32_t regions_sparse = 1u << 0;

// struct io_uring_rsrc_update2.
struct RegionUpdate {
  std::uint32_t offset;  // index of the first
  std::uint32_t reserved;
  std::uint64_t data;  // iovec*; null and 0 give one up
  std::uint64_t tags;
  std::uint32_t count;
  std::uint32_t reserved2;
};
static_assert(sizeof(RegionUpdate) == 32);

// struct io_uring_rsrc_update.
struct ResourceUpdate {
  std::uint32_t offset;
  std::uint32_t reserved;
  std::uint64_t data;
};
static_assert(sizeof(ResourceUpdate) == 16);

// ---- provided-buffer rings ----------------------------------------------------------------------

// struct io_uring_buf. The ring is an array of a power of two of these, page aligned. The kernel
// takes entries from its own head up to the tail, which is shared and lies in the padding of entry
// 0: write entries, then store the new tail with release order. In an incremental ring the kernel
// moves `address` and `size` of the entry at its head forward as it fills it.
struct BufferEntry {
  std::uint64_t address;
  std::uint32_t size;
  std::uint16_t id;
  std::uint16_t tail;  // of entry 0 only: the ring's; in the others reserved
};
static_assert(sizeof(BufferEntry) == 16);
static_assert(offsetof(BufferEntry, tail) == 14);

// Where a ring of buffers may begin, and how many it may have.
inline constexpr std::uint64_t buffer_ring_alignment = 4096;
inline constexpr std::uint32_t buffer_ring_entries_max = 32'768;

// struct io_uring_buf_reg.
struct BufferRingRegistration {
  std::uint64_t ring_address;
  std::uint32_t ring_entries;
  std::uint16_t group;  // bgid
  std::uint16_t flags;  // buffer_ring_*
  std::uint64_t reserved[3];
};
static_assert(sizeof(BufferRingRegistration) == 40);

// IOU_PBUF_RING_INC (6.12): one buffer is filled by many receives, one after the other;
// cqe_buffer_more says that the kernel is not done with it.
inline constexpr std::uint16_t buffer_ring_incremental = 2;

}  // namespace weir::uapi
