#include <algorithm>

#include "engine/release/outcome.hpp"
#include "engine/secrets.hpp"
#include "engine/services.hpp"
#include "net/http.hpp"
#include "plan/secrets.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

Result<Secret> open(Services const& services, std::string const& name) {
  if (services.secrets) return services.secrets->open(name);
  return fail(ErrorCode::not_found, "the secret " + name + " cannot be opened here",
              "Nothing here keeps secrets.");
}

/// How a value is written where it is put in.
using Written = std::function<Result<std::string>(std::string const& name, std::string_view value,
                                                  std::size_t at)>;

class Webhook {
 public:
  explicit Webhook(StepContext const& context)
      : services_(context.services), step_(plan::webhook_step(context.record.input)) {
    if (auto const* node = plan::find(*context.plan, context.path); node && node->step)
      declared_ = plan::secrets_in(node->step->input);
  }

  Result<plan::WebhookStep> opened() {
    bool const json_body = !declared_.empty() && json::parse(step_.body).has_value();
    if (auto done = fill(step_.url, in_url); !done) return std::unexpected(done.error());
    for (auto& [name, value] : step_.headers)
      if (auto done = fill(value, in_header); !done) return std::unexpected(done.error());
    if (auto done = fill(step_.body, json_body ? in_json : as_it_is); !done)
      return std::unexpected(done.error());
    return std::move(step_);
  }

 private:
  static Result<std::string> as_it_is(std::string const&, std::string_view value, std::size_t) {
    return std::string(value);
  }
  /// A secret at the start is an address, or its beginning.
  static Result<std::string> in_url(std::string const&, std::string_view value, std::size_t at) {
    return at == 0 ? std::string(value) : net::percent_encode(value);
  }
  static Result<std::string> in_json(std::string const&, std::string_view value, std::size_t) {
    std::string const quoted = json::Value(std::string(value)).dump();
    return quoted.substr(1, quoted.size() - 2);
  }
  static Result<std::string> in_header(std::string const& name, std::string_view value,
                                       std::size_t) {
    bool plain = std::ranges::all_of(
        value, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    if (plain) return std::string(value);
    return fail(ErrorCode::invalid_input,
                "the secret " + name +
                    " holds a control character or a line break and cannot "
                    "stand in a header",
                "Store it again without: sluice secret set " + name);
  }

  Result<void> fill(std::string& text, Written const& written) const {
    auto filled = plan::fill_secrets(
        text, [&](std::string const& name, std::size_t at) -> Result<std::string> {
          // What came in with an answer of somebody else is a text and nothing more.
          if (!declared_.contains(name)) return plan::secret_reference(name);
          auto value = open(services_, name);
          if (!value) return std::unexpected(value.error());
          return written(name, value->open(), at);
        });
    if (!filled) return std::unexpected(filled.error());
    text = std::move(*filled);
    return {};
  }

  Services const& services_;
  plan::WebhookStep step_;
  std::set<std::string> declared_;
};

json::Value const& variables_of(json::Value const& configuration) {
  return configuration["Environment"]["Variables"];
}

}  // namespace

Result<json::Value> opened_configuration(Services const& services, plan::Release const& release) {
  json::Value configuration = release.configuration;
  json::Value variables = json::Object{};
  bool changed = false;
  for (auto const& [name, value] : variables_of(release.configuration).members()) {
    auto filled = plan::fill_secrets(
        value.as_string(), [&](std::string const& secret, std::size_t) -> Result<std::string> {
          auto opened = open(services, secret);
          if (!opened) return std::unexpected(opened.error());
          return std::string(opened->open());
        });
    if (!filled) return fail(filled.error(), "environment variable " + name + " of " + release.id);
    changed = changed || *filled != value.as_string();
    variables.set(name, std::move(*filled));
  }
  if (changed) configuration.set("Environment", json::Value{{"Variables", std::move(variables)}});
  return configuration;
}

std::expected<json::Value, Failed> opened_configuration(StepContext const& context) {
  auto opened = opened_configuration(context.services, context.declared());
  if (!opened) return std::unexpected(failed(opened.error()));
  return std::move(*opened);
}

Result<std::string> environment_hash(StepContext const& context, json::Value const& configuration) {
  bool secret = !plan::secrets_in(variables_of(context.declared().configuration)).empty();
  if (!secret || !context.services.secrets) return std::string();
  return context.services.secrets->keyed_hash(variables_of(configuration).canonical());
}

bool same_key(std::string_view hash, std::string_view other) {
  return hash.substr(0, hash.find(':')) == other.substr(0, other.find(':'));
}

Result<plan::WebhookStep> opened_webhook(StepContext const& context) {
  return Webhook(context).opened();
}

}  // namespace sluice::engine
