#include "engine/steps/steps.hpp"

namespace sluice::engine {

Executors standard_executors() {
  Executors executors;
  executors.add("prepare", make_prepare());
  executors.add("publish", make_publish());
  executors.add("shift", make_shift());
  executors.add("finish", make_finish());
  executors.add("restore", make_restore());
  executors.add("pause", make_pause());
  executors.add("approval", make_approval());
  executors.add("webhook", make_webhook());
  executors.add("invoke", make_invoke());
  executors.add("check", make_check());
  executors.add("bypass_check", make_bypass_check());
  executors.add("clean_up", make_clean_up());
  executors.add("prune", make_prune());
  executors.add("hook", make_hook());
  executors.add("alarms", make_alarms());
  return executors;
}

}  // namespace sluice::engine
