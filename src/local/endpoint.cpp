#include "local/endpoint.hpp"

#include <unistd.h>

#include <cstdlib>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "local/endpoint_parts.hpp"
#include "local/serving.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_state = std::size_t{1} << 30;
/// A zip of the largest code AWS takes may be put into S3 in one piece.
constexpr std::size_t max_body = 300 << 20;
/// Every waiting Invoke holds a worker, and functions may call functions.
constexpr unsigned max_workers = 256;

Result<void> make_folder(std::filesystem::path const& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (!problem) return {};
  return fail(ErrorCode::unavailable,
              "cannot make the folder " + folder.string() + ": " + problem.message(),
              "give the local endpoint another folder with --state");
}

/// Takes the folder's lock; the error says who has it where that is known.
Result<void> take_lock(EndpointParts& parts) {
  auto const& folder = parts.settings.folder;
  auto locked = parts.lock.take(folder);
  if (locked || locked.error().code != ErrorCode::conflict) return locked;
  auto const holder = read_serving(folder);
  if (!holder) return locked;
  return fail(ErrorCode::conflict,
              "the local endpoint at " + holder->url + " (process " + std::to_string(holder->pid) +
                  ") is using the folder " + folder.string(),
              "use that one, stop it, or give this one another folder with --state");
}

/// Blobs nothing in the state names are left over from deleted functions and objects.
void remove_unused(FileBlobs& blobs, Model const& model, std::string const& state) {
  auto used = model.s3.blobs_in_use();
  for (auto const& name : blobs.names()) {
    std::string digest;
    for (std::size_t i = 0; i + 1 < name.size(); i += 2)
      digest += static_cast<char>(std::strtol(name.substr(i, 2).c_str(), nullptr, 16));
    // Lambda's part of the state names code by the same digest in base64.
    if (name.size() == 64 && state.contains(base64(digest))) used.insert(name);
  }
  blobs.keep_only(used);
}

Result<void> load_state(EndpointParts& parts) {
  auto const& folder = parts.settings.folder;
  if (auto made = make_folder(folder / "blobs"); !made) return made;
  if (auto locked = take_lock(parts); !locked) return locked;
  auto files = std::make_unique<FileBlobs>(folder / "blobs");
  auto& blobs = *files;
  parts.blobs = std::move(files);
  auto model = fresh_model(parts);
  auto const text = read_file(folder / "state.json", max_state);
  if (!text && text.error().code != ErrorCode::not_found) return std::unexpected(text.error());
  if (text) {
    auto const saved = json::parse(*text);
    auto loaded = saved ? model->load(*saved) : std::unexpected(saved.error());
    if (!loaded) {
      auto error = loaded.error();
      if (error.hint.empty()) error.hint = "move the file away to start with an empty endpoint";
      return fail(std::move(error), "read " + (folder / "state.json").string());
    }
  }
  remove_unused(blobs, *model, text ? *text : std::string());
  parts.model.with([&](auto& held) { held = std::move(model); });
  return {};
}

void start_writer(EndpointParts& parts) {
  parts.writer = std::make_unique<StateWriter>(parts.settings.folder / "state.json", [&parts] {
    auto const saved = parts.model.with([](auto& model) { return model->save(); });
    return saved.dump();
  });
}

}  // namespace

std::unique_ptr<Model> fresh_model(EndpointParts& parts) {
  auto const& settings = parts.settings;
  auto model = std::make_unique<Model>(*parts.blobs, parts.random, settings.lambda);
  model->metrics.set_lag(settings.metric_lag);
  model->code.set_base_url(parts.url);
  auto const now = parts.clock.now();
  for (auto const& key : settings.keys) model->keys.add(key, now);
  for (auto const& role : settings.roles)
    if (auto declared = model->sts.declare(role); !declared)
      log::warning("role_not_declared", {{"reason", declared.error().message}});
  return model;
}

