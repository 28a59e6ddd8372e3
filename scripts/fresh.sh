#!/usr/bin/env bash
# What the README says, done on a machine that has nothing else: a bare Debian 12, made anew.
#
#   scripts/fresh.sh         make demo in two locales, and the tests that depend most on a machine
#   scripts/fresh.sh --all   make demo and all tests in both locales, and installing without make
#
# Takes the commit that is checked out. Needs root, to make another system's root and enter it, and
# debootstrap. Mirror, package index, proxies and certificates are those that this machine uses.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=bookworm
packages=python3,python3-venv,make,git,ca-certificates
cache="${XDG_CACHE_HOME:-$HOME/.cache}/telads"
days=7 # that the cached base is used
locales=("" ko_KR.UTF-8)
tests="tests/render tests/planning/test_files.py tests/web/plans/test_files.py
  tests/web/jobs/test_archives.py"

fail() {
  echo "fresh: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || fail "run this as root: it makes another system's root and enters it"
[ "$(uname -s)" = Linux ] || fail "this needs Linux"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
case "${1-}" in "" | --all) all=${1-} ;; *) fail "unknown option $1" ;; esac

# In namespaces of its own: mounts and processes end with it, however it ends.
if [ "${TELADS_FRESH-}" != inside ]; then
  TELADS_FRESH=inside exec unshare --mount --pid --fork --kill-child -- "$0" "$@"
fi

began=$SECONDS
say() { echo "== $((SECONDS - began)) s: $*"; }

place=$(mktemp -d "${TMPDIR:-/var/tmp}/telads-fresh.XXXXXX")
root=$place/root
trap 'umount --lazy "$root/proc" "$root/dev/shm" "$root/dev/pts" 2>/dev/null; rm -rf "$place"' EXIT

# The mirror that this machine's own packages come from; debootstrap knows one where it has none.
mirror() {
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v suite="$suite" '$1 == suite {print $2; exit}'
}

base=$cache/$suite-base.tar
mkdir -p "$cache" "$root"
if [ -n "$(find "$base" -mtime "-$days" 2>/dev/null)" ] && tar -xpf "$base" -C "$root"; then
  say "a bare Debian ($suite), unpacked from $base"
