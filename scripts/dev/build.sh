# shellcheck shell=bash
# Configuring and compiling a preset, with ninja's own progress.

presets=(release dev clang asan tsan fuzz)

known_preset() {
  local preset
  for preset in "${presets[@]}"; do [[ $preset == "$1" ]] && return 0; done
  stop "there is no preset '$1'. These are: ${presets[*]}"
}

cache_says() { grep -qE "^${2%%=*}:[A-Z]+=${2#*=}\$" "build/$1/CMakeCache.txt" 2>/dev/null; }

# A build folder that has tests keeps them; a new one is made without, which needs fewer packages.
tests_as_before() {
  local tests=OFF
  if cache_says "$1" SLUICE_TESTS=ON; then tests=ON; fi
  printf -- '-DSLUICE_TESTS=%s' "$tests"
}

# configure PRESET [-DNAME=VALUE…]: only where the folder is new or says otherwise; ninja itself
# notices when a CMake file has changed.
configure() {
  local preset=$1 setting needed=0
  shift
  [[ -f build/$preset/build.ninja ]] || needed=1
  for setting in "$@"; do cache_says "$preset" "${setting#-D}" || needed=1; done
  ((needed)) || return 0
  mkdir -p build
  say "configuring build/$preset"
  cmake --preset "$preset" "$@" >"build/$preset.configure.log" 2>&1 || {
    cat "build/$preset.configure.log" >&2
    stop "CMake could not configure the preset '$preset'; its message stands above"
  }
}

# compile PRESET [TARGET…]: on a terminal one line that moves, elsewhere a line for each file.
compile() {
  local preset=$1 begin=$SECONDS jobs
  shift
  jobs=$(jobs_here)
  say "compiling build/$preset ($jobs at a time)"
  NINJA_STATUS="[%f/%t, %es] " ninja -C "build/$preset" -j "$jobs" "$@" || {
    printf 'dev: the build of %s failed; what the compiler said stands above\n' "$preset" >&2
    return 1
  }
  say "compiled in $(in_words $((SECONDS - begin)))"
}
