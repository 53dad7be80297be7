#include <gtest/gtest.h>

#include "net/client.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

TEST(Exchange, CarriesARequestThereAndItsAnswerBack) {
  auto server = listen({}, [](Incoming const& in) {
    Response response;
    response.status = 201;
    response.headers.add("X-Seen", in.method + " " + in.path + "?" + in.query);
    response.body = in.body + "|" + in.headers.get("x-one") + "|" + in.peer;
    return response;
  });
  ASSERT_TRUE(server) << server.error().text();
  auto client = make_client();
  Request request{
      .method = "PUT",
      .url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/a%2Fb/../c?x=%20&y",
      .headers = {{"X-One", "1"}},
      .body = "hello",
      .stream = nullptr};
  auto response = client->send(request, {}, {});
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->headers.get("x-seen"), "PUT /a%2Fb/../c?x=%20&y");
  EXPECT_EQ(response->body, "hello|1|127.0.0.1");
}

}  // namespace
}  // namespace sluice::net
