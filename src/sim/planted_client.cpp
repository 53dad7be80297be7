#include "sim/cloud.hpp"
#include "sim/planted.hpp"

namespace sluice::sim {
namespace {

using Answer = std::expected<net::Response, net::Failure>;

net::Request with_body(net::Request request, json::Value const& body) {
  request.body = body.dump();
  request.stream.reset();
  return request;
}

class ResendsBlindly final : public net::Client {
 public:
  explicit ResendsBlindly(net::Client& inner) : inner_(inner) {}
  Answer send(net::Request const& request, net::SendOptions const& options,
              std::stop_token stop) override {
    Answer answer = inner_.send(request, options, stop);
    CloudCall call = Cloud::read(request);
    if (!answer || answer->status != 412 || call.operation != "UpdateAlias") return answer;
    json::Value body = call.body;
    body.erase("RevisionId");
    return inner_.send(with_body(request, body), options, std::move(stop));
  }

 private:
  net::Client& inner_;
};

class MergesWeights final : public net::Client {
 public:
  explicit MergesWeights(net::Client& inner) : inner_(inner) {}
  Answer send(net::Request const& request, net::SendOptions const& options,
              std::stop_token stop) override {
    CloudCall call = Cloud::read(request);
    bool none = call.body["RoutingConfig"]["AdditionalVersionWeights"].members().empty();
    if (call.operation != "UpdateAlias" || !none)
      return inner_.send(request, options, std::move(stop));
    json::Value body = call.body;
    body.erase("RoutingConfig");
    return inner_.send(with_body(request, body), options, std::move(stop));
  }

 private:
  net::Client& inner_;
};

/// Takes a write of what is there already for done. None but the fence is one.
class DoesNotFence final : public net::Client {
 public:
  explicit DoesNotFence(net::Client& inner) : inner_(inner) {}
  Answer send(net::Request const& request, net::SendOptions const& options,
              std::stop_token stop) override {
    CloudCall call = Cloud::read(request);
    if (call.operation != "UpdateAlias") return inner_.send(request, options, std::move(stop));
    net::Request look = request;
    look.method = "GET";
    look.body.clear();
    look.stream.reset();
    Answer there = inner_.send(look, options, stop);
    if (!there || there->status != 200) return inner_.send(request, options, std::move(stop));
    json::Value alias = json::parse(there->body).value_or(json::Value());
    bool same = alias["FunctionVersion"] == call.body["FunctionVersion"] &&
                alias["RoutingConfig"]["AdditionalVersionWeights"].dump() ==
                    call.body["RoutingConfig"]["AdditionalVersionWeights"].dump();
    return same ? there : inner_.send(request, options, std::move(stop));
  }

 private:
  net::Client& inner_;
};

}  // namespace

std::unique_ptr<net::Client> planted_client(PlantedBug bug, net::Client& inner) {
  if (bug == PlantedBug::resend_stale_alias_writes) return std::make_unique<ResendsBlindly>(inner);
  if (bug == PlantedBug::weights_merged) return std::make_unique<MergesWeights>(inner);
  if (bug == PlantedBug::no_fence) return std::make_unique<DoesNotFence>(inner);
  return nullptr;
}

}  // namespace sluice::sim
