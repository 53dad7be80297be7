#pragma once

#include <memory>

#include "engine/step.hpp"

/// One executor per kind of step (plan/steps.hpp).
namespace sluice::engine {

std::unique_ptr<Executor> make_prepare();
std::unique_ptr<Executor> make_publish();
std::unique_ptr<Executor> make_shift();
std::unique_ptr<Executor> make_finish();
std::unique_ptr<Executor> make_restore();
std::unique_ptr<Executor> make_pause();
std::unique_ptr<Executor> make_approval();
std::unique_ptr<Executor> make_webhook();
std::unique_ptr<Executor> make_invoke();
std::unique_ptr<Executor> make_check();
std::unique_ptr<Executor> make_bypass_check();
std::unique_ptr<Executor> make_clean_up();
std::unique_ptr<Executor> make_prune();
std::unique_ptr<Executor> make_hook();
std::unique_ptr<Executor> make_alarms();

}  // namespace sluice::engine
