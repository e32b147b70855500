# What tools/run, tools/test, tools/bench and tools/screenshots share: a Python, its packages, and
# the system libraries that a window needs. To be sourced. Says everything on stderr, reads nothing
# from stdin, so that `tools/run rpc` can be talked to from its first byte.
# shellcheck shell=bash

set -euo pipefail

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"

# What Qt loads from the system: the file it asks for, and the Debian or Ubuntu package that has it.
QT_LIBRARIES=(
  "libglib-2.0.so.0 libglib2.0-0"
  "libgthread-2.0.so.0 libglib2.0-0"
  "libbrotlidec.so.1 libbrotli1"
  "libgssapi_krb5.so.2 libgssapi-krb5-2"
  "libGL.so.1 libgl1"
  "libEGL.so.1 libegl1"
  "libxkbcommon.so.0 libxkbcommon0"
  "libfreetype.so.6 libfreetype6"
  "libfontconfig.so.1 libfontconfig1"
  "libdbus-1.so.3 libdbus-1-3"
  "libX11-xcb.so.1 libx11-xcb1"
  "libxkbcommon-x11.so.0 libxkbcommon-x11-0"
  "libxcb-cursor.so.0 libxcb-cursor0"
  "libxcb-icccm.so.4 libxcb-icccm4"
  "libxcb-image.so.0 libxcb-image0"
  "libxcb-keysyms.so.1 libxcb-keysyms1"
  "libxcb-randr.so.0 libxcb-randr0"
  "libxcb-render-util.so.0 libxcb-render-util0"
  "libxcb-shape.so.0 libxcb-shape0"
)
WAYLAND_LIBRARIES=(
  "libwayland-client.so.0 libwayland-client0"
  "libwayland-cursor.so.0 libwayland-cursor0"
  "libwayland-egl.so.1 libwayland-egl1"
)

say() {
  printf '%s\n' "$*" >&2
}

stop() {
  say "$*"
  exit 1
}

is_root() {
  [[ $EUID -eq 0 ]]
}

apt_command() { # packages… → the line a person can type
  local sudo="sudo "
  if is_root; then sudo=""; fi
  printf '%sapt-get install --no-install-recommends %s' "$sudo" "$*"
}

apt_install() { # packages… ; only as root and with apt
  local apt=(apt-get -o DPkg::Lock::Timeout=300)
  local install=("${apt[@]}" install --yes --no-install-recommends "$@")
  export DEBIAN_FRONTEND=noninteractive
  {
    compgen -G '/var/lib/apt/lists/*Packages*' || "${apt[@]}" update
    # Lists that are there may still be too old to name files that the mirror has.
    "${install[@]}" || { "${apt[@]}" update && "${install[@]}"; }
  } >&2 </dev/null
}

may_install() {
  is_root && command -v apt-get >/dev/null
}

install_or_stop() { # what is missing, in words; packages…
  local missing="$1"
  shift
  if may_install && { say "Installing $missing: $*" && apt_install "$@"; }; then return; fi
  if command -v apt-get >/dev/null; then
    stop "This needs $missing. Install with: $(apt_command "$@")"
  fi
  stop "This needs $missing. On Debian and Ubuntu the packages are called: $*"
}

# ----------------------------------------------------------------------------- Python

is_good_python() { # command → the versions that all our packages have wheels for
  "$1" -c 'import sys
sys.exit(sys.implementation.name != "cpython" or not (3, 11) <= sys.version_info[:2] < (3, 14))' \
    </dev/null >/dev/null 2>&1
}

find_python() { # sets PYTHON
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null && is_good_python "$name"; then
      PYTHON="$(command -v "$name")"
      return
    fi
  done
  stop "Hearthside needs Python 3.11, 3.12 or 3.13, and none of them is installed here."
}

need_ensurepip() { # Debian and Ubuntu keep it in a package of its own
  if "$PYTHON" -c 'import ensurepip, venv' </dev/null >/dev/null 2>&1; then return; fi
  local package=python3-venv version
  version="$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
  if ! [[ "$(readlink -f -- /usr/bin/python3 || true)" == *"/python$version" ]]; then
    package="python$version-venv"
  fi
  install_or_stop "Python's own venv" "$package"
}

venv_is_ours() { # whole, of a good Python, and made at this very place: scripts hold its path
  [[ -x "$VENV/bin/python" && -f "$VENV/bin/pip" ]] || return 1
  local first
  IFS= read -r -d '' -n 512 first <"$VENV/bin/pip" || true
  [[ "$first" == *"$VENV/bin/"* ]] && is_good_python "$VENV/bin/python"
}

make_venv() {
  if venv_is_ours; then return; fi
  find_python
  need_ensurepip
  say "Making .venv with $("$PYTHON" --version) …"
  rm -rf -- "$VENV"
  "$PYTHON" -m venv "$VENV" >&2 </dev/null
}

# ----------------------------------------------------------------------------- packages

digest() { # run | dev → what the packages of that kind come from
  local files=(requirements/build.lock requirements/run.lock) version=""
  if [[ $1 == dev ]]; then files+=(requirements/dev.lock); fi
  # Both lines at once: the interpreter by version, the locks by content.
  version="$(grep '^version' "$VENV/pyvenv.cfg" 2>/dev/null || true)"
  (cd -- "$ROOT" && { printf '%s\n' "$version"; cat -- "${files[@]}"; } | sha256sum)
}

