#include "aws/lambda.hpp"
#include "aws/s3.hpp"
#include "base/strings.hpp"
#include "cli/local_commands.hpp"
#include "cli/local_link.hpp"

namespace sluice::cli {
namespace {

constexpr Duration longest_run = std::chrono::minutes(15) + std::chrono::seconds(10);

/// "s3://bucket/key"; the key may hold slashes.
Result<aws::ObjectLocation> object_of(std::string const& text) {
  static constexpr std::string_view scheme = "s3://";
  auto const slash = text.find('/', scheme.size());
  if (text.starts_with(scheme) && slash != std::string::npos && slash > scheme.size() &&
      slash + 1 < text.size())
    return aws::ObjectLocation{.bucket = text.substr(scheme.size(), slash - scheme.size()),
                               .key = text.substr(slash + 1),
                               .version_id = {}};
  return fail(ErrorCode::invalid_input, "'" + text + "' names no object",
              "Write it as s3://BUCKET/KEY.");
}

Result<aws::ObjectInfo> put(LocalLink& link, aws::ObjectLocation const& object,
                            std::string const& path) {
  aws::S3 s3(link.caller(), link.region());
  auto info = s3.put_file(object, path);
  if (!info && info.error().code == "NoSuchBucket") {
    if (auto made = s3.create_bucket(object.bucket); !made)
      return std::unexpected(made.error().error());
    info = s3.put_file(object, path);
  }
  if (!info) return std::unexpected(info.error().error());
  return *info;
}

void show(Invocation& invocation, aws::Lambda::Invoked const& answer) {
  auto& terminal = invocation.terminal;
  if (!invocation.json()) {
    terminal.out(answer.payload + (answer.payload.ends_with('\n') ? "" : "\n"));
    Style const style = terminal.err_style();
    if (!answer.log_tail.empty()) terminal.err(style.dim(printable(answer.log_tail)) + "\n");
    auto text = "version " + answer.executed_version;
    if (!answer.function_error.empty())
      text += style.red(" failed: " + printable(answer.function_error));
    return invocation.say(text);
  }
  json::Value out{{"apiVersion", "sluice/v1"},
                  {"kind", "LocalInvocation"},
                  {"executed_version", answer.executed_version},
                  {"function_error", answer.function_error},
                  {"request_id", answer.request_id},
                  {"log", answer.log_tail}};
  auto payload = json::parse(answer.payload);
  out.set("payload", payload ? std::move(*payload) : json::Value(answer.payload));
  terminal.out(out.dump() + "\n");
}

}  // namespace

int run_local_put(Invocation& invocation) {
  auto const object = object_of(invocation.line.positional(0));
  if (!object) return invocation.refuse_usage(object.error().message, object.error().hint);
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  auto const info = put(**link, *object, invocation.line.positional(1));
  if (!info) return invocation.refuse(info.error());
  invocation.say("s3://" + object->bucket + "/" + object->key + " is in the local endpoint" +
                 (info->version_id.empty() ? "" : ", version " + info->version_id));
  return exit_success;
}

int run_local_invoke(Invocation& invocation) {
  auto const payload = payload_or_exit(invocation);
  if (!payload) return payload.error();
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  auto const name = split_qualifier(invocation.line.positional(0));
  if (auto found = (*link)->find_function(invocation, name); !found)
    return invocation.refuse(found.error());
  aws::Lambda lambda((*link)->caller(), (*link)->region());
  auto const answer =
      lambda.invoke(name.function, name.qualifier, *payload, "RequestResponse", longest_run);
  if (!answer) return invocation.refuse(answer.error().error());
  show(invocation, *answer);
  return answer->function_error.empty() ? exit_success : exit_failed;
}

}  // namespace sluice::cli
