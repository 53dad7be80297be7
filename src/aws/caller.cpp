#include "aws/caller.hpp"

#include <atomic>
#include <mutex>

#include "aws/exchange.hpp"

namespace sluice::aws {

struct Caller::State {
  Ports ports;
  std::shared_ptr<Provider> provider;
  CallerOptions options;
  std::shared_ptr<SharedCallState> shared;
};

Caller::Caller(Ports ports, std::shared_ptr<Provider> provider, CallerOptions options)
    : state_(std::make_shared<State>(State{ports, std::move(provider), std::move(options),
                                           std::make_shared<SharedCallState>()})) {}

Caller Caller::with(std::stop_token stop) const {
  Caller copy = *this;
  copy.stop_ = std::move(stop);
  return copy;
}

Caller Caller::as(std::shared_ptr<Provider> provider, std::string account) const {
  Caller copy = *this;
  copy.state_ = std::make_shared<State>(*state_);
  copy.state_->provider = std::move(provider);
  copy.state_->options.account = std::move(account);
  return copy;
}

Ports const& Caller::ports() const { return state_->ports; }
CallerOptions const& Caller::options() const { return state_->options; }
Provider& Caller::provider() const { return *state_->provider; }

Answer<net::Response> Caller::call(Spec const& spec) const {
  return Exchange(*this, *state_->shared, spec).run();
}

}  // namespace sluice::aws
