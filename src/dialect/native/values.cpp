#include "dialect/native/values.hpp"

#include <cmath>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"

namespace sluice::dialect::native {
namespace {

struct Percentage {
  double value = 0;
  bool has_sign = false;
};

std::optional<Percentage> percentage(config::Node const& node) {
  if (!node.is_scalar()) return std::nullopt;
  std::string_view text = trim(node.text());
  Percentage out{.has_sign = text.ends_with('%')};
  if (out.has_sign) text = trim(text.substr(0, text.size() - 1));
  auto number = config::core_number(text);
  if (!number || !std::isfinite(*number) || *number < 0 || *number > 100) return std::nullopt;
  out.value = *number;
  return out;
}

void refuse(config::Node const& node, config::Diagnostics& diagnostics, std::string message,
            std::string help) {
  config::report(diagnostics, node, config::codes::bad_percentage, std::move(message),
                 std::move(help));
}

std::string found(config::Node const& node) { return ", not " + config::description_of(node); }

}  // namespace

std::optional<double> read_weight(config::Node const& node, config::Diagnostics& diagnostics,
                                  std::string_view what) {
  auto percent = percentage(node);
  if (!percent) {
    refuse(node, diagnostics, std::string(what) + " is a percentage from 0 to 100" + found(node),
           "write for example '" + std::string(what) + ": 10'");
    return std::nullopt;
  }
  double tenths = percent->value * 10;
  if (std::abs(tenths - std::round(tenths)) < 1e-9) return std::round(tenths) / 10;
  refuse(node, diagnostics, std::string(what) + " has more than one decimal",
         "AWS weighs traffic in steps of 0.1 percent");
  return std::nullopt;
}

std::optional<double> read_share(config::Node const& node, config::Diagnostics& diagnostics,
                                 std::string_view what) {
  auto percent = percentage(node);
  if (percent && percent->has_sign) return percent->value / 100;
  refuse(node, diagnostics, std::string(what) + " is a percentage with its sign" + found(node),
         percent ? "write '" + std::string(what) + ": " + node.text() + "%'"
                 : "write for example '" + std::string(what) + ": 5%'");
  return std::nullopt;
}

std::vector<Word> read_words(config::MapReader& reader, char const* key) {
  config::Node const* node = reader.value(key);
  if (!node) return {};
  std::vector<Word> words;
  auto take = [&](config::Node const& item) {
    if (auto text = config::as_string(item, reader.diagnostics(), key))
      words.push_back({*text, item.span()});
  };
  if (!node->is_sequence()) take(*node);
  for (auto const& item : node->items()) take(item);
  return words;
}

std::string read_text_or_json(config::Node const& node) {
  return node.is_mapping() || node.is_sequence() ? config::to_json(node).dump() : node.text();
}

bool check_name(std::string const& name, config::Span const& span,
                config::Diagnostics& diagnostics) {
  bool good = !name.empty() && name.size() <= 128 && name.find('/') == std::string::npos &&
              std::string_view("[!~").find(name.front()) == std::string_view::npos;
  for (char c : name) good = good && static_cast<unsigned char>(c) >= ' ';
  if (!good)
    diagnostics.error(
        config::codes::unusable_name, span, config::in_quotes(name) + " is not a usable name",
        {.help = "use 1 to 128 characters without '/', the first not '[', '!' or '~'"});
  return good;
}

}  // namespace sluice::dialect::native
