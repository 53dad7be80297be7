#include "config/source.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

TEST(Source, CountsColumnsInCharacters) {
  auto source = make_source("a.yaml", "größe: 日本\nx");
  EXPECT_EQ(source->position(0), (Position{1, 1}));
  EXPECT_EQ(source->position(std::string("größe").size()), (Position{1, 6}));
  EXPECT_EQ(source->position(std::string("größe: 日本").size()), (Position{1, 10}));
  EXPECT_EQ(source->position(std::string("größe: 日本\n").size()), (Position{2, 1}));
  EXPECT_EQ(source->position(1000), (Position{2, 2}));
}

TEST(Source, KnowsEveryLineEnd) {
  auto source = make_source("a.yaml", "one\ntwo\r\nthree\rfour\n");
  EXPECT_EQ(source->line_count(), 5);
  EXPECT_EQ(source->line(1), "one");
  EXPECT_EQ(source->line(2), "two");
  EXPECT_EQ(source->line(3), "three");
  EXPECT_EQ(source->line(4), "four");
  EXPECT_EQ(source->line(5), "");
  EXPECT_EQ(source->line(0), "");
  EXPECT_EQ(source->line(6), "");
}

TEST(Source, LeavesTheByteOrderMarkOut) {
  auto source = make_source("a.yaml", "\xEF\xBB\xBFkey: 1");
  EXPECT_EQ(source->text(), "key: 1");
}

TEST(Source, FindsTheWayBackFromEveryPlace) {
  // Long enough for several blocks of the character table, with characters across their borders.
  std::string text;
  for (int i = 0; i < 300; ++i) text += i % 7 == 0 ? "ä€\n" : "x日😀";
  auto source = make_source("a.yaml", text);
  std::size_t character = 0;
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    if ((static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80) continue;
    ASSERT_EQ(source->byte_of_character(character++), byte);
    ASSERT_EQ(source->byte_at(source->position(byte)), byte);
  }
  EXPECT_EQ(source->byte_of_character(character), text.size());
}

TEST(Source, ClipsAPlaceToItsLine) {
  auto source = make_source("a.yaml", "ab\ncd");
  EXPECT_EQ(source->byte_at({1, 99}), 2u);
  EXPECT_EQ(source->byte_at({9, 1}), 5u);
  EXPECT_EQ(source->byte_at({0, 0}), 0u);
}

TEST(Span, ShowsItsTextAndPlace) {
  auto source = make_source("a.yaml", "größe: 日本\n");
  Span span = make_span(source, 9, 15);
  EXPECT_EQ(span.text(), "日本");
  EXPECT_EQ(span.place(), "a.yaml:1:8");
  EXPECT_EQ(span.end_column, 10);
  EXPECT_EQ(Span{}.place(), "");
  EXPECT_EQ(Span{}.text(), "");
}

}  // namespace
}  // namespace sluice::config
