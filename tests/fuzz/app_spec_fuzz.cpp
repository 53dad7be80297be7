#include <cstddef>
#include <cstdint>
#include <string>

#include "config/render.hpp"
#include "dialect/compile.hpp"

/// Compiles any bytes, with and without an AppSpec's keys before them, so that both the finding of
/// the dialect and the reading of an AppSpec are reached.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sluice;
  if (size == 0) return 0;
  std::string text(reinterpret_cast<char const*>(data) + 1, size - 1);
  if (data[0] % 2) text = "version: 0.0\nResources:\n  - f:\n" + text;
  dialect::CompileOptions options;
  if (data[0] % 4 > 1) options.app_spec.configuration = text.substr(0, 40);
  options.strict = data[0] % 8 > 3;
  config::Diagnostics diagnostics;
  auto plan = dialect::compile(config::make_source("appspec.yaml", text), options, diagnostics);
  config::render(diagnostics, config::Format::human);
  if (plan) plan::digest(*plan);
  return 0;
}
