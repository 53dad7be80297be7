#include "sim/queue_workers.hpp"

namespace sluice::sim {
namespace {

template <class T>
T take(std::vector<T>& from, std::size_t index) {
  T taken = std::move(from[index]);
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(index));
  return taken;
}

}  // namespace

void QueueWorkers::run(engine::Pool, std::function<std::function<void()>()> work) {
  work_.push_back(std::move(work));
}

void QueueWorkers::perform(std::size_t index) {
  auto work = take(work_, index);
  answers_.push_back(work());
}

void QueueWorkers::deliver(std::size_t index) {
  auto answer = take(answers_, index);
  answer();
}

bool QueueWorkers::do_any(Random& random) {
  std::size_t ready = waiting() + answered();
  if (ready == 0) return false;
  std::size_t index = random.below(ready);
  if (index < waiting())
    perform(index);
  else
    deliver(index - waiting());
  return true;
}

void QueueWorkers::clear() {
  work_.clear();
  answers_.clear();
}

}  // namespace sluice::sim
