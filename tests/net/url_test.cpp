#include <gtest/gtest.h>

#include "net/http.hpp"

namespace sluice::net {
namespace {

TEST(Headers, CompareNamesWithoutRegardToCaseAndKeepTheirOrder) {
  Headers headers{{"B", "1"}, {"a", "2"}, {"b", "3"}};
  EXPECT_EQ(headers.get("b"), "1");
  EXPECT_EQ(headers.get("none"), "");
  EXPECT_TRUE(headers.contains("A"));
  headers.set("B", "4");
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(headers.all(), (Fields{{"B", "4"}, {"a", "2"}}));
  headers.erase("A");
  headers.set("c", "5");
  EXPECT_EQ(headers.all(), (Fields{{"B", "4"}, {"c", "5"}}));
}

struct UrlCase {
  char const* text;
  char const* scheme;
  char const* host;
  int port;
  char const* path;
  char const* query;
  char const* authority;
};

TEST(Url, TakesApartWhatIsValid) {
  UrlCase const cases[] = {
      {"http://a", "http", "a", 80, "/", "", "a"},
      {"HTTPS://Ex-A.com/a%2Fb?c=%20&d", "https", "ex-a.com", 443, "/a%2Fb", "c=%20&d", "ex-a.com"},
      {"http://[::1]:8080/x?", "http", "::1", 8080, "/x", "", "[::1]:8080"},
      {"http://10.0.0.1:80?q", "http", "10.0.0.1", 80, "/", "q", "10.0.0.1:80"},
      {"http://host:/p#part?x", "http", "host", 80, "/p", "", "host"},
      {"https://h/a/../b//c", "https", "h", 443, "/a/../b//c", "", "h"},
  };
  for (UrlCase const& c : cases) {
    SCOPED_TRACE(c.text);
    auto url = Url::parse(c.text);
    ASSERT_TRUE(url) << url.error().text();
    EXPECT_EQ(url->scheme, c.scheme);
    EXPECT_EQ(url->host, c.host);
    EXPECT_EQ(url->port, c.port);
    EXPECT_EQ(url->path, c.path);
    EXPECT_EQ(url->query, c.query);
    EXPECT_EQ(url->authority(), c.authority);
  }
}

TEST(Url, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  for (char const* text : {"",
                           "a",
                           "/a",
                           "a.com/x",
                           "ftp://a",
                           "file:///etc/passwd",
                           "http://",
                           "http:///p",
                           "http://a b/",
                           "http://a/\r\nX: 1",
                           "http://user:word@a/",
                           "http://a\\b/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:8x/",
                           "http://a:-1/",
                           "http://[::1/",
                           "http://[nothing]/",
                           "http://[::1]x/",
                           "http://a%41/",
                           "http://gr\xC3\xBCn.de/",
                           "http://a/\xC3\xBC"}) {
    SCOPED_TRACE(text);
    auto url = Url::parse(text);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().code, ErrorCode::invalid_input);
  }
}

TEST(Url, NamesWhatIsWrongButNoPassword) {
  EXPECT_TRUE(
      Url::parse("example.com").error().text().starts_with("'example.com' is not a usable URL"));
  EXPECT_FALSE(Url::parse("http://me:hidden@a/").error().text().contains("hidden"));
}

TEST(Percent, EncodesEverythingThatIsNotPlain) {
  EXPECT_EQ(percent_encode("aZ9-_.~/ +\xC3\xBC"), "aZ9-_.~%2F%20%2B%C3%BC");
  EXPECT_EQ(percent_encode("a/b c", true), "a/b%20c");
}

TEST(Percent, DecodingUndoesEncoding) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(bytes)).value(), bytes);
  EXPECT_EQ(percent_decode("a+b%2b").value(), "a+b+");
  EXPECT_EQ(percent_decode("a+b%2B", true).value(), "a b+");
}

TEST(Percent, RefusesABrokenEscape) {
  for (char const* text : {"%", "%4", "a%4", "%G0", "%0g", "%%41"})
    EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(Query, IsReadInOrder) {
  EXPECT_EQ(parse_query("b=1&a=%20x&b=&c&&d=e=f").value(),
            (Pairs{{"b", "1"}, {"a", " x"}, {"b", ""}, {"c", ""}, {"d", "e=f"}}));
  EXPECT_EQ(parse_query("").value(), Pairs{});
  EXPECT_EQ(parse_query("a+b=c+d", true).value(), (Pairs{{"a b", "c d"}}));
  EXPECT_FALSE(parse_query("a=%x"));
  EXPECT_FALSE(parse_query("%=1"));
}

TEST(Query, IsWrittenEscaped) {
  Pairs pairs{{"a b", "c&d"}, {"e", ""}};
  EXPECT_EQ(format_query(pairs), "a%20b=c%26d&e=");
  EXPECT_EQ(parse_query(format_query(pairs)).value(), pairs);
}

}  // namespace
}  // namespace sluice::net
