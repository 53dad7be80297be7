#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>

#include "local/endpoint.hpp"
#include "local/endpoint_files.hpp"
#include "local/endpoint_invoke.hpp"
#include "local/endpoint_logs.hpp"
#include "local/endpoint_model.hpp"
#include "local/endpoint_state.hpp"

namespace sluice::local {

/// What an Endpoint consists of; shared by the files that implement it. The only lock that is ever
/// held while another is taken is the model's, and only the blob files' own calls happen under it.
struct EndpointParts {
  EndpointParts(EndpointSettings given, Clock& time, Random& chance)
      : settings(std::move(given)), clock(time), random(chance) {}

  EndpointSettings settings;  ///< `lambda` and `metric_lag` only under the model's lock
  Clock& clock;
  Random& random;  ///< only under the model's lock
  FolderLock lock;
  std::unique_ptr<BlobStore> blobs;
  GuardedModel model;
  FaultList faults;
  CallLog calls;
  FunctionLogs logs;
  std::unique_ptr<FunctionInvoker> invoker;
  std::unique_ptr<EventQueue> events;
  std::unique_ptr<StateWriter> writer;  ///< none in memory only
  std::stop_source stopping;            ///< ends delays that were asked for
  std::unique_ptr<net::Server> server;
  std::string url = "http://localhost";
  std::atomic<bool> stopped = false;

  void changed() {
    if (writer) writer->changed();
  }
};

/// A model with what the settings declare and nothing else.
std::unique_ptr<Model> fresh_model(EndpointParts& parts);

/// One AWS request, from its Host field to its entry in the log of calls.
net::Response answer_aws(EndpointParts& parts, net::Incoming const& request);

/// What stands under /_sluice/: the commands of `sluice local` and the links to function code.
net::Response answer_admin(EndpointParts& parts, net::Incoming const& request);

void reset_endpoint(EndpointParts& parts);

}  // namespace sluice::local
