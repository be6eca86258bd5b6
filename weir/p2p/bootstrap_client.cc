#include "weir/p2p/bootstrap_client.h"

#include <algorithm>
#include <span>

#include "weir/base/base64.h"
#include "weir/base/log.h"
#include "weir/http/client.h"
#include "weir/p2p/bootstrap.h"

namespace weir {

namespace {

constexpr int status_ok = 200;

// What an answer that is none of use says.
std::string failure_of(Result<http::Answer>& answer) {
  if (!answer.ok()) return answer.error().message;
  std::string said = answer.value().body.substr(0, 200);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  return "it answers " + std::to_string(answer.value().status) + ": " + said;
}

}  // namespace

BootstrapClient::BootstrapClient(http::Client& http, Clock const& clock, BootstrapUser& user,
                                 BootstrapClientOptions options)
    : http_(http),
      clock_(clock),
      user_(user),
      options_(std::move(options)),
      random_(options_.seed) {
  WEIR_ASSERT(options_.services.size() <= BootstrapClientOptions::service_count_max);
  std::span const space(options_.space.data(), options_.space.size());
  for (std::string url : options_.services) {
    while (url.ends_with('/')) url.pop_back();
    url += "/bootstrap/" + to_base64url(std::as_bytes(space));
    services_.emplace_back().url = std::move(url);
  }
}

void BootstrapClient::act() {
  Instant const now = clock_.now();
  SignedPeerRecord const* const own = user_.own_record();
  for (Service& service : services_) {
    if (own != nullptr && own->record.created_at != service.told && !service.tell.under_way &&
        service.tell.due <= now)
      tell(service, *own);
    if (!service.ask.under_way && service.ask.due <= now) ask(service);
  }
}

Instant BootstrapClient::due() const {
  Instant due = never;
  for (Service const& service : services_) {
    if (!service.ask.under_way) due = std::min(due, service.ask.due);
    // One that failed; a new record is told when it is there.
    if (!service.tell.under_way && service.tell.pause > 0) due = std::min(due, service.tell.due);
  }
  return due;
}

void BootstrapClient::tell(Service& service, SignedPeerRecord const& own) {
  http::Call call;
  call.method = http::Method::put;
  call.url = service.url + "/" + own.record.peer.text();
  call.type = "application/json";
  call.body = own.text();
  service.tell.under_way = true;
  http_.send(std::move(call),
             [this, &service, created_at = own.record.created_at](Result<http::Answer> answer) {
               told(service, created_at, answer);
             });
}

void BootstrapClient::told(Service& service, UnixTime created_at, Result<http::Answer>& answer) {
  service.tell.under_way = false;
  if (!answer.ok() || answer.value().status != status_ok)
    return note_failure(service, service.tell, failure_of(answer));
  ++counters_.told;
  service.told = created_at;
  service.tell = {};
}

void BootstrapClient::ask(Service& service) {
  service.ask.under_way = true;
  http_.get(service.url,
            [this, &service](Result<http::Answer> answer) { answered(service, answer); });
}

void BootstrapClient::answered(Service& service, Result<http::Answer>& answer) {
  service.ask.under_way = false;
  if (!answer.ok() || answer.value().status != status_ok)
    return note_failure(service, service.ask, failure_of(answer));
  ++counters_.asked;
  bool news = false;
  for (auto& record : read_peer_records(answer.value().body, options_.answer_records_max)) {
    if (record.ok()) {
      ++counters_.records;
      news = user_.learn(*record) || news;
    } else {
      ++counters_.bad_records;
      if (options_.log != nullptr)
        options_.log->warning("a bootstrap service tells a record that is none",
                              {{"service", service.url}, {"reason", record.error().message}});
    }
  }
  if (news) service.ask.pause = 0;
  pause(service.ask);
}

void BootstrapClient::note_failure(Service const& service, Errand& errand,
                                   std::string const& reason) {
  ++counters_.failed;
  pause(errand);
  if (options_.log != nullptr)
    options_.log->warning(
        "a bootstrap service fails",
        {{"service", service.url}, {"reason", reason}, {"pause_ms", errand.pause / milliseconds}});
}

void BootstrapClient::pause(Errand& errand) {
  errand.pause = std::clamp(2 * errand.pause, options_.retry_time_first, options_.retry_time_max);
  errand.due = clock_.now() + errand.pause / 2 + random_.below(errand.pause / 2 + 1);
}

}  // namespace weir
