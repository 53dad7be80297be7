#include <cstddef>
#include <cstdint>
#include <string>

#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"

/// Reads any bytes as YAML and as JSON and renders what is wrong with them. The first byte picks
/// the form, so that one corpus serves both.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sluice::config;
  if (size == 0) return 0;
  std::string text(reinterpret_cast<char const*>(data) + 1, size - 1);
  Diagnostics diagnostics;
  auto document = parse(data[0] % 2 ? "fuzz.json" : "fuzz.yaml", text, diagnostics);
  if (document) {
    to_json(document->root).dump();
    MapReader reader(document->root, diagnostics);
    reader.integer("a", {0, 100});
    reader.duration("b");
    reader.string_map("c");
    reader.maps("d");
    reader.done();
  }
  for (auto format : {Format::human, Format::json, Format::github, Format::gitlab})
    render(diagnostics, format);
  return 0;
}
