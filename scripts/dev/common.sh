# shellcheck shell=bash
# What every part of ./dev uses: messages, times, limits of this machine.

say() { printf '==> %s\n' "$*"; }

stop() {
  printf 'dev: %s\n' "$*" >&2
  exit 2
}

no_more_arguments() {
  local command=$1
  shift
  (($# == 0)) || stop "'$1' is nothing that ./dev $command knows. See: ./dev help"
}

# How many compilers run at a time: one per core, and about 1 GB of memory for each.
jobs_here() {
  if [[ -n ${SLUICE_JOBS:-} ]]; then
    [[ $SLUICE_JOBS =~ ^[1-9][0-9]{0,3}$ ]] || stop "SLUICE_JOBS is '$SLUICE_JOBS', not a number"
    printf '%s' "$SLUICE_JOBS"
    return
  fi
  local cores megabytes
  cores=$(nproc)
  megabytes=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  local fit=$((megabytes / 1000))
  ((fit >= 1)) || fit=1
  printf '%s' $((cores < fit ? cores : fit))
}

in_words() { printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); }

# Names and seconds of the parts that ran, for the table at the end.
part_names=()
part_seconds=()

# part NAME COMMAND…: runs it, keeps its time, answers its exit code.
part() {
  local name=$1 begin=$SECONDS code=0
  shift
  say "$name"
  "$@" || code=$?
  part_names+=("$name")
  part_seconds+=($((SECONDS - begin)))
  say "$name: $(in_words $((SECONDS - begin)))$( ((code == 0)) || printf ', failed')"
  return "$code"
}

print_parts() {
  local i
  for i in "${!part_names[@]}"; do
    printf '  %-44s %s\n' "${part_names[$i]}" "$(in_words "${part_seconds[$i]}")"
  done
}
