#include "sim/promises.hpp"

#include "engine/events.hpp"

namespace sluice::sim {

void Promises::acknowledged(std::string run, std::string kind, std::string letter) {
  if (letter.empty())
    said_.emplace(std::move(run), std::move(kind));
  else
    acknowledged_letters_.emplace(std::move(letter), std::move(kind));
}

std::vector<std::string> Promises::broken(Followed const& followed) const {
  std::vector<std::string> found;
  auto lost = said_;
  std::map<std::string, int> obeyed;
  for (auto const& watch : followed.all())
    for (auto const& event : watch->events()) {
      if (event.type != engine::event::signal) continue;
      if (auto letter = event.body["letter"].as_string(); !letter.empty()) ++obeyed[letter];
      auto told = lost.find({watch->run(), event.body["kind"].as_string()});
      if (told != lost.end()) lost.erase(told);
    }
  for (auto const& [run, kind] : lost)
    found.push_back("the signal '" + kind + "' was acknowledged and is lost");
  for (auto const& [letter, kind] : acknowledged_letters_)
    if (!obeyed.contains(letter))
      found.push_back("the signal '" + kind + "' of a letter was acknowledged and is lost");
  for (auto const& [letter, times] : obeyed) {
    if (times > 1) found.push_back("a letter was obeyed " + std::to_string(times) + " times");
    if (taken_back_.contains(letter)) found.push_back("a letter was taken back and obeyed");
  }
  return found;
}

}  // namespace sluice::sim
