#include "aws/sns.hpp"

#include "aws/decode.hpp"
#include "aws/xml.hpp"

namespace sluice::aws {

Answer<std::string> Sns::publish(TopicMessage const& message) {
  net::Pairs form{{"Action", "Publish"},
                  {"Version", "2010-03-31"},
                  {"TopicArn", message.topic},
                  {"Message", message.text}};
  if (!message.subject.empty()) form.emplace_back("Subject", message.subject);
  Spec spec;
  spec.service = Service::sns;
  spec.operation = "Publish";
  spec.kind = Kind::write;
  spec.region = region_;
  spec.resource = message.topic;
  spec.arn = message.topic;
  spec.method = "POST";
  spec.body = net::format_query(form);
  spec.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  auto response = caller_.call(spec);
  if (!response) return std::unexpected(std::move(response.error()));
  auto document = parse_xml(response->body);
  if (!document) return unreadable(spec, document.error().message);
  std::string id = (*document)["PublishResult"]["MessageId"].text;
  if (id.empty()) return unreadable(spec, "it names no message");
  return id;
}

}  // namespace sluice::aws
