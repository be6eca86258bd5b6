// Weir, all of it: include this, link weir::weir.
#pragma once

#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/base/result.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/net/endpoint.h"
#include "weir/net/net.h"
#include "weir/plan/describe.h"
#include "weir/ring/address.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/worker/worker.h"