Result<std::unique_ptr<Endpoint>> Endpoint::open(EndpointSettings settings, Clock& clock,
                                                 Random& random) {
  auto parts = std::make_unique<EndpointParts>(std::move(settings), clock, random);
  auto const& folder = parts->settings.folder;
  if (folder.empty()) {
    parts->blobs = std::make_unique<MemoryBlobs>();
    auto model = fresh_model(*parts);
    parts->model.with([&](auto& held) { held = std::move(model); });
  } else {
    if (auto loaded = load_state(*parts); !loaded) return std::unexpected(loaded.error());
    start_writer(*parts);
  }
  auto code_path = [folder](std::string const& blob) {
    return folder.empty() ? std::filesystem::path() : folder / "blobs" / blob;
  };
  auto* raw = parts.get();
  parts->invoker = std::make_unique<FunctionInvoker>(
      parts->model, parts->logs, clock, code_path,
      [raw](FunctionEvent event) { return raw->events->add(std::move(event)); });
  parts->events = std::make_unique<EventQueue>(*parts->invoker, clock, parts->settings.events);
  return std::unique_ptr<Endpoint>(new Endpoint(std::move(parts)));
}

Endpoint::Endpoint(std::unique_ptr<EndpointParts> parts) : parts_(std::move(parts)) {}

Endpoint::~Endpoint() { stop(); }

Result<void> Endpoint::start() {
  net::ServerOptions options;
  options.port = parts_->settings.port;
  options.max_body = max_body;
  options.workers = max_workers;
  auto server =
      net::listen(options, [this](net::Incoming const& request) { return handle(request); });
  if (!server) return fail(server.error(), "start the local endpoint");
  parts_->url = "http://127.0.0.1:" + std::to_string((*server)->port());
  parts_->model.with([&](auto& model) { model->code.set_base_url(parts_->url); });
  parts_->server = std::move(*server);
  if (auto running = start_runner(); !running) return running;
  parts_->events->start();
  if (parts_->settings.folder.empty()) return {};
  return write_serving(parts_->settings.folder,
                       {.url = parts_->url, .port = parts_->server->port(), .pid = ::getpid()});
}

Result<void> Endpoint::start_runner() {
  auto const& settings = parts_->settings;
  if (!settings.runner) return {};
  RunnerOptions options;
  options.folder = settings.folder / "runtime";
  options.endpoint_url = parts_->url;
  options.keep_warm = settings.keep_warm;
  options.max_processes = settings.max_processes;
  options.credentials = [parts = parts_.get()](std::string const& account) {
    auto const now = parts->clock.now();
    auto const key =
        parts->model.with([&](auto& model) { return model->function_key(account, now); });
    return std::array<std::string, 3>{key.id, key.secret, key.session_token};
  };
  auto runner = settings.runner(std::move(options), parts_->clock);
  if (!runner) return fail(runner.error(), "start the local endpoint");
  parts_->invoker->set_runner(std::move(*runner));
  return {};
}

void Endpoint::stop() {
  if (parts_->stopped.exchange(true)) return;
  parts_->stopping.request_stop();
  if (parts_->server && !parts_->settings.folder.empty()) remove_serving(parts_->settings.folder);
  // The runner goes first: its processes end, and with them the requests that wait for them.
  parts_->invoker->set_runner(nullptr);
  if (parts_->server) parts_->server->stop();
  parts_->events->stop();
  if (parts_->writer) parts_->writer->stop();
  parts_->lock.release();
}

std::string const& Endpoint::url() const { return parts_->url; }

net::Response Endpoint::handle(net::Incoming const& request) {
  return answer_aws(*parts_, request);
}

bool Endpoint::run_event() { return parts_->events->run_one(); }
std::optional<Time> Endpoint::next_event() { return parts_->events->next_due(); }
FaultList& Endpoint::faults() { return parts_->faults; }
CallLog& Endpoint::calls() { return parts_->calls; }
void Endpoint::reset() { reset_endpoint(*parts_); }

void reset_endpoint(EndpointParts& parts) {
  parts.events->clear();
  parts.model.with([&](auto& held) {
    held = fresh_model(parts);
    parts.blobs->keep_only({});
  });
  if (auto runner = parts.invoker->runner()) runner->retire("");
  parts.faults.clear();
  parts.calls.clear();
  parts.logs.clear();
  parts.changed();
}

}  // namespace sluice::local
