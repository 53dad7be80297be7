#include <gmock/gmock.h>

#include "local/runtime/http_reader.hpp"
#include "local/runtime/runtime_limits.hpp"
#include "local/runtime/runtime_state.hpp"

namespace sluice::local {
namespace {

using Found = RequestReader::Found;
using Phase = RuntimeState::Phase;
using testing::HasSubstr;
using testing::StartsWith;

std::string const head = "POST /x HTTP/1.1\r\nHost: 127.0.0.1:1\r\n";

TEST(RequestReader, BodiesOfBothKindsWhereverTheBytesAreCut) {
  std::string const stream =
      head + "Content-Length: 3\r\n\r\nabc" + head +
      "Transfer-Encoding: chunked\r\n\r\n2\r\nde\r\n3;ext=1\r\nfgh\r\n0\r\nT: v\r\n\r\n" +
      "GET /next HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    RequestReader reader(100);
    std::vector<ApiRequest> found;
    for (std::string_view piece :
         {std::string_view(stream).substr(0, cut), std::string_view(stream).substr(cut)}) {
      reader.feed(piece);
      for (ApiRequest request; reader.next(request) == Found::request;) found.push_back(request);
    }
    ASSERT_EQ(found.size(), 3u) << cut;
    EXPECT_EQ(found[0].body, "abc");
    EXPECT_EQ(found[1].body, "defgh");
    EXPECT_EQ(found[1].field("t"), "v");
    EXPECT_EQ(found[2].method, "GET");
    EXPECT_EQ(found[2].target, "/next");
  }
}

TEST(RequestReader, RefusesWhatIsNotOneClearRequest) {
  std::string const cases[] = {"nonsense\r\n\r\n",
                               "GET /x HTTP/1.0\r\nHost: a\r\n\r\n",
                               "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
                               "GET /x HTTP/1.1\r\n\r\n",
                               "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                               head + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
                               head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                               head + "Transfer-Encoding: gzip\r\n\r\n",
                               head + "Content-Length: 1x\r\n\r\n",
                               head + "Content-Length: -1\r\n\r\n",
                               head + "Content-Length: 99999999999\r\n\r\n",
                               head + "Bad Name: 1\r\n\r\n",
                               head + "A: \x01\r\n\r\n",
                               head + "A\r\n\r\n",
                               head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                               head + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc",
                               "GET /" + std::string(runtime_limits::head_bytes, 'a')};
  for (auto const& text : cases) {
    RequestReader reader(100);
    reader.feed(text);
    ApiRequest request;
    EXPECT_EQ(reader.next(request), Found::refused) << text.substr(0, 80);
  }
}

TEST(RequestReader, BodiesOverTheLimitAreReadAwayAndMarked) {
  RequestReader reader(3);
  ApiRequest request;
  reader.feed(head + "Content-Length: 3\r\n\r\nabc" + head + "Content-Length: 4\r\n\r\nabcd");
  ASSERT_EQ(reader.next(request), Found::request);
  EXPECT_FALSE(request.body_too_large);
  ASSERT_EQ(reader.next(request), Found::request);
  EXPECT_TRUE(request.body_too_large);
  EXPECT_EQ(request.body, "");
}

TEST(RequestReader, TellsOnceWhenTheClientWaitsToSendItsBody) {
  RequestReader reader(10);
  ApiRequest request;
  reader.feed(head + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(reader.next(request), Found::nothing);
  EXPECT_TRUE(reader.take_continue());
  EXPECT_FALSE(reader.take_continue());
}

class StateTest : public testing::Test {
 protected:
  RuntimeState::Reply call(std::string method, std::string path, std::string body = "",
                           std::vector<std::pair<std::string, std::string>> fields = {}) {
    ApiRequest request{.method = std::move(method),
                       .target = "/2018-06-01/runtime/" + path,
                       .fields = std::move(fields)};
    request.fields.emplace_back("Host", "127.0.0.1:1234");
    request.body = std::move(body);
    return state.handle(request);
  }
  void begin() {
    ASSERT_TRUE(call("GET", "invocation/next").park);
    state.begin({.request_id = "r", .arn = "a"});
  }
  RuntimeState state;
};

TEST_F(StateTest, OneRoundFromStartToIdle) {
  EXPECT_EQ(state.phase(), Phase::starting);
  EXPECT_TRUE(call("GET", "invocation/next").park);
  std::string event = state.begin({.request_id = "r",
                                   .arn = "a\r\nX: 1",
                                   .payload = "[1]",
                                   .client_context = "{\n}",
                                   .trace_id = "t",
                                   .deadline = from_millis(1234)});
  EXPECT_THAT(event, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(event, HasSubstr("\r\nLambda-Runtime-Deadline-Ms: 1234\r\n"));
  EXPECT_THAT(event, HasSubstr("\r\nLambda-Runtime-Invoked-Function-Arn: a  X: 1\r\n"));
  EXPECT_THAT(event, HasSubstr("\r\nLambda-Runtime-Client-Context: { }\r\n"));
  EXPECT_THAT(event, testing::EndsWith("\r\nContent-Length: 3\r\n\r\n[1]"));
  EXPECT_THAT(call("POST", "invocation/r/response", "2").bytes, StartsWith("HTTP/1.1 202 "));
  EXPECT_EQ(state.phase(), Phase::answered);
  EXPECT_EQ(state.take_posted()->payload, "2");
  EXPECT_FALSE(state.take_posted());
  EXPECT_TRUE(call("GET", "invocation/next").park);
}

TEST_F(StateTest, AnEmptyEventIsAnEmptyObject) {
  call("GET", "invocation/next");
  EXPECT_THAT(state.begin({}), testing::EndsWith("\r\n\r\n{}"));
}

TEST_F(StateTest, ASecondNextIsRefusedWhileOneWaits) {
  call("GET", "invocation/next");
  EXPECT_THAT(call("GET", "invocation/next").bytes, HasSubstr("InvalidStateTransition"));
  state.unpark();
  EXPECT_TRUE(call("GET", "invocation/next").park);
}

TEST_F(StateTest, TheErrorTypeComesFromTheFieldElseTheBody) {
  begin();
  call("POST", "invocation/r/error", R"({"errorType":"Body"})",
       {{"lambda-runtime-function-error-type", "Field"}});
  EXPECT_EQ(state.take_posted()->error_type, "Field");
  begin();
  call("POST", "invocation/r/error", R"({"errorType":"Body"})");
  auto posted = state.take_posted();
  EXPECT_EQ(posted->error_type, "Body");
  EXPECT_EQ(posted->payload, R"({"errorType":"Body"})");
}

TEST_F(StateTest, AnInitErrorIsForTheStartOnly) {
  EXPECT_THAT(call("POST", "init/error", R"({"errorType":"E"})").bytes, StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(state.phase(), Phase::failed);
  EXPECT_TRUE(state.take_posted()->is_error);
  EXPECT_THAT(call("GET", "invocation/next").bytes, StartsWith("HTTP/1.1 403"));
}

}  // namespace
}  // namespace sluice::local
