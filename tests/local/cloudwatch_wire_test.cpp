#include <zlib.h>

#include "local/endpoint_fixture.hpp"
#include "local/wire/cloudwatch_input.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in(text), out(deflateBound(&stream, in.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class MetricWire : public test::EndpointTest {
 protected:
  net::Response json_call(std::string const& operation, std::string body,
                          net::Headers headers = {}) {
    headers.set("X-Amz-Target", "GraniteServiceVersion20100801." + operation);
    headers.set("Content-Type", "application/x-amz-json-1.0");
    return send({.method = "POST",
                 .body = std::move(body),
                 .headers = std::move(headers),
                 .service = "monitoring"});
  }
  net::Response form_call(std::string body) {
    return send({.method = "POST",
                 .body = "Version=2010-08-01&" + std::move(body),
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .service = "monitoring"});
  }
  static constexpr auto put =
      R"({"Namespace":"App","MetricData":[{"MetricName":"L","Values":[1,2,3],"Counts":[1,1,2]}]})";
};

TEST_F(MetricWire, AnswersTheSameOverBothProtocols) {
  ASSERT_EQ(json_call("PutMetricData", put).status, 200);
  auto const over_json = json_call("GetMetricData", R"({"StartTime":1767322800,
    "EndTime":1767326400,"MetricDataQueries":[{"Id":"a","MetricStat":{"Metric":{"Namespace":"App",
    "MetricName":"L"},"Period":60,"Stat":"Sum"}}]})");
  auto const result = (*json::parse(over_json.body))["MetricDataResults"].items().at(0);
  EXPECT_EQ(result["Values"], json::array({9.0}));
  EXPECT_EQ(result["Timestamps"], json::array({1'767'323'040}));
  auto const over_form = form_call(
      "Action=GetMetricData&StartTime=2026-01-02T03%3A00%3A00Z&EndTime=2026-01-02T04%3A00%3A00Z"
      "&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Stat=Sum"
      "&MetricDataQueries.member.1.MetricStat.Period=60"
      "&MetricDataQueries.member.1.MetricStat.Metric.Namespace=App"
      "&MetricDataQueries.member.1.MetricStat.Metric.MetricName=L");
  EXPECT_TRUE(over_form.body.contains("<Values><member>9.0</member></Values>")) << over_form.body;
  EXPECT_TRUE(over_form.body.contains("<member>2026-01-02T03:04:00.000Z</member>"));
}

TEST_F(MetricWire, ReadsCompressedBodies) {
  EXPECT_EQ(json_call("PutMetricData", gzip(put), {{"Content-Encoding", "gzip"}}).status, 200);
  EXPECT_EQ(json_call("PutMetricData", "broken", {{"Content-Encoding", "gzip"}}).status, 400);
  EXPECT_FALSE(gunzip(gzip(std::string(5000, 'a')), 4999));
  EXPECT_TRUE(gunzip(gzip(std::string(5000, 'a')), 5000));
}

TEST_F(MetricWire, PagesThroughDatapoints) {
  ASSERT_EQ(json_call("PutMetricData", R"({"Namespace":"App","MetricData":[
    {"MetricName":"L","Value":1,"Timestamp":1767322800},
    {"MetricName":"L","Value":2,"Timestamp":1767322860},
    {"MetricName":"L","Value":3,"Timestamp":1767322920}]})")
                .status,
            200);
  json::Value query = *json::parse(R"({"StartTime":1767322800,"EndTime":1767326400,
    "ScanBy":"TimestampAscending","MaxDatapoints":2,"MetricDataQueries":[{"Id":"a","MetricStat":
    {"Metric":{"Namespace":"App","MetricName":"L"},"Period":60,"Stat":"Sum"}}]})");
  auto const first = *json::parse(json_call("GetMetricData", query.dump()).body);
  EXPECT_EQ(first["MetricDataResults"].items()[0]["Values"], json::array({1.0, 2.0}));
  query.set("NextToken", first["NextToken"]);
  auto const second = *json::parse(json_call("GetMetricData", query.dump()).body);
  EXPECT_EQ(second["MetricDataResults"].items()[0]["Values"], json::array({3.0}));
  EXPECT_FALSE(second.contains("NextToken"));
}

TEST_F(MetricWire, RefusesWhatItCannotDoByName) {
  auto const math = json_call("GetMetricData", R"({"StartTime":1,"EndTime":100,
    "MetricDataQueries":[{"Id":"a","Expression":"m1/m2"}]})",
                              {{"x-amzn-query-mode", "true"}});
  EXPECT_EQ(math.status, 400);
  EXPECT_EQ(math.headers.get("x-amzn-query-error"), "ValidationError;Sender");
  EXPECT_TRUE(math.body.contains("metric math")) << math.body;
  EXPECT_TRUE(json_call("PutDashboard", "{}").body.contains("PutDashboard"));
  auto const cbor =
      send({.method = "POST",
            .path = {"service", "GraniteServiceVersion20100801", "operation", "GetMetricData"},
            .headers = {{"Smithy-Protocol", "rpc-v2-cbor"}},
            .service = "monitoring"});
  EXPECT_EQ(cbor.status, 415);
  EXPECT_TRUE(cbor.body.contains("CBOR"));
}

TEST_F(MetricWire, RefusesMalformedForms) {
  for (auto const* form :
       {"Action=PutMetricData&MetricData.member.0.Value=1",
        "Action=PutMetricData&MetricData.member.3.Value=1",
        "Action=PutMetricData&MetricData.member.x=1", "Action=PutMetricData&MetricData.member",
        "Action=PutMetricData&a=1&a.b=2"})
    EXPECT_EQ(form_call(form).status, 400) << form;
}

}  // namespace
}  // namespace sluice::local
