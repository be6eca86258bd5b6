// What is allowed in a flow but hardly meant: an operator that unites or splits, and stands where
// there is nothing to unite or split. It costs nothing at run time; most often something was
// forgotten, or taken away later. No compiler shows such a thing unless it is an error, so a
// program (or its test) asks:
//
//   for (Remark const& remark : remarks_on(handle.plan())) std::puts(remark.text.c_str());
#pragma once

#include <string>
#include <vector>

#include "weir/plan/plan.h"

namespace weir {

struct Remark {
  Index node = no_index;
  std::string text;  // one sentence: what, where, what to do
};

// In the order of the nodes. Of a plan without mistakes, or of a graph that runs (plan_of).
std::vector<Remark> remarks_on(PlanView const& plan);

}  // namespace weir
