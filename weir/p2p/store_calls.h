// Calls of a storage thread from a worker, each with a function that is told the answer there.
//
//   StoreCalls calls(worker, storage);
//   bool const taken = calls.ask(RetrieveRequest{{id}}, [](StoreAnswer& answer) { ... });
//
// For what a person or a program asks of a node now and then; the flows of fetch have their own way
// (store_flow.h). Calls that the storage has no room for wait, in their order.
#pragma once

#include <cstdint>

#include "weir/base/function.h"
#include "weir/p2p/storage.h"

namespace weir {

class StoreCallsGate;
class Worker;

class StoreCalls {
 public:
  // At most so many have begun, or wait.
  static constexpr std::uint32_t calls_max = 1024;

  // Both outlive it.
  StoreCalls(Worker& worker, StorageThread& storage);
  // Nobody is told any more; what was asked is carried out.
  ~StoreCalls();
  StoreCalls(StoreCalls const&) = delete;
  StoreCalls& operator=(StoreCalls const&) = delete;

  // On the worker's thread. False: calls_max are under way, or the worker is stopping, and nobody
  // is told. Otherwise `done` is called once, later: with the answer, or with its error.
  using Done = Function<void(StoreAnswer& answer)>;
  [[nodiscard]] bool ask(decltype(StoreRequest::what) what, Done done);

  std::uint32_t call_count() const;

 private:
  StoreCallsGate* gate_;  // the worker's
};

}  // namespace weir
