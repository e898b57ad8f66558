#!/usr/bin/env bash
# One door to everything: ./build.sh VERB [arguments]. Needs the .NET SDK; on Linux apt where a library is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly SDK_MAJOR=10
readonly NEEDED_SYMBOL=GLIBCXX_3.4.32 # libLibTorchSharp.so of TorchSharp 0.107 is built with GCC 13
readonly TRIXIE_SOURCE=/etc/apt/sources.list.d/ssah-trixie.sources
readonly TRIXIE_PIN=/etc/apt/preferences.d/ssah-trixie

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

usage() {
    cat <<'TEXT'
usage: ./build.sh VERB [arguments]

  setup              check the .NET SDK and the C++ library that TorchSharp needs; install the latter where possible
  test               setup, then every test of the solution (Release); ends with "N passed, N failed, N skipped"
  demo [options]     train on real images, save, load in a second process, evaluate, write an HTML page
                     --data FOLDER  --side N (96; below 64 from scratch)  --budget MINUTES (5)  --steps N  --bits N (64)  --seed N (1)  --out DIR (out/demo)
                     without data it installs Debian's dataset-fashion-mnist where it can, and draws images as the last resort
  api                writes what is public today into src/*/PublicAPI.Unshipped.txt
  docs               docs/ and the API reference as a site in out/site; a warning, such as a broken link, is an error
  pack               packages of all projects in src, in out/packages
  bench NAME         a benchmark: hamming, join, collection, bits, duplicates, evaluator, training, memory, encode, ingest, serve, soak,
                     scale, cancel
  fuzz [options]     damaged and hostile files for every reader, in processes that are watched; any argument but these lists all
                     --target NAME  --kind mutations|flips|cuts  --inputs N (10000 each)  --seed N (1)
  experiment NAME    reproduces a table of docs/results.md; 'experiment list' names them, 'experiment help' lists the options.
  help               this text
TEXT
}

say() { printf '== %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# --- setup ------------------------------------------------------------------------------------------------------------

check_sdk() {
    command -v dotnet >/dev/null ||
        fail "dotnet is not on the PATH. Install the .NET $SDK_MAJOR SDK: https://dotnet.microsoft.com/download"
    local version
    version=$(dotnet --version 2>/dev/null) ||
        fail "no .NET $SDK_MAJOR SDK found (global.json asks for one). Installed: $(dotnet --list-sdks | tr '\n' ';')"
    echo "   .NET SDK $version"
}

# The file that the dynamic loader takes for libstdc++.so.6 in a 64-bit process.
libstdcxx_path() {
    local loader=ldconfig
    command -v ldconfig >/dev/null || loader=/sbin/ldconfig
    "$loader" -p | awk '$1 == "libstdc++.so.6" && /64/ { print $NF; exit }'
}

libstdcxx_is_new_enough() {
    local path
    path=$(libstdcxx_path)
    [[ -n $path ]] && grep -aqF "$NEEDED_SYMBOL" "$path"
}

# Debian's mirror as this machine already uses it: the first source that serves the running release.
debian_mirror() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' 'Created-By: Packages' 2>/dev/null |
        awk -F '|' '$2 == "bookworm" { sub("/+$", "", $1); print $1; exit }')
    echo "${uri:-http://deb.debian.org/debian}"
}

install_libstdcxx_from_trixie() {
    local mirror
    export DEBIAN_FRONTEND=noninteractive
    if [[ ! -e /usr/share/keyrings/debian-archive-trixie-stable.gpg ]]; then
        apt-get update -qq
        apt-get install -y -qq --only-upgrade debian-archive-keyring
    fi
    mirror=$(debian_mirror)
    say "installing libstdc++6 from Debian 13 (trixie), served by $mirror"
    echo "   writes $TRIXIE_SOURCE and $TRIXIE_PIN (priority 100: nothing else is upgraded from it)"
    printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' \
        "$mirror" /usr/share/keyrings/debian-archive-keyring.gpg >"$TRIXIE_SOURCE"
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >"$TRIXIE_PIN"
    apt-get update -qq
    # libc's own restart questions and changed configuration files must not stop an unattended run.
    apt-get install -y -qq -t trixie -o Dpkg::Options::=--force-confold libstdc++6 >/dev/null
}

ensure_libstdcxx() {
    [[ $(uname -s) == Linux ]] || return 0
    if libstdcxx_is_new_enough; then
        echo "   $(libstdcxx_path) offers $NEEDED_SYMBOL"
        return 0
    fi
    local system=unknown
    [[ -r /etc/os-release ]] && system=$(. /etc/os-release && echo "$ID $VERSION_ID")
    say "libstdc++ is too old for TorchSharp: $NEEDED_SYMBOL is missing in $(libstdcxx_path)"
    case $system in
        'debian 12') ;;
        'ubuntu 22.04')
            fail "on Ubuntu 22.04 run these as root, then this command again:
  apt-get install -y software-properties-common
  add-apt-repository -y ppa:ubuntu-toolchain-r/test
  apt-get install -y --only-upgrade libstdc++6" ;;
        *) fail "install libstdc++ of GCC 13 or later on this system ($system), or use Debian 13, Ubuntu 24.04 or a .NET 10 container image." ;;
    esac
    [[ $(id -u) == 0 ]] || fail "installing it needs root. Run once: sudo ./build.sh setup"
    install_libstdcxx_from_trixie
    libstdcxx_is_new_enough || fail "libstdc++6 was installed, but $NEEDED_SYMBOL is still missing in $(libstdcxx_path)"
    echo "   $(libstdcxx_path) offers $NEEDED_SYMBOL now"
}

setup() {
    say "checking this machine"
    check_sdk
    ensure_libstdcxx
}

# --- verbs ------------------------------------------------------------------------------------------------------------

# Reads the summary that dotnet test prints and says it in one line; no test at all is a failure too.
closing_line() {
    awk '
        /^ *succeeded: [0-9]+/ { passed = $2 }
        /^ *failed: [0-9]+/ { failed = $2 }
        /^ *skipped: [0-9]+/ { skipped = $2 }
        END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit !(passed > 0 && failed == 0) }' "$1"
}

# The page of ssah serve is tested in a browser; without one those tests are skipped, and say so.
ensure_browser() {
    [[ ${CI:-} == true && $(id -u) == 0 && -z ${SSAH_CHROMIUM:-} ]] && command -v apt-get >/dev/null || return 0
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null && return 0
    say "installing chromium, for the tests of the page of ssah serve"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get install -y -qq --no-install-recommends chromium || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }; } >/dev/null 2>&1 ||
        echo "   it cannot be installed here; those tests are skipped"
}

# The store in PostgreSQL is tested against a server that the tests start, as another user and without a cluster of the system's; without one they are skipped.
# pgvector comes with Debian 13's PostgreSQL 17, which is unpacked beside the system, not installed: nothing of the system is replaced.
ensure_postgres() {
    [[ ${CI:-} == true && $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 0
    export DEBIAN_FRONTEND=noninteractive
    if [[ -z $(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null) ]]; then
        say "installing postgresql, for the tests of the store in it"
        mkdir -p /etc/postgresql-common
        [[ -e /etc/postgresql-common/createcluster.conf ]] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
        { apt-get install -y -qq --no-install-recommends postgresql || { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; }; } >/dev/null 2>&1 ||
            echo "   it cannot be installed here; those tests are skipped"
    fi
    local folder=/var/cache/ssah/postgresql-17 packages
    [[ ! -d $folder && -e $TRIXIE_SOURCE ]] || return 0
    say "unpacking PostgreSQL 17 with pgvector in $folder, for the tests of its graphs"
    packages=$(mktemp -d)
    if (cd "$packages" && apt-get download -qq -t trixie postgresql-17 postgresql-17-pgvector libpq5 libicu76 libldap2) >/dev/null 2>&1; then
        for package in "$packages"/*.deb; do dpkg -x "$package" "$packages/root"; done
        mkdir -p "$(dirname "$folder")"
        chmod 755 "$packages/root"
        mv "$packages/root" "$folder"
    else
        echo "   it cannot be downloaded here; those tests are skipped"
    fi
    rm -rf "$packages"
}

run_tests() {
    setup
    ensure_browser
    ensure_postgres
    say "building (Release)"
    dotnet build SSAH.MLNet.sln -c Release -v quiet -nologo
    say "testing"
    local log code=0
    log=$(mktemp)
    # Test classes run in parallel already: one module at a time, and one thread for each tensor operation. More would only wait for each other.
    OMP_NUM_THREADS=1 dotnet test --solution SSAH.MLNet.sln -c Release --no-build --no-progress --max-parallel-test-modules 1 "$@" 2>&1 |
        tee "$log" || code=$?
    closing_line "$log" || code=$((code == 0 ? 1 : code))
    rm -f "$log"
    return "$code"
}

run_program() {
    local project=$1
    shift
    [[ -d $project ]] || fail "$project is not in this checkout"
    dotnet build "$project" -c Release -v quiet -nologo
    dotnet run --project "$project" -c Release --no-build -- "$@"
}

# Real images for those who bring none: 30 MB of Debian's, where this is Debian and root may install.
ensure_demo_images() {
    local images=/usr/share/datasets/fashion-mnist
    [[ -z ${SSAH_DATA:-} && " $* " != *" --data "* && ! -d $images ]] || return 0
    if command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
        say "installing dataset-fashion-mnist: 70,000 small images of clothes (MIT), in $images"
        export DEBIAN_FRONTEND=noninteractive
        { apt-get install -y -qq dataset-fashion-mnist || { apt-get update -qq && apt-get install -y -qq dataset-fashion-mnist; }; } >/dev/null 2>&1 ||
            echo "   it cannot be installed here; the demo draws its images"
    else
        say "no images: --data FOLDER names yours; on Debian, 'apt-get install dataset-fashion-mnist' as root gets some. The demo draws its images"
    fi
}

# One program trains; another, which has no TorchSharp, loads what it saved.
demo() {
    setup
    ensure_demo_images "$@"
    run_program samples/Demo "$@"
    run_program samples/DemoReport "$@"
}

# The analyzer names each public symbol that the files lack, in the form that they need: from empty files that is all of them.
api() {
    check_sdk
    local log file
    log=$(mktemp)
    for file in src/*/*.csproj; do
        file=$(dirname "$file")/PublicAPI.Unshipped.txt
        printf '#nullable enable\n' >"$file"
        [[ -e ${file/Unshipped/Shipped} ]] || cp "$file" "${file/Unshipped/Shipped}"
    done
    dotnet msbuild eng/Pack.proj -restore -t:Rebuild -nologo -v:quiet -p:Configuration=Release -p:TreatWarningsAsErrors=false >"$log" || fail "the build failed: $log"
    sed -nE "s|^.*warning RS0016: Symbol '(.*)' is not part of the declared public API.*\\[(.*)/[^/]*\\.csproj\\]\$|\\2/PublicAPI.Unshipped.txt\\t\\1|p" "$log" | LC_ALL=C sort -u |
        while IFS=$'\t' read -r file symbol; do printf '%s\n' "$symbol" >>"$file"; done
    rm -f "$log"
    wc -l src/*/PublicAPI.Unshipped.txt
}

# Debuggers find the sources by the commit, not by the paths of the machine that packed.
pack() {
    check_sdk
    local reproducible=()
    [[ ! -e .git ]] || reproducible=(-p:ContinuousIntegrationBuild=true)
    rm -rf out/packages
    dotnet msbuild eng/Pack.proj -restore -v:quiet -nologo -p:Configuration=Release -p:PackageOutputPath="$PWD/out/packages/" "${reproducible[@]}"
    say "packed"
    ls -1 out/packages
}

# The API reference comes from the built programs, beside which all libraries and their XML documentation lie.
docs() {
    check_sdk
    dotnet tool restore
    local project
    for project in src/SSAH.MLNet.Cli src/SSAH.MLNet.Train.Cli samples/ShardedSearch; do
        dotnet build "$project" -c Release -v quiet -nologo
    done
    rm -rf out/api out/site
    dotnet docfx docfx.json --warningsAsErrors --logLevel warning
    say "the site is in out/site: open out/site/index.html; its search needs a server: dotnet docfx serve out/site"
}

# Named runs whose figures stand in docs/results.md: fixed steps, so that the result does not depend on the machine's speed.
experiment() {
    local name=${1:-none}
    shift || true
    case $name in
        none) fail "which experiment? ./build.sh experiment list names them" ;;
        *)
            setup
            run_program tests/SSAH.MLNet.Experiments "$name" "$@" ;;
    esac
}

main() {
    local verb=${1:-help}
    shift || true
    case $verb in
        setup) setup ;;
        test) run_tests "$@" ;;
        demo) demo "$@" ;;
        api) api ;;
        docs) docs ;;
        pack) pack ;;
        bench)
            [[ $# -gt 0 ]] || fail "which benchmark? ./build.sh bench hamming | join | collection | bits | duplicates | evaluator | training | memory | encode | ingest | serve | soak | scale | cancel"
            setup
            run_program tests/SSAH.MLNet.Benchmarks "$@" ;;
        fuzz)
            setup
            run_program tests/SSAH.MLNet.Fuzz "$@" ;;
        experiment) experiment "$@" ;;
        help | -h | --help) usage ;;
        *)
            printf 'unknown verb: %s\n\n' "$verb" >&2
            usage >&2
            exit 2 ;;
    esac
}

main "$@"
