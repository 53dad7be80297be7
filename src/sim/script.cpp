#include "sim/script.hpp"

namespace sluice::sim {
namespace {

std::string line_of(engine::Event const& event) {
  std::string line = "event " + std::to_string(event.seq) + " " + event.type;
  if (!event.body["node"].as_string().empty()) line += " " + event.body["node"].as_string();
  for (auto name : {"scope", "status", "state", "kind", "class", "reason", "text"})
    if (event.body[name].is_string()) line += std::string(" ") + name + "=" + event.body[name].as_string();
  if (event.body.contains("effect")) line += " " + event.body["effect"].dump();
  if (event.body.contains("action")) line += " " + event.body["action"].dump();
  return line;
}

}  // namespace

std::vector<std::string> Script::lines() const {
  std::vector<std::string> lines;
  for (auto const& entry : entries_)
    lines.push_back("+" + text_of(entry.at) + " " + (entry.event ? line_of(*entry.event) : entry.text));
  return lines;
}

}  // namespace sluice::sim
