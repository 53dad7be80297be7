#include "engine/release/outcome.hpp"
#include "engine/secrets.hpp"
#include "engine/services.hpp"
#include "engine/steps/steps.hpp"
#include "plan/secrets.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

constexpr Duration answer_limit = std::chrono::seconds(15);
constexpr std::size_t answer_bytes = 1 << 20;

/// One request; any 2xx answer is a success. At least once: a delivery whose answer was lost is
/// sent again under the same id, which the receiver finds in Sluice-Delivery.
class Webhook final : public Executor {
 public:
  Move next(StepContext& context) const override {
    plan::WebhookStep step = plan::webhook_step(context.record.input);
    if (step.callback)
      return Failed{
          plan::ErrorClass::configuration,
          "webhook '" + step.name + "' waits for a callback, and nothing here can receive one",
          "Set disableCallback: true, if its answer is enough."};
    if (context.happened("SendRequest"))
      return Done{context.result_of("SendRequest"), NodeStatus::succeeded, {}};
    std::string delivery =
        context.run + "/" + context.path + "/" + std::to_string(context.record.attempt);
    json::Value desired{{"method", step.method}, {"delivery", delivery}};
    auto hash = request_hash(context);
    if (!hash) return failed(hash.error());
    if (!hash->empty()) desired.set("request", *hash);
    return Effect{"SendRequest", {}, std::move(desired), {}};
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    auto opened = opened_webhook(context);
    if (!opened) return Refused{failed(opened.error())};
    plan::WebhookStep const& step = *opened;
    net::Request request;
    request.method = step.method;
    request.url = step.url;
    request.body = step.body;
    for (auto const& [name, value] : step.headers) request.headers.add(name, value);
    request.headers.set("Sluice-Delivery", effect.desired["delivery"].as_string());
    request.headers.set("User-Agent", context.services.user_agent);
    net::SendOptions options;
    options.total_timeout = answer_limit;
    options.max_response = answer_bytes;
    Error last;
    for (int attempt = 0; attempt <= step.retries; ++attempt) {
      auto answer = context.services.for_named_urls().send(request, options, context.stop);
      if (answer) return judged(step, *answer);
      if (answer.error().may_have_arrived) return MaybeDone{answer.error().error.message};
      last = answer.error().error;
      // The operator's rules say so; the next attempt would meet the same ones.
      if (last.code == ErrorCode::denied) break;
      if (attempt < step.retries)
        context.services.clock.sleep(std::chrono::seconds(1), context.stop);
    }
    bool const denied = last.code == ErrorCode::denied;
    return Refused{Failed{denied ? plan::ErrorClass::denied : plan::ErrorClass::unavailable,
                          "webhook '" + step.name + "' could not be sent: " + last.message,
                          last.hint}};
  }

  Settled settle(StepContext& context, Effect const&) const override {
    int lost = 0;
    for (auto const& effect : context.record.effects) lost += effect.void_;
    std::string name = plan::webhook_step(context.record.input).name;
    if (lost >= 3)
      return Refused{Failed{plan::ErrorClass::unavailable,
                            "webhook '" + name + "' was sent " + std::to_string(lost + 1) +
                                " times and never answered",
                            ""}};
    return DidNotHappen{"no answer came: it is sent again under the same id"};
  }

  Pool pool() const override { return Pool::long_work; }

 private:
  /// Of the request with its secrets, where it has some. A repeated delivery whose secret was
  /// changed in between is another request under the same id: the receiver may see two.
  static Result<std::string> request_hash(StepContext& context) {
    auto const* node = plan::find(*context.plan, context.path);
    if (!context.services.secrets || !node || !node->step ||
        plan::secrets_in(node->step->input).empty())
      return std::string();
    auto opened = opened_webhook(context);
    if (!opened) return std::unexpected(opened.error());
    auto hash = context.services.secrets->keyed_hash(plan::to_json(*opened).canonical());
    for (auto const& earlier : context.record.effects) {
      auto const& sent = earlier.intent["desired"]["request"];
      if (hash && sent.is_string() && same_key(sent.as_string(), *hash) &&
          sent.as_string() != *hash)
        context.notes.push_back("a secret of webhook '" + opened->name +
                                "' was changed since it was sent without an answer: it is sent "
                                "again with the new value");
    }
    return hash;
  }

  static Performed judged(plan::WebhookStep const& step, net::Response const& answer) {
    if (answer.status >= 200 && answer.status < 300)
      return Happened{json::Value{{"status", answer.status}}, false};
    return Refused{Failed{plan::ErrorClass::program,
                          "webhook '" + step.name + "' answered " + std::to_string(answer.status) +
                              " instead of a 2xx status",
                          ""}};
  }
};

}  // namespace

std::unique_ptr<Executor> make_webhook() { return std::make_unique<Webhook>(); }

}  // namespace sluice::engine