else
  say "a bare Debian ($suite), made with debootstrap"
  rm -rf "$root"
  # shellcheck disable=SC2046 # no mirror is no argument
  debootstrap --variant=minbase --include="$packages" "$suite" "$root" $(mirror) \
    >"$place/log" 2>&1 || { tail -20 "$place/log" >&2; fail "debootstrap failed"; }
  rm -rf "$root"/var/cache/apt/archives/*.deb
  tar -cf "$base.new" -C "$root" . && mv "$base.new" "$base" || rm -f "$base.new"
fi
[ -z "$(find "$root/usr/share/fonts" "$root/usr/local/share/fonts" -type f 2>/dev/null)" ] ||
  fail "the root is not bare: it has fonts"

mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -sf pts/ptmx "$root/dev/ptmx"

# How this machine reaches the package index: names, certificates, pip's settings, proxies. Places on
# this machine's disk are left out, they are not in there.
cp /etc/resolv.conf /etc/hosts "$root/etc/"
certificates="${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}"
[ ! -f "$certificates" ] || cp "$certificates" "$root/etc/ssl/certs/ca-certificates.crt"
{
  echo "[global]"
  [ ! -f "$certificates" ] || echo "cert = /etc/ssl/certs/ca-certificates.crt"
  { python3 -m pip config list 2>/dev/null || true; } | sed -n \
    "s/^[^=]*\.\(index-url\|extra-index-url\|trusted-host\|proxy\|timeout\|default-timeout\)='\(.*\)'$/\1 \2/p" |
    while read -r name value; do
      kept=$(tr ' ' '\n' <<<"$value" | sed '/^file:/d;/^\//d' | paste -sd ' ')
      [ -z "$kept" ] || echo "$name = $kept"
    done
} | awk '!seen[$1]++' >"$root/etc/pip.conf"
proxies=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  [ -z "${!name-}" ] || proxies+=("$name=${!name}")
done

chroot "$root" useradd --create-home --shell /bin/bash user
git clone --quiet --no-hardlinks . "$root/home/user/telads"
git -C "$root/home/user/telads" checkout --quiet --detach "$(git rev-parse HEAD)"
chroot "$root" chown -R user:user /home/user

# as_user LOCALE COMMAND: in the clone, with an environment that holds nothing else.
as_user() {
  chroot --userspec=user:user "$root" /usr/bin/env -i HOME=/home/user USER=user TERM=xterm \
    PATH=/usr/local/bin:/usr/bin:/bin ${1:+LANG=$1} "${proxies[@]}" \
    bash -c "cd ~/telads && $2"
}

# `make demo` in a terminal: the site answers as soon as its address is told, and ends in time.
cat >"$root/home/user/terminal.py" <<'DRIVER'
import codecs, os, pty, re, select, signal, socket, sys, time, urllib.request

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    os.environ["TELADS_PORT"] = str(probe.getsockname()[1])
began = time.monotonic()
process, terminal = pty.fork()
if process == 0:
    os.execvp("make", ["make", "demo"])
said, told, pressed = "", None, None
letters = codecs.getincrementaldecoder("utf-8")()  # a read may end within a letter
while time.monotonic() - began < 900:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            read = os.read(terminal, 65536)
        except OSError:
            break
        text = letters.decode(read)
        said += text
        sys.stdout.write(text)
    found = re.search(r"http://127\.0\.0\.1:\d+/", said)
    if found and told is None:
        told = found[0]
        for page in ("", "en/", "advertisers/"):
            with urllib.request.urlopen(told + page, timeout=30) as answer:
                assert answer.status == 200
        os.write(terminal, b"\x03")
        pressed = time.monotonic()
assert told and pressed, "the site was not started"
ended = time.monotonic() - pressed
os.waitpid(process, 0)
print(f"\nended {ended:.1f} s after Ctrl+C")
limit = 2 * max(1, os.getloadavg()[0] / os.cpu_count())  # seconds of a machine that is not busy
assert ended < limit, f"it took more than {limit:.0f} s to end"
wrong = re.findall(r"(?im)^.*(?:traceback|warning|killing|error:|interrupt$).*$", said)
wrong = [line for line in wrong if not line.startswith("make: ***")]
assert not wrong, wrong
DRIVER

for locale in "${locales[@]}"; do
  say "make demo (LANG=$locale)"
  as_user "$locale" "python3 ../terminal.py" >"$place/demo" 2>&1 || {
    cat "$place/demo" >&2
    fail "make demo (LANG=$locale)"
  }
  tail -4 "$place/demo"
  language=en
  [ -z "$locale" ] || language=ko
  title=$([ "$language" = ko ] && echo "웹사이트:" || echo "Website:")
  grep -q "$title" "$place/demo" || fail "the demo is not in the language of LANG=$locale"
  for ask in "services --district 강남구 --sex F --age 30" "targets --service delivery --platforms" \
    "status"; do
    as_user "$locale" ".venv/bin/telads $ask -w demo/telads-data -f json --lang en"
  done >"$place/figures-$language" 2>"$place/warnings"
  [ ! -s "$place/warnings" ] || { cat "$place/warnings" >&2; fail "warnings (LANG=$locale)"; }
  as_user "$locale" "source .venv/bin/activate && telads --version && python -m telads --version \
    && telads doctor -w demo/telads-data" >"$place/doctor" || {
    cat "$place/doctor" >&2
    fail "telads doctor (LANG=$locale)"
  }
done
cmp "$place/figures-en" "$place/figures-ko" || fail "the figures depend on the locale"

# One locale is enough for a part of the tests: they choose their language themselves.
[ "$all" ] || locales=("")
for locale in "${locales[@]}"; do
  say "make test ${all:-of what depends most on a machine} (LANG=$locale)"
  as_user "$locale" "make test $([ "$all" ] || echo TEST_PROCESSES=1) PYTEST_FLAGS='-q $([ "$all" ] || tr '\n' ' ' <<<"$tests")'" \
    >"$place/tests" 2>&1 || {
    tail -200 "$place/tests" >&2
    fail "make test (LANG=$locale)"
  }
  tail -6 "$place/tests"
  grep -q "^NOT TRIED: .*Chromium" "$place/tests" || fail "it is not told what was not tried"
done

if [ "$all" ]; then
  say "installing without make, as the README says"
  as_user "" "sed -n '/^python3 -m venv/,/^\`\`\`/p' README.md | sed '/^\`\`\`/d' >../install.sh
    git clone --quiet . ../other && cd ../other && set -e && cat ../install.sh && . ../install.sh
    .venv/bin/telads --version && .venv/bin/python -m telads --version" || fail "installing without make"
fi
say "everything works on a bare machine"
