# shellcheck shell=bash
# Format, the tidy test, shellcheck, clang-tidy, and headers that stand alone.

# Sources of the work tree, new ones included, as git knows them.
sources() { git ls-files -co --exclude-standard -- "$@" | while read -r file; do
  if [[ -f $file ]]; then printf '%s\n' "$file"; fi
done; }

# What differs from the branch point with main, and what is not committed.
changed_sources() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null ||
    git rev-parse HEAD)
  {
    git diff --name-only --diff-filter=d "$base" -- "$@"
    git ls-files -o --exclude-standard -- "$@"
  } | sort -u
}

check_format() {
  sources '*.cpp' '*.hpp' | xargs -r clang-format-19 --dry-run -Werror ||
    { say "./dev format mends this" && return 1; }
}

check_scripts() {
  local scripts=(dev .ci/run scripts/dev/*.sh packaging/debian/p*) more
  for more in scripts/demo bench/run; do
    if [[ -f $more ]] && head -1 "$more" | grep -q sh; then scripts+=("$more"); fi
  done
  shellcheck -x "${scripts[@]}"
}

check_tidy() { compile release tidy_test && build/release/tests/tidy/tidy_test --gtest_brief=1; }

# clang-tidy needs the commands of a clang build and its precompiled headers, nothing else of it.
prepare_clang() {
  configure clang -DSLUICE_TESTS=ON
  compile clang precompiled precompiled_tests
}

# What clang-tidy's findings in a source hang on (itself, its headers, the checks), as one hash:
# FILE KEY, for each source that the release build has compiled.
tidy_keys() {
  local checks file hashes
  checks=$(cat .clang-tidy tests/.clang-tidy <(clang-tidy-19 --version) | sha256sum)
  (
    cd build/release || exit 1
    ninja -t deps | awk '/^[^ ]/ { source = "" }
      /^    (\.\.\/\.\.|layers)\// { if (!source) source = $1; print source, $1 }' >tidy.deps
    awk 'NR == FNR { hash[$2] = $1; next } { all[$1] = all[$1] hash[$2] }
      END { for (source in all) print source, all[source] }' \
      <(cut -d' ' -f2 tidy.deps | sort -u | xargs sha256sum 2>/dev/null) tidy.deps
  ) | while read -r file hashes; do
    printf '%s %s\n' "${file#../../}" "$(sha256sum <<<"$checks$hashes" | cut -c1-32)"
  done
}

# tidy_one FILE [KEY]: remembers the key of a file without findings.
tidy_one() {
  local stamp=build/clang/tidy/${1//\//-}
  if [[ -n ${2:-} && -f $stamp && $(<"$stamp") == "$2" ]]; then return 0; fi
  printf '    %s\n' "$1"
  clang-tidy-19 --quiet --warnings-as-errors='*' -p build/clang "$1" 2>/dev/null || return 1
  if [[ -n ${2:-} ]]; then printf '%s\n' "$2" >"$stamp"; fi
}

header_alone() {
  local folder=${1#src/}
  clang++-19 -std=c++23 -fsyntax-only -Wno-pragma-once-outside-header \
    -I "build/clang/layers/${folder%%/*}" -x c++ "$1"
}
export -f tidy_one header_alone

# check_clang_tidy all|changed
check_clang_tidy() {
  local files
  if [[ $1 == all ]]; then
    files=$(sources 'src/*.cpp' 'tests/*.cpp' 'bench/*.cpp')
  else
    files=$(changed_sources 'src/*.cpp' 'tests/*.cpp' 'bench/*.cpp')
  fi
  # Only what the clang build compiles: fuzzers, for example, belong to another preset.
  files=$(while read -r file; do
    if grep -qF "\"file\": \"$PWD/$file\"" build/clang/compile_commands.json; then
      printf '%s\n' "$file"
    fi
  done <<<"$files")
  if [[ -z $files ]]; then
    say "no C++ file has changed; ./dev lint --all looks at every one"
    return 0
  fi
  mkdir -p build/clang/tidy
  files=$(awk 'NR == FNR { key[$1] = $2; next } { print $1 (key[$1] ? " " key[$1] : "") }' \
    <(tidy_keys) - <<<"$files")
  say "clang-tidy over $(wc -l <<<"$files") files, but for those unchanged since they passed"
  # shellcheck disable=SC2016  # the inner bash expands it
  xargs -r -L 1 -P "$(jobs_here)" bash -c 'tidy_one "$@"' _ <<<"$files"
}

# check_headers all|changed: each header compiled alone, with the include path of its folder.
check_headers() {
  local files
  files=$(changed_sources 'src/*.hpp')
  if [[ $1 == all ]]; then files=$(sources 'src/*.hpp'); fi
  [[ -n $files ]] || return 0
  say "compiling $(wc -l <<<"$files") headers, each alone"
  # shellcheck disable=SC2016  # the inner bash expands it
  xargs -r -n 1 -P "$(jobs_here)" bash -c 'header_alone "$@"' _ <<<"$files"
}

lint() {
  local which=changed failed=0
  if [[ ${1:-} == --all ]]; then which=all && shift; fi
  no_more_arguments lint "$@"
  install_for_tests
  configure release -DSLUICE_TESTS=ON
  part "format" check_format || failed=1
  part "scripts" check_scripts || failed=1
  part "tidy test" check_tidy || failed=1
  part "precompiled headers for clang" prepare_clang
  part "headers stand alone" check_headers "$which" || failed=1
  part "clang-tidy" check_clang_tidy "$which" || failed=1
  print_parts
  ((failed == 0)) || stop "lint found something; it stands above"
  say "lint found nothing"
}

format() {
  no_more_arguments format "$@"
  install_packages "format C++ files" clang-format-19
  sources '*.cpp' '*.hpp' | xargs -r clang-format-19 -i
}
