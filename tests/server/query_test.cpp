#include "server/query.hpp"

#include "server/cursor.hpp"
#include "server/fixture.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

TEST(QueryTest, FiltersTravelAsQueries) {
  store::RunFilter filter{"active", "a b", "orders", "d-A", 20};
  auto read = run_filter(query_of(filter));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->state, filter.state);
  EXPECT_EQ(read->name, filter.name);
  EXPECT_EQ(read->function, filter.function);
  EXPECT_EQ(read->before, filter.before);
  EXPECT_EQ(read->limit, filter.limit);
}

TEST(QueryTest, WhatIsNoParameterIsRefusedInWords) {
  struct Case {
    std::string query, words;
  };
  for (auto const& [query, words] :
       std::vector<Case>{{"limit=0", "'limit' must be a number from 1 to 200, not '0'"},
                         {"limit=201", "from 1 to 200"},
                         {"limit=many", "not 'many'"},
                         {"limit=", "not ''"},
                         {"stat=running", "unknown parameter 'stat'"},
                         {"state=a&state=b", "'state' is given twice"},
                         {"cursor=x", "no cursor of this list"},
                         {"cursor=x&before=d-A", "exclude each other"}}) {
    auto read = run_filter(query);
    ASSERT_FALSE(read) << query;
    EXPECT_THAT(read.error().message, HasSubstr(words)) << query;
  }
  EXPECT_EQ(run_filter("stat=running").error().hint, "Did you mean 'state'?");
  for (auto const* query : {"since=1", "after=x", "after=-1", "limit=201", "wait=31", "cursor=x"})
    EXPECT_FALSE(events_query("d-A", query)) << query;
}

TEST(QueryTest, ACursorFitsItsOwnListOnly) {
  auto shop = run_filter("name=shop");
  auto cursor = next_runs(*shop, "d-ABC");
  auto next = run_filter("name=shop&limit=7&cursor=" + cursor);
  ASSERT_TRUE(next) << next.error().text();
  EXPECT_EQ(next->before, "d-ABC");
  EXPECT_FALSE(run_filter("name=other&cursor=" + cursor));
  EXPECT_FALSE(run_filter("cursor=" + cursor));
  EXPECT_FALSE(events_query("d-A", "cursor=" + cursor));

  auto behind = events_query("d-A", "cursor=" + next_events("d-A", 12) + "&wait=5");
  ASSERT_TRUE(behind) << behind.error().text();
  EXPECT_EQ(behind->after, 12);
  EXPECT_EQ(behind->wait, std::chrono::seconds(5));
  EXPECT_FALSE(events_query("d-B", "cursor=" + next_events("d-A", 12)));
}

TEST(QueryTest, CursorsNeedNoEscapes) {
  for (int i = 0; i < 300; ++i) {
    std::string place(static_cast<std::size_t>(i % 17 + 1), static_cast<char>(i));
    auto cursor = cursor_to("list", place);
    EXPECT_EQ(net::percent_encode(cursor), cursor);
    EXPECT_EQ(place_of("list", cursor), place);
  }
}

}  // namespace
}  // namespace sluice::server
