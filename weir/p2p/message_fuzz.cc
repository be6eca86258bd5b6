// Any bytes are a message that is read and gone through, or one with a reason why not.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/assert.h"
#include "weir/p2p/message.h"

namespace {

using namespace weir;

void go_through(FetchRequest const& request) {
  std::uint32_t ids = 0;
  std::uint32_t cancelled = 0;
  for (IdField const& field : request.op_ids()) ids += field.id == OpId() ? 1 : 1;
  for (IdField const& field : request.cancelled()) cancelled += field.id == OpId() ? 1 : 1;
  WEIR_ASSERT(ids == request.op_id_count && cancelled == request.cancelled_count);
}

void go_through(FetchResponse const& response) {
  std::uint32_t ops = 0;
  std::uint64_t bytes = 0;
  for (OpField const& field : response.ops()) {
    ++ops;
    bytes += field.data.size();
  }
  std::uint32_t absent = 0;
  for (IdField const& field : response.absent()) absent += field.id == OpId() ? 1 : 1;
  WEIR_ASSERT(ops == response.op_count && absent == response.absent_count);
  WEIR_ASSERT(bytes <= response.message.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Bytes const kept(std::string_view(reinterpret_cast<char const*>(data), size));
  Result<Envelope> envelope = read_envelope(kept.view());
  View const inner = envelope.ok() && !envelope->data.empty() ? envelope->data : kept.view();
  Result<FetchMessage> message = read_fetch(inner);
  if (!message.ok()) {
    WEIR_ASSERT(!message.error().message.empty());
    return 0;
  }
  std::visit([](auto const& one) { go_through(one); }, *message);
  return 0;
}
