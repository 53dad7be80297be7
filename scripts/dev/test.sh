# shellcheck shell=bash
# ./dev test: every test, the sanitizers, lint; one line at the end that counts them all.

passed=0 failed=0 skipped=0
failures=()

# A check that is one thing: it passes or it does not.
check() {
  local name=$1
  shift
  if part "$name" "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
  fi
}

# count_cases PRESET: adds up the cases of the test programs that ctest ran. A program that left no
# results, or failed after its last case, counts as one failure.
count_cases() {
  local preset=$1 counts name p f s
  counts=$(awk -v results="build/$preset/results" '
    function value(text, name) {
      if (!match(text, " " name "=\"[^\"]*\"")) return 0
      text = substr(text, RSTART, RLENGTH)
      gsub(/^[^"]*"|"$/, "", text)
      return text
    }
    /<testcase / {
      name = value($0, "name"); status = value($0, "status")
      file = results "/" name ".xml"; total = bad = skip = 0; found = 0
      while ((getline line < file) > 0) {
        if (line !~ /<testsuite /) continue
        found = 1
        total += value(line, "tests"); bad += value(line, "failures") + value(line, "errors")
        skip += value(line, "skipped") + value(line, "disabled")
      }
      close(file)
      if (!found) {
        total = 1; bad = (status == "fail"); skip = (status != "fail" && status != "run")
      } else if (status == "fail" && !bad) { total++; bad = 1 }
      print name, total - bad - skip, bad, skip
    }' "build/$preset/ctest.xml")
  while read -r name p f s; do
    [[ -n $name ]] || continue
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if ((f > 0)); then failures+=("$preset: $name ($f)"); fi
  done <<<"$counts"
}

# ctest PRESET [ctest options…]
run_ctest() {
  local preset=$1 code=0 failed_before=$failed
  shift
  rm -rf "build/$preset/results" "build/$preset/ctest.xml"
  ctest --test-dir "build/$preset" --parallel "$(jobs_here)" --output-on-failure --no-tests=error \
    --output-junit "$PWD/build/$preset/ctest.xml" "$@" || code=$?
  if [[ ! -f build/$preset/ctest.xml ]]; then
    failed=$((failed + 1))
    failures+=("$preset: ctest ran nothing")
  else
    count_cases "$preset"
    # A test whose program is missing looks like one that was skipped; ctest's exit code tells.
    if ((code != 0 && failed == failed_before)); then
      failed=$((failed + 1))
      failures+=("$preset: a test could not be run; ctest names it above")
    fi
  fi
  return "$code"
}

# test_preset PRESET BUILD_TARGET [ctest options…]: nothing is run where the build fails.
test_preset() {
  local preset=$1 target=$2
  shift 2
  configure "$preset" -DSLUICE_TESTS=ON
  if part "build $preset" compile "$preset" "$target"; then
    part "tests of $preset" run_ctest "$preset" "$@" || true
  else
    failed=$((failed + 1))
    failures+=("build of $preset")
  fi
}

sanitizer_settings() {
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=second_deadlock_stack=1
  local symbolizer=/usr/lib/llvm-19/bin/llvm-symbolizer
  if [[ -x $symbolizer ]]; then
    export ASAN_SYMBOLIZER_PATH=$symbolizer
    TSAN_OPTIONS+=":external_symbolizer_path=$symbolizer"
  fi
}

fuzz() {
  local program name seconds=${SLUICE_FUZZ_SECONDS:-120}
  compile fuzz fuzzers || return 1
  for program in build/fuzz/tests/fuzz/*_fuzz; do
    name=$(basename "$program" _fuzz)
    mkdir -p "build/fuzz/corpus/$name"
    say "fuzzing $name for $seconds s"
    "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" 2>"build/fuzz/$name.log" || {
      tail -40 "build/fuzz/$name.log"
      return 1
    }
  done
}

longer_simulation() {
  SLUICE_SEEDS=${SLUICE_SEEDS:-20000} build/release/tests/simulation/simulation_test --gtest_brief=1
}

# The releases of tests/e2e/test_chaos.py, thousands of them, with other seeds than before.
longer_chaos() {
  SLUICE_BINARY=$PWD/build/release/src/cli/sluice PYTHONDONTWRITEBYTECODE=1 \
    SLUICE_CHAOS_SEED=${SLUICE_CHAOS_SEED:-10000} \
    SLUICE_CHAOS_TRIALS=${SLUICE_CHAOS_TRIALS:-2000} \
    python3 tests/e2e/run.py test_chaos.py
}

# The trials of tests/e2e/test_cluster.py, of which each waits for leases to end.
longer_cluster() {
  SLUICE_BINARY=$PWD/build/release/src/cli/sluice PYTHONDONTWRITEBYTECODE=1 \
    SLUICE_CHAOS_SEED=${SLUICE_CHAOS_SEED:-10000} \
    SLUICE_CLUSTER_TRIALS=${SLUICE_CLUSTER_TRIALS:-200} \
    python3 tests/e2e/run.py test_cluster.py
}

run_tests() {
  local full=0
  if [[ ${1:-} == --full ]]; then full=1 && shift; fi
  no_more_arguments test "$@"
  install_for_tests
  mkdir -p build
  provide_python

  test_preset release all
  sanitizer_settings
  if ((full)); then test_preset asan all; else test_preset asan unit_tests -L unit; fi
  if ((full)); then
    test_preset tsan unit_tests -L unit
    check "longer simulation" longer_simulation
    check "longer chaos" longer_chaos
    check "longer cluster" longer_cluster
    configure fuzz -DSLUICE_TESTS=ON
    check "fuzzing" fuzz
  fi

  check "packages" make_packages
  check "what was packed" check_packages
  # The tidy test ran with the others.
  local which=changed
  if ((full)); then which=all; fi
  check "format" check_format
  check "scripts" check_scripts
  check "precompiled headers for clang" prepare_clang
  check "headers stand alone" check_headers "$which"
  check "clang-tidy" check_clang_tidy "$which"

  say "times on $(nproc) cores, $(in_words $SECONDS) in all"
  print_parts
  local failure
  for failure in "${failures[@]}"; do say "failed: $failure"; done
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0))
}
