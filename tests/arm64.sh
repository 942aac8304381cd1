#!/usr/bin/env bash
# Runs the digest program on Arm64's .NET, under emulation, and compares what it prints with this processor's: ids, distances' bits, saved files.
# Then runs tests of the kernels there, against the scalar reference: the scans of every layout and some more, with --all every test of the category
# Kernels, which child processes run on x64's paths too. Other arguments are parts of names of tests, and choose those instead.
# Installs the emulator and Arm64's libraries where it may (root, apt). Exit code 0: the same; 1: not the same, or it failed; 77: no emulator here.
set -euo pipefail
parts=(EmittedScanKernelsTests.Codes_of_a_byte EmittedScanKernelsTests.Packed EmittedFloatKernelsTests.Row A_process_takes
    'scalar_reference(6, 2, 17)' 'scalar_reference(15, 3, 65)' 'scalar_reference(21, 3, 129)' 'scalar_reference(100, 20, 256)')
if [ "$*" = --all ]; then
    parts=()
elif [ $# -gt 0 ]; then
    parts=("$@")
fi
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

skip() {
    echo "Arm64 was not checked: $1"
    exit 77
}

has_emulator() {
    command -v qemu-aarch64-static > "$out/which" && [ -e /lib/ld-linux-aarch64.so.1 ] &&
        compgen -G '/usr/lib/aarch64-linux-gnu/libssl.so.3' > "$out/which"
}

if ! has_emulator; then
    [ "$(uname -m)" = x86_64 ] || skip "this is no x64 machine"
    [ "$(id -u)" = 0 ] && command -v apt-get > "$out/which" ||
        skip "there is no qemu-aarch64-static with Arm64's libraries, and no root with apt to install them"
    echo "Installing qemu-user-static and Arm64's libraries"
    {
        dpkg --add-architecture arm64
        apt-get update
        apt-get install -y --no-install-recommends qemu-user-static libc6:arm64 libstdc++6:arm64 zlib1g:arm64
        apt-get install -y --no-install-recommends libssl3:arm64 || apt-get install -y --no-install-recommends libssl3t64:arm64
    } > "$out/apt" 2>&1 || skip "apt could not install the emulator: $(tail -n 1 "$out/apt")"
    has_emulator || skip "apt installed no emulator"
fi

# publish PROJECT PROCESSOR
publish() {
    dotnet publish "tests/$1" -c Release -r "linux-$2" --self-contained -o "$out/$1-$2" --artifacts-path "$out/artifacts" \
        -p:RunAnalyzers=false -p:NuGetAudit=false --nologo > "$out/log" 2>&1 || {
        cat "$out/log"
        exit 1
    }
}

# The emulator trips over a runtime that replaces code, or collects garbage in the background, while threads run it.
emulate() {
    DOTNET_TieredCompilation=0 DOTNET_gcConcurrent=0 DOTNET_GCgen0size=0x10000000 qemu-aarch64-static "$@"
}

publish PqGen.Digest x64
publish PqGen.Digest arm64
"$out/PqGen.Digest-x64/PqGen.Digest" | tee "$out/x64.txt"
emulate "$out/PqGen.Digest-arm64/PqGen.Digest" | tee "$out/arm64.txt"
grep -qx 'Path AdvSimd' "$out/arm64.txt" || { echo "Arm64 took another path than AdvSimd"; exit 1; }
[ "$(grep -c ' found ' "$out/arm64.txt")" -eq 6 ] || { echo "six indexes expected"; exit 1; }
diff <(grep -v '^Path ' "$out/x64.txt") <(grep -v '^Path ' "$out/arm64.txt")
echo "Arm64 finds and saves the same as x64"

# A child process of the tests' is told its path, and keeps to the kernels that are dispatched there.
publish PqGen.TestRunner arm64
PQGEN_EXPECTED_PATH=AdvSimd emulate "$out/PqGen.TestRunner-arm64/PqGen.TestRunner" "${parts[@]}"
