#include <gtest/gtest.h>

#include "config/codes_text.hpp"
#include "config/diagnostic.hpp"

namespace sluice::config {
namespace {

Span at(SourcePtr const& source, int line) { return {line, 1, line, 2, source}; }

TEST(Diagnostics, HoldsTheLimitAndCountsTheRest) {
  auto source = make_source("a.yaml", "x");
  Diagnostics diagnostics;
  for (int i = 1; i <= static_cast<int>(limits::diagnostics); ++i)
    diagnostics.error(codes::unknown_key, at(source, i), "problem");
  EXPECT_EQ(diagnostics.list().size(), limits::diagnostics);
  EXPECT_EQ(diagnostics.omitted(), 0u);
  diagnostics.error(codes::unknown_key, at(source, 1000), "problem");
  EXPECT_EQ(diagnostics.list().size(), limits::diagnostics);
  EXPECT_EQ(diagnostics.omitted(), 1u);
  EXPECT_EQ(diagnostics.error_count(), limits::diagnostics + 1);
}

TEST(Diagnostics, WarningsNeverHideAnError) {
  auto source = make_source("a.yaml", "x");
  Diagnostics diagnostics;
  for (int i = 1; i <= 60; ++i) diagnostics.warning(codes::unknown_key, at(source, i), "minor");
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.error(codes::missing_key, at(source, 99), "grave");
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.list().size(), limits::diagnostics);
  EXPECT_EQ(diagnostics.list().back().message, "grave");
  EXPECT_EQ(diagnostics.list().front().span.line, 1) << "the latest warning leaves first";
  EXPECT_EQ(diagnostics.omitted(), 11u);
  EXPECT_EQ(diagnostics.warning_count(), 60u);
}

TEST(Diagnostics, StrictMakesWarningsErrors) {
  Diagnostics strict(Diagnostics::Warnings::become_errors);
  strict.warning(codes::unknown_key, {}, "minor");
  EXPECT_TRUE(strict.has_errors());
  EXPECT_EQ(strict.list().front().severity, Severity::error);
  strict.note(codes::unknown_key, {}, "just so");
  EXPECT_EQ(strict.error_count(), 1u);
}

TEST(Diagnostics, KeepsTheSameProblemOnce) {
  auto source = make_source("a.yaml", "x");
  Diagnostics diagnostics;
  diagnostics.error(codes::wrong_type, at(source, 1), "problem");
  diagnostics.error(codes::wrong_type, at(source, 1), "problem");
  diagnostics.error(codes::wrong_type, at(source, 1), "another");
  EXPECT_EQ(diagnostics.error_count(), 2u);
}

TEST(Diagnostics, CutsLongTexts) {
  Diagnostics diagnostics;
  std::string fits(limits::diagnostic_bytes, 'x');
  diagnostics.error(codes::wrong_type, {}, fits);
  diagnostics.error(codes::wrong_type, {}, fits + "y", {.cause = fits + "é", .help = fits});
  EXPECT_EQ(diagnostics.list()[0].message, fits);
  EXPECT_EQ(diagnostics.list()[1].message, fits + "…");
  EXPECT_EQ(diagnostics.list()[1].advice.cause, fits + "…");
  EXPECT_EQ(diagnostics.list()[1].advice.help, fits);
}

TEST(Diagnostics, SortsByPlaceWithinEachSource) {
  auto first = make_source("first.yaml", "x");
  auto second = make_source("second.yaml", "x");
  Diagnostics diagnostics;
  diagnostics.error(codes::wrong_type, at(first, 5), "c");
  diagnostics.error(codes::wrong_type, at(second, 1), "d");
  diagnostics.error(codes::wrong_type, at(first, 2), "b");
  std::string order;
  for (auto const& diagnostic : diagnostics.sorted()) order += diagnostic.message;
  EXPECT_EQ(order, "bcd");
}

TEST(Diagnostics, TakesOverWhatAnotherCounted) {
  auto source = make_source("a.yaml", "x");
  Diagnostics other;
  for (int i = 1; i <= 60; ++i) other.error(codes::unknown_key, at(source, i), "problem");
  Diagnostics diagnostics;
  diagnostics.add_all(other);
  EXPECT_EQ(diagnostics.error_count(), 60u);
  EXPECT_EQ(diagnostics.omitted(), 10u);
}

}  // namespace
}  // namespace sluice::config
