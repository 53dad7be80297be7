#include "engine/secrets.hpp"
#include "engine/services.hpp"

namespace sluice::engine {
namespace {

/// Texts for people only: a number or a name that happens to equal a secret is still needed as it
/// is.
class Hider {
 public:
  explicit Hider(StepContext& context) : secrets_(context.services.secrets) {
    for (auto& note : context.notes) text(note);
  }

  void text(std::string& it) const {
    if (secrets_ && !it.empty()) it = secrets_->hide(std::move(it));
  }

  void operator()(Effect&) const {}
  void operator()(Park& park) const { text(park.waiting_for); }
  void operator()(Done& done) const {
    text(done.reason);
    payload(done.outputs);
  }
  void operator()(Failed& failed) const {
    text(failed.reason);
    text(failed.hint);
  }
  void operator()(Happened& happened) const { payload(happened.result); }
  void operator()(Refused& refused) const { (*this)(refused.why); }
  void operator()(NotNow& later) const { text(later.reason); }
  void operator()(MaybeDone& maybe) const { text(maybe.reason); }
  void operator()(DidNotHappen& no) const { text(no.reason); }
  void operator()(ChangedByOthers& others) const { text(others.found); }

 private:
  /// What a function or a server answered.
  void payload(json::Value& result) const {
    if (!secrets_ || !result["payload"].is_string()) return;
    result.set("payload", secrets_->hide(result["payload"].as_string()));
  }

  SecretValues* secrets_;
};

}  // namespace

void hide_secrets(StepContext& context, Move& move) { std::visit(Hider(context), move); }
void hide_secrets(StepContext& context, Performed& outcome) { std::visit(Hider(context), outcome); }
void hide_secrets(StepContext& context, Settled& outcome) { std::visit(Hider(context), outcome); }

}  // namespace sluice::engine
