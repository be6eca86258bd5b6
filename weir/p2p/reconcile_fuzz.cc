// Any bytes as messages: nothing breaks, every answer can be read and keeps to the limit, and a
// session comes to its end. The input's first byte says how many ops are held, the second how long
// the first message is.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "weir/base/assert.h"
#include "weir/p2p/reconcile.h"

namespace weir {
namespace {

TimedId make_op(std::uint64_t number) {
  TimedId op{number / 3, {}};  // some are of one time
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    op.id.bytes[n] = static_cast<std::byte>(number * (n + 1) >> (n % 3));
  }
  return op;
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir;
  if (size < 3) return 0;
  OpTree ops;
  for (std::uint64_t n = 0; n < 4 * std::uint64_t{data[0]}; ++n) ops.insert(make_op(n));
  ReconcileLimits const limits{.message_bytes_max = 4096, .list_max = 4};
  Reconciliation session(ops, limits);
  std::span<std::byte const> rest = std::as_bytes(std::span(data + 2, size - 2));
  std::vector<TimedId> needed;
  while (!rest.empty()) {  // ends: each message takes some bytes
    std::size_t const length = std::min<std::size_t>(rest.size(), 1 + data[1]);
    Result<std::string> const answer = session.receive(rest.first(length), needed);
    rest = rest.subspan(length);
    if (!answer.ok()) {
      WEIR_ASSERT(!answer.error().message.empty());
      return 0;
    }
    WEIR_ASSERT(answer.value().size() <= limits.message_bytes_max);
    auto const bytes = std::as_bytes(std::span(answer.value()));
    WEIR_ASSERT(bytes.empty() || read_reconcile_message(bytes).ok());
  }
  return 0;
}
