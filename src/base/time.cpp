#include "base/time.hpp"

#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace sluice {
namespace {

using namespace std::chrono;

class SystemClock final : public Clock {
 public:
  Time now() override { return floor<Duration>(std::chrono::system_clock::now()); }
  Duration monotonic() override { return floor<Duration>(steady_clock::now().time_since_epoch()); }
  void sleep(Duration time, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, time, [] { return false; });
  }
};

struct Parts {
  year_month_day day;
  hh_mm_ss<Duration> clock;
};

Parts parts_of(Time time) {
  auto day = floor<days>(time);
  return {year_month_day(day), hh_mm_ss<Duration>(time - day)};
}

template <class... Values>
std::string print(char const* format, Values... values) {
  char text[64];
  int length = std::snprintf(text, sizeof text, format, values...);
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string rfc3339(Time time) {
  auto [day, clock] = parts_of(time);
  return print("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(day.year()), unsigned(day.month()),
               unsigned(day.day()), int(clock.hours().count()), int(clock.minutes().count()),
               int(clock.seconds().count()), int(clock.subseconds().count()));
}

Result<Time> parse_rfc3339(std::string_view text) {
  std::string copy(text);
  int year_, month_, day_, hour_, minute_, second_, used = 0;
  auto refuse = [&] {
    return fail(ErrorCode::invalid_input, "'" + copy + "' is not a time",
                "Write it as 2026-01-02T03:04:05Z.");
  };
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year_, &month_, &day_, &hour_,
                  &minute_, &second_, &used) != 6)
    return refuse();
  year_month_day day{year{year_}, month{unsigned(month_)}, std::chrono::day{unsigned(day_)}};
  if (!day.ok() || hour_ > 23 || minute_ > 59 || second_ > 60) return refuse();
  Time time = sys_days(day) + hours(hour_) + minutes(minute_) + seconds(second_);
  std::string_view rest = std::string_view(copy).substr(static_cast<std::size_t>(used));
  if (rest.starts_with('.')) {
    int digits = 0;
    int fraction = 0;
    for (rest.remove_prefix(1); !rest.empty() && rest[0] >= '0' && rest[0] <= '9';
         rest.remove_prefix(1))
      if (digits < 3) fraction = fraction * 10 + (rest[0] - '0'), ++digits;
    for (; digits < 3; ++digits) fraction *= 10;
    time += milliseconds(fraction);
  }
  if (rest == "Z" || rest == "z") return time;
  int offset_hours, offset_minutes;
  if (rest.size() < 5 || (rest[0] != '+' && rest[0] != '-')) return refuse();
  std::string offset(rest.substr(1));
  std::erase(offset, ':');
  if (std::sscanf(offset.c_str(), "%2d%2d", &offset_hours, &offset_minutes) != 2) return refuse();
  auto shift = hours(offset_hours) + minutes(offset_minutes);
  return rest[0] == '+' ? time - shift : time + shift;
}

std::string compact_utc(Time time) {
  auto [day, clock] = parts_of(time);
  return print("%04d%02u%02uT%02d%02d%02dZ", int(day.year()), unsigned(day.month()),
               unsigned(day.day()), int(clock.hours().count()), int(clock.minutes().count()),
               int(clock.seconds().count()));
}

std::string local_text(Time time) {
  std::time_t seconds_ = to_millis(time) / 1000;
  std::tm local{};
  localtime_r(&seconds_, &local);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &local));
}

std::int64_t to_millis(Time time) { return time.time_since_epoch().count(); }
Time from_millis(std::int64_t millis) { return Time(Duration(millis)); }

std::string text_of(Duration duration) {
  std::int64_t left = duration.count();
  if (left < 0) return "-" + text_of(-duration);
  if (left < 1000) return left ? std::to_string(left) + "ms" : "0s";
  std::string out;
  auto take = [&](std::int64_t unit, char const* name) {
    if (left < unit) return;
    out += std::to_string(left / unit) + name;
    left %= unit;
  };
  take(3'600'000, "h");
  take(60'000, "m");
  if (left >= 1000 && left % 1000 && out.empty()) {
    out += print("%.3g", static_cast<double>(left) / 1000) + "s";
    return out;
  }
  take(1000, "s");
  return out;
}

Result<Duration> parse_duration(std::string_view text) {
  auto refuse = [&] {
    return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' is not a duration",
                "Write a number with its unit: 30s, 5m, 1h30m, 250ms.");
  };
  double total = 0;
  std::string_view rest = text;
  if (rest.empty()) return refuse();
  while (!rest.empty()) {
    std::size_t digits = rest.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos || digits > 15) return refuse();
    char* end = nullptr;
    std::string number(rest.substr(0, digits));
    double amount = std::strtod(number.c_str(), &end);
    if (*end) return refuse();
    rest.remove_prefix(digits);
    std::size_t letters = std::min(rest.find_first_of("0123456789."), rest.size());
    std::string_view unit = rest.substr(0, letters);
    rest.remove_prefix(letters);
    if (unit == "ms")
      total += amount;
    else if (unit == "s")
      total += amount * 1000;
    else if (unit == "m" || unit == "min")
      total += amount * 60'000;
    else if (unit == "h")
      total += amount * 3'600'000;
    else if (unit == "d")
      total += amount * 86'400'000;
    else
      return refuse();
  }
  if (total > 3.2e11) return refuse();  // ten years: surely a slip
  return Duration(std::llround(total));
}

}  // namespace sluice
