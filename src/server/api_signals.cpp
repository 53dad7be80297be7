#include "engine/events.hpp"
#include "server/answers.hpp"
#include "server/api.hpp"
#include "server/problem.hpp"
#include "server/run_page.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

/// What a plan asks people is answered by those who may approve; the rest is operation.
Permission permission_for(std::string const& signal) {
  bool answers = signal == "approve" || signal == "reject";
  return answers ? Permission::approve : Permission::operate;
}

}  // namespace

Result<bool> Api::was_journalled(std::string const& run, std::string const& request) {
  std::int64_t after = 0;
  while (true) {
    auto page = read_page(parts_.engine, run, after);
    if (!page) return std::unexpected(page.error());
    for (auto const& event : page->events) {
      after = event.seq;
      if (event.type == engine::event::signal && event.body["request"].as_string() == request)
        return true;
    }
    if (page->complete) return false;
  }
}

net::Response Api::signal(Call const& call, Attempt const& attempt) {
  auto body = body_of(call.request);
  if (!body) return problem(body.error());
  auto signal = signal_of(*body);
  if (!signal) return field_problem(signal.error());
  if (!may(call.who, permission_for(signal->kind))) return problem(not_permitted(call.who));
  if (!call.who.name.empty()) signal->by = call.who.name;
  signal->request = attempt.request;
  auto const& run = call.parameters.at("run");
  // A repetition of what is in the journal is answered as the first time. It is looked once more
  // behind a conflict, for another server may be carrying out the same request.
  auto done_before = [&]() -> Result<bool> {
    if (!attempt.again) return false;
    return was_journalled(run, attempt.request);
  };
  auto before = done_before();
  if (!before) return problem(before.error());
  if (*before) return nothing();
  auto sent = parts_.runs.signal(run, *signal);
  if (sent) return nothing();
  if (sent.error().code == ErrorCode::conflict)
    if (auto meanwhile = done_before(); meanwhile && *meanwhile) return nothing();
  return problem(sent.error());
}

}  // namespace sluice::server
