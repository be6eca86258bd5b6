// A process of ours: what it says on standard output, and its end. It ends with this process,
// however that ends.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/weir_node/descriptor.h"
#include "weir/base/result.h"

namespace weir::tool {

class Child {
 public:
  Child() = default;
  // Kills it and waits for its end.
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;

  // Its standard error goes to the end of the file `log`.
  static Result<Child> start(std::vector<std::string> words, std::string const& log);

  bool is_running() const { return process_ > 0; }
  void send(int signal) const;
  // One line of what it says, without its end; what there is if it says no more.
  std::string read_line();
  // Its exit status, or 128 and the number of the signal that has ended it.
  int wait();
  // The same, or nothing if it still runs.
  std::optional<int> poll();

 private:
  std::optional<int> wait_with(int options);

  pid_t process_ = 0;
  Descriptor output_;
};

}  // namespace weir::tool
