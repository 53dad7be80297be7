# shellcheck shell=bash
# Debian packages, in the groups that commands need.

demo_packages=(
  g++ cmake ninja-build ccache mold pkg-config ca-certificates
  libcurl4-openssl-dev libmicrohttpd-dev libssl-dev libsqlite3-dev libpq-dev libfmt-dev libyaml-dev
  libzip-dev zlib1g-dev nlohmann-json3-dev
)
test_packages=(libgtest-dev libgmock-dev librapidcheck-dev)
clang_packages=(clang-19 libclang-rt-19-dev clang-tidy-19 clang-format-19 shellcheck)

lists_are_new=0

# Says why, then installs those of the packages that are missing. Where none is, apt is not called.
install_packages() {
  local why=$1 name missing=()
  shift
  if ! command -v dpkg-query >/dev/null; then
    say "This is not a Debian system: to $why, these are needed under whatever names they have"
    say "here: $*"
    return
  fi
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] ||
      missing+=("$name")
  done
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || stop "to $why, packages are missing and there is no sudo here.
Run this as root, then ./dev again:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  say "To $why, these Debian packages are missing and will be installed:"
  say "  ${missing[*]}"
  # One source list that cannot be reached need not matter: the installation decides.
  ((lists_are_new)) || "${as_root[@]}" apt-get -q update ||
    say "apt-get update had problems; going on with the lists that are here"
  lists_are_new=1
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
    --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}" ||
    stop "apt-get could not install: ${missing[*]}
Its message stands above. When that is mended, run ./dev again."
}

# install_commands WHY COMMAND:PACKAGE…: for programs that often come from elsewhere (a version
# manager, another repository): a command that is there is left alone.
install_commands() {
  local why=$1 pair missing=()
  shift
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  ((${#missing[@]})) || return 0
  install_packages "$why" "${missing[@]}"
}

install_for_packages() {
  install_packages "build sluice" "${demo_packages[@]}"
  install_packages "make a Debian package" dpkg-dev
  install_commands "try the packages" python3:python3
}

install_for_tests() {
  install_packages "build sluice" "${demo_packages[@]}"
  install_packages "build its tests" "${test_packages[@]}"
  install_packages "make a Debian package" dpkg-dev
  install_packages "run sanitizers and lint" "${clang_packages[@]}"
  # Any PostgreSQL does, and its servers are not on the path. A test starts one of its own.
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ||
    install_packages "test the store on PostgreSQL" postgresql
  install_commands "run the functions that tests deploy" node:nodejs python3:python3
}

python_has() {
  "$1" -c 'import sys, importlib.util as u
sys.exit(any(u.find_spec(name) is None for name in ("boto3", "awscli", "moto", "flask")))' \
    >/dev/null 2>&1
}

# boto3, the AWS CLI and moto let some tests compare with AWS's own clients. They are extra: where
# they cannot be had, those tests say that they skip.
provide_python() {
  local venv=$PWD/build/python
  if python_has python3 && command -v aws >/dev/null; then return 0; fi
  if ! python_has "$venv/bin/python3"; then
    say "Installing boto3, awscli and moto into build/python for the tests with real AWS clients"
    if ! { python3 -m venv "$venv" && timeout 600 "$venv/bin/pip" install --quiet \
      --disable-pip-version-check --retries 1 boto3 awscli 'moto[server]'; } \
      >"$PWD/build/python.log" 2>&1; then
      say "That did not work (build/python.log): the tests that need them will be skipped"
      return 0
    fi
  fi
  export PATH=$venv/bin:$PATH
}
