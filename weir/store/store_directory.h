// The directory of a store on a disk says whose it is before anything else is written to it: a file
// FORMAT with one line, "weir op store 1". So no other program's files are ever taken for a store,
// and a store of a later format is refused with a sentence rather than misread.
#pragma once

#include <string>

#include "weir/base/result.h"

namespace weir {

// Makes the directory a store's, if it is new and that is wanted; else it must be one. Fails with
// one sentence, and then has changed nothing that was there.
Result<void> prepare_store_directory(std::string const& path, bool creates);

}  // namespace weir
