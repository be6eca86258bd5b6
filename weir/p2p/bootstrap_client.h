// Tells bootstrap services (bootstrap.h) where we are, and asks them who else is there.
//
// It has no timer of its own: whoever owns it calls act() when due() has come, and after the own
// record has changed. A service that fails is tried again after a time that doubles from
// retry_time_first to retry_time_max; one that works is asked less and less often, as long as it
// tells nothing new. Each pause is drawn between half of it and all of it, so that nodes that were
// started together do not stay together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/random.h"
#include "weir/p2p/peer_record.h"

namespace weir::http {
class Client;
struct Answer;
}  // namespace weir::http

namespace weir {

class Log;

struct BootstrapClientOptions {
  std::vector<std::string> services;  // "http://192.0.2.7:8080", at most service_count_max
  std::string space;
  Duration retry_time_first = 5 * seconds;
  Duration retry_time_max = 300 * seconds;
  std::uint32_t answer_records_max = 64;  // further ones of an answer are not read
  std::uint64_t seed = 0;
  Log* log = nullptr;  // outlives the client; null: nothing is said

  static constexpr std::uint32_t service_count_max = 16;
};

// Whose client it is.
class BootstrapUser {
 public:
  virtual ~BootstrapUser() = default;
  // What is to be told of us; null: nothing yet.
  virtual SignedPeerRecord const* own_record() = 0;
  // Signed; the rest is for the user to check. True: it was new.
  virtual bool learn(SignedPeerRecord const& record) = 0;
};

struct BootstrapCounters {
  std::uint64_t told = 0;    // times a service has taken our record
  std::uint64_t asked = 0;   // times one has answered
  std::uint64_t failed = 0;  // times one has not done so
  std::uint64_t records = 0;
  std::uint64_t bad_records = 0;
};

class BootstrapClient {
 public:
  // `http` ends before the client does, `clock` and `user` after it.
  BootstrapClient(http::Client& http, Clock const& clock, BootstrapUser& user,
                  BootstrapClientOptions options);
  BootstrapClient(BootstrapClient const&) = delete;
  BootstrapClient& operator=(BootstrapClient const&) = delete;

  void act();
  // When act() has something to do; never: nothing, until an answer has come or the own record is a
  // new one.
  Instant due() const;
  BootstrapCounters const& counters() const { return counters_; }

 private:
  // One of the two things that a service is asked for.
  struct Errand {
    bool under_way = false;
    Instant due = 0;
    Duration pause = 0;
  };
  struct Service {
    std::string url;  // up to the space
    Errand tell;
    Errand ask;
    UnixTime told = 0;  // created_at of what it has
  };

  void tell(Service& service, SignedPeerRecord const& own);
  void ask(Service& service);
  void told(Service& service, UnixTime created_at, Result<http::Answer>& answer);
  void answered(Service& service, Result<http::Answer>& answer);
  void note_failure(Service const& service, Errand& errand, std::string const& reason);
  void pause(Errand& errand);

  http::Client& http_;
  Clock const& clock_;
  BootstrapUser& user_;
  BootstrapClientOptions const options_;
  Random random_;
  std::vector<Service> services_;
  BootstrapCounters counters_;
};

}  // namespace weir
