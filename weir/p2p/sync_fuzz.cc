// Any bytes are a message of sync that can be gone through, or one with a reason why not; and a
// node that is told them is as well afterwards as before. The input is cut into messages: a byte
// says how long each is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/assert.h"
#include "weir/p2p/sync_state.h"

namespace {

using namespace weir;

TimedId make_op(std::uint64_t number) {
  TimedId op{number / 3, {}};
  for (std::size_t n = 0; n < op_id_bytes; ++n)
    op.id.bytes[n] = static_cast<std::byte>(number * (n + 1) >> (n % 3));
  return op;
}

std::uint64_t nothing(void*, PeerNumber) { return 0; }

void go_through(SyncMessage const& message) {
  std::size_t ops = 0;
  for (TimedId const& op : message.ops) ops += op.time == 0 ? 1 : 1;
  WEIR_ASSERT(ops == message.ops.size() && ops <= published_ids_max);
  WEIR_ASSERT(message.kind == SyncKind::publish || ops == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  SyncPolicy policy;
  policy.reconcile.message_bytes_max = 4096;
  SyncState state(policy, 1);
  state.outside = {&nothing, &nothing, nullptr};
  for (std::uint64_t n = 0; n < 200; ++n) note_held(state, make_op(n));
  Instant now = seconds;
  begin(state, now);
  note_opened(state, 0, {1, 1}, false, now);
  std::string_view rest(reinterpret_cast<char const*>(data), size);
  while (!rest.empty()) {  // ends: each message takes a byte
    std::size_t const length =
        std::min<std::size_t>(rest.size() - 1, static_cast<std::uint8_t>(rest[0]));
    Bytes const kept(rest.substr(1, length));
    rest.remove_prefix(1 + length);
    Result<SyncMessage> const message = read_sync(kept.view());
    if (!message.ok()) {
      WEIR_ASSERT(!message.error().message.empty());
      continue;
    }
    go_through(message.value());
    note_message(state, 0, message.value(), now);
    act(state, now);
    for (SyncActions::Message const& said : state.actions.messages)
      WEIR_ASSERT(read_sync(said.data.view()).ok() && said.data.size() <= 4096 + 16);
    state.actions.clear();
    now += seconds;
  }
  note_closed(state, 0);
  WEIR_ASSERT(state.ours_count == 0 && state.theirs_count == 0 && state.waiting.empty());
  WEIR_ASSERT(state.connected.empty() && next_due(state) == never);
  return 0;
}