project_digest() { # what the project's own entry in .venv comes from
  sha256sum <"$ROOT/pyproject.toml"
}

stamped() { # name, digest
  local have=""
  if [[ -f "$VENV/.stamp-$1" ]]; then have="$(<"$VENV/.stamp-$1")"; fi
  [[ "$have" == "$2" ]]
}

stamp() { # name, digest
  printf '%s\n' "$2" >"$VENV/.stamp-$1"
}

is_ready() { # run | dev
  local first=""
  [[ -x "$VENV/bin/python" && -f "$VENV/bin/hearthside" ]] || return 1
  IFS= read -r -d '' -n 512 first <"$VENV/bin/hearthside" || true
  [[ "$first" == *"$VENV/bin/"* ]] || return 1 # else the folder was moved or copied
  stamped "$1" "$(digest "$1")" && stamped project "$(project_digest)"
}

pip_install() {
  # Somebody's own pip settings must not lead these packages elsewhere.
  (
    unset PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIREMENT PIP_REQUIRE_VIRTUALENV PYTHONHOME
    "$VENV/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-deps "$@"
  ) >&2 </dev/null
}

install_packages() { # run | dev
  local kind="$1"
  say "Installing what requirements/$kind.lock names; the first time takes about a minute …"
  rm -f -- "$VENV/.stamp-run" "$VENV/.stamp-dev" "$VENV/.stamp-project"
  pip_install --require-hashes --only-binary :all: -r "$ROOT/requirements/build.lock"
  # These two are published only as sources. Both are pure Python and are built with the tools
  # just installed, so no compiler is needed, and nothing beside the lock is fetched.
  pip_install --require-hashes --only-binary :all: --no-binary varint,python-baseconv \
    --no-build-isolation -r "$ROOT/requirements/$kind.lock"
  # libp2p asks for trio-typing, whose types for trio are years older than those trio brings itself;
  # type checkers would believe the older ones.
  rm -rf -- "$VENV"/lib/python3*/site-packages/trio-stubs
  stamp run "$(digest run)" # dev.lock holds all that run.lock holds (tests/test_floors.py)
  if [[ $kind == dev ]]; then stamp dev "$(digest dev)"; fi
}

install_project() {
  pip_install --no-build-isolation --editable "$ROOT"
  stamp project "$(project_digest)"
}

set_up() { # run | dev → .venv is there and right; quick when it already is
  if is_ready "$1"; then return; fi
  # Two starts at once: the second waits, then finds everything done. The lock ends with us.
  exec 9>"$ROOT/.venv.lock"
  if ! flock --nonblock 9; then
    say "Another set-up is running; waiting for it …"
    flock 9
  fi
  if ! is_ready "$1"; then
    make_venv
    stamped "$1" "$(digest "$1")" || install_packages "$1"
    install_project
  fi
  exec 9>&-
}

# ----------------------------------------------------------------------------- system libraries

missing_qt_packages() { # prints packages, one a line
  [[ "$(uname -s)" == Linux ]] || return 0
  local wanted=("${QT_LIBRARIES[@]}") known entry missing=()
  if [[ -n "${WAYLAND_DISPLAY:-}" ]]; then wanted+=("${WAYLAND_LIBRARIES[@]}"); fi
  known="$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null || true)"
  for entry in "${wanted[@]}"; do
    [[ "$known" == *$'\t'"${entry%% *} "* ]] || missing+=("$entry")
  done
  if ((${#missing[@]} == 0)); then return; fi
  # Not in the cache is not yet missing: ask the loader itself.
  printf '%s\n' "${missing[@]}" | "$VENV/bin/python" -c '
import ctypes, sys
gone = {}
for line in sys.stdin:
    library, package = line.split()
    try:
        ctypes.CDLL(library)
    except OSError:
        gone[package] = None
for package in gone:
    print(package)'
}

need_qt_libraries() {
  local packages
  mapfile -t packages < <(missing_qt_packages)
  if ((${#packages[@]})); then
    install_or_stop "system libraries that Qt uses to draw a window" "${packages[@]}"
  fi
}

# What the window tests use beside Qt's libraries: the command that tells, and its package.
TEST_TOOLS=("Xvfb xvfb" "openbox openbox" "xdotool xdotool" "ip iproute2" "unshare util-linux")

offer_test_tools() { # never stops: what is missing here is skipped by name
  local packages=() entry
  for entry in "${TEST_TOOLS[@]}"; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${entry%% *}" >/dev/null || packages+=("${entry##* }")
  done
  if command -v fc-list >/dev/null; then
    [[ -n "$(fc-list ':family=Noto Color Emoji' 2>/dev/null)" ]] ||
      packages+=(fonts-noto-color-emoji)
  elif may_install; then
    packages+=(fontconfig fonts-dejavu-core fonts-noto-color-emoji)
  fi
  if ((${#packages[@]} == 0)); then return; fi
  if may_install; then
    say "Installing what window and network tests use: ${packages[*]}"
    apt_install "${packages[@]}" || say "That did not work; tests that need it are skipped."
  else
    say "Some tests will be skipped. To run them too: $(apt_command "${packages[@]}")"
  fi
}
